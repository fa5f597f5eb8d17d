"""Feedback by a link in a real browser: two people, two browsers. One shares, the other marks blind, both see the comparison; axe looks at every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e import test_browser as room_test
from tests.e2e.test_browser import look_at

address, browser, page = room_test.address, room_test.browser, room_test.page
pytestmark = room_test.pytestmark
NASTY = "Good start. <script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"


@pytest.fixture
def session(page: Page) -> str:
    """A finished interview with the candidate's own levels."""
    made = str(page.request.post("/api/sessions", data={"case": "support-desk"}).json()["id"])
    for text in ("I am reached under ann.lee@example.com. How long does an agent spend on a ticket?", room_test.DESIGN):
        page.request.post(f"/api/sessions/{made}/turns", data={"text": text})
    page.request.post(f"/api/sessions/{made}/end")
    page.request.put(f"/api/sessions/{made}/self-scores", data={"levels": {"ground": 2}})
    return made


@pytest.fixture
def other(browser: Browser, address: str) -> Iterator[Page]:
    """Somebody else's browser. A gone page's status is no fault of it."""
    wrong: list[str] = []
    with room_test.opened(browser, address, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith((address, "data:")) else wrong.append(request.url))
        yield page
    assert not wrong, wrong


def test_two_people_two_browsers(page: Page, other: Page, session: str) -> None:
    # the candidate makes a link
    page.goto(f"/sessions/{session}/scorecard")
    page.get_by_role("link", name="Ask a peer").click(timeout=60_000)
    page.get_by_label("Hide e-mail addresses").check()
    page.get_by_label("Names to hide").fill("Ann Lee")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Address", exact=True).input_value()
    look_at(page, "share")
    second = page.context.new_page()
    second.goto(f"/sessions/{session}/share")
    assert second.get_by_label("Address", exact=True).count() == 0  # shown once

    # the peer marks, blind and by keyboard
    other.goto(link)
    assert "ann.lee" not in other.content() and "[EMAIL 1]" in other.content()
    assert other.get_by_role("columnheader", name="Machine").count() == 0 and session not in other.content()
    look_at(other, "peer")
    other.get_by_role("group", name="1.01").get_by_role("radio").first.focus()
    other.keyboard.press("Space")
    other.get_by_text("Kept.").wait_for()
    other.keyboard.press("ArrowRight")
    assert other.get_by_role("group", name="1.01").get_by_role("radio", name="named, not whole").is_checked()
    for point in ("1.02", "1.03", "1.04", "1.05", "1.06", "1.07", "1.08", "1.09", "2.01", "2.02"):
        other.get_by_role("group", name=point).get_by_text("not made" if point != "1.04" else "made", exact=True).click()
    other.locator('input[name="level-ground"][value="3"]').focus()
    other.keyboard.press("Space")
    other.get_by_label("Your name").fill("Bo <b>Bold</b>")
    other.get_by_label("Note on ground the problem").fill(NASTY)
    other.wait_for_function("() => document.getElementById('kept').textContent === 'Kept.'")
    other.wait_for_timeout(1_000)
    other.reload()
    assert other.get_by_label("Note on ground the problem").input_value() == NASTY
    expect(other.locator("input:checked")).to_have_count(12)
    other.goto(f"{link}/comparison")
    assert other.url == link  # not before done
    other.get_by_role("button", name="I am done").click()
    other.wait_for_url("**/comparison")
    other.get_by_role("heading", name="Side by side").wait_for(timeout=60_000)
    assert "ann.lee" not in other.content()
    look_at(other, "peer-comparison")

    # both see it, and what is written is shown as text
    page.goto(f"/sessions/{session}/scorecard")
    page.get_by_role("heading", name="You, your peers and the machine").wait_for(timeout=60_000)
    look_at(page, "scorecard-others")
    page.get_by_role("link", name="Point by point").click()
    for one in (page, other):
        expect(one.get_by_text(NASTY)).to_have_count(1)
        expect(one.get_by_role("columnheader", name="Bo <b>Bold</b>")).not_to_have_count(0)
        expect(one).to_have_title("Side by side · caseroom")
        expect(one.get_by_text("seen differently", exact=True)).not_to_have_count(0)
        expect(one.get_by_text("and the machine, on points")).to_have_count(1)

    # revoked is revoked
    page.goto(f"/sessions/{session}/share")
    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("revoked").wait_for()
    other.goto(link)
    other.get_by_role("heading", name="This link does not work any more").wait_for()
    look_at(other, "link-gone")


def test_a_dispute_is_decided(page: Page, session: str) -> None:
    words = "An agent approves each draft before it is sent"
    page.request.post(f"/api/sessions/{session}/disputes", data={"point": "1.03", "words": words})
    page.goto("/disputes")
    expect(page.locator(".dispute mark").first).to_have_text(words)
    look_at(page, "disputes")
    first = page.locator(".dispute").first
    first.get_by_text("named, not whole").click()
    first.get_by_label("Why", exact=True).fill(NASTY)
    first.get_by_role("button", name="Decide").click()
    page.locator(".kept", has_text="Good start").wait_for()
    look_at(page, "disputes-decided")
    page.goto(f"/sessions/{session}/scorecard")
    page.get_by_text("decided by a person").wait_for(timeout=60_000)
    assert page.title().startswith("Scorecard")


def test_marking_works_without_a_script(browser: Browser, address: str, page: Page, session: str) -> None:
    page.goto(f"/sessions/{session}/share")
    page.get_by_role("button", name="Make a link").click()
    with room_test.opened(browser, address, java_script_enabled=False) as context:
        plain = context.new_page()
        plain.goto(page.get_by_label("Address", exact=True).input_value())
        plain.get_by_role("group", name="1.01").get_by_text("made", exact=True).click()
        with plain.expect_navigation():
            plain.get_by_role("button", name="Keep it").click()
        expect(plain.locator("input:checked")).to_have_count(1)
        plain.get_by_role("button", name="I am done").click()
        plain.get_by_role("heading", name="Side by side").wait_for(timeout=60_000)
