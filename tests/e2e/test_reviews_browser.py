"""Reviews in a real browser: a flagged run waits, is decided by keyboard alone, goes on and ends. Axe looks at every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e import test_browser as room_test
from tests.e2e.test_browser import look_at

address, browser, page = room_test.address, room_test.browser, room_test.page
pytestmark = room_test.pytestmark
PROPOSAL = """
case: support-desk
title: with reviewers
technical:
  exact: code
  retrieve: {method: hybrid, top_k: 3}
  review: {flagged: on, sample: 0.3}
hallucinations: {grounding: on, checks: [numbers, grounding]}
"""


@pytest.fixture
def run(page: Page) -> str:
    """A run that waits, begun in the lab by a person."""
    page.goto("/cases/support-desk/lab")
    page.get_by_label("The proposal").fill(PROPOSAL)
    page.get_by_label("Quick").check()
    page.get_by_label("Flagged outputs wait for people").check()
    page.get_by_label("On", exact=True).select_option("30")
    page.get_by_role("button", name="Run it").click()
    page.get_by_role("heading", name="It waits for people").wait_for(timeout=180_000)
    return page.url.rsplit("/", 1)[1]


def at_item(page: Page, number: int, done: str) -> None:
    """The next item is there, and says what became of the last."""
    expect(page.get_by_role("status")).to_contain_text(done)
    expect(page.get_by_text(f"{number} waiting")).to_be_visible()


def test_a_flagged_run_waits_is_decided_by_keyboard_goes_on_and_ends(page: Page, run: str, browser: Browser, address: str) -> None:
    look_at(page, "run-waits")
    waiting = int(page.locator(".note").inner_text().split()[0])
    assert waiting >= 6
    page.goto("/lab")
    page.get_by_role("link", name=f"{waiting} outputs wait for a reviewer").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Reviews").wait_for()
    look_at(page, "reviews")

    # the queue by keyboard: a name, Enter, and one key for each decision
    page.get_by_label("You review as").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Ann")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What would leave").wait_for()
    look_at(page, "review")
    first = page.url.split("?")[0]
    page.keyboard.press("a")
    at_item(page, waiting - 1, "Approved")
    page.keyboard.press("m")
    page.keyboard.press("Control+A")
    page.keyboard.type("We are sorry <b>indeed</b>; your refund of 20 EUR is on its way. a r e")
    page.keyboard.press("Control+Enter")
    at_item(page, waiting - 2, "Modified")
    page.keyboard.press("w")
    page.keyboard.type("wrong fee <script>document.title = 'x'</script>")
    page.keyboard.press("Enter")
    page.keyboard.press("r")
    at_item(page, waiting - 3, "Passed on to a person")
    page.keyboard.press("e")
    at_item(page, waiting - 3, "Escalated")

    # undo is a new decision: back to the last one, and it is approved instead
    page.keyboard.press("u")
    page.get_by_role("heading", name="What was decided").wait_for()
    expect(page.get_by_text("escalated to another reviewer")).to_have_count(1)
    page.keyboard.press("a")
    at_item(page, waiting - 4, "Approved")

    # nothing was changed: told, and nothing is lost
    page.get_by_role("button", name="Send as changed").click()
    expect(page.get_by_role("alert")).to_contain_text("was not changed")
    look_at(page, "review-unchanged")

    # another reviewer in another browser, on an item that is decided already, and without a script
    with room_test.opened(browser, address, java_script_enabled=False) as context:
        other = context.new_page()
        other.goto("/reviews")
        other.get_by_label("You review as").fill("Bob")
        other.get_by_role("button", name="Review the next one").click()
        with other.expect_navigation():
            other.get_by_role("button", name="Escalate").click()
        other.goto(first)
        with other.expect_navigation():
            other.get_by_role("button", name="Pass on").click()
        other.goto(first)
        expect(other.get_by_text("differs")).to_have_count(1)
        look_at_static(other)

    # the rest, one key each; the one that Bob escalated is Ann's, too, and the one that he has in hand is found in the list
    for _ in range(waiting):
        if "ended=true" in page.url:
            break
        before = page.url
        page.keyboard.press("r")
        page.wait_for_function("before => location.href !== before", arg=before)
    expect(page.get_by_role("status")).to_contain_text("Nothing waits for Ann here. 1 more: in others' hands")
    look_at(page, "reviews-ended")
    page.locator("table.queue td:first-child a").press("Enter")
    expect(page.get_by_text("Bob has taken this one")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_role("status")).to_contain_text("Nothing waits for Ann here.")
    page.get_by_role("button", name="Let the run go on").click()
    page.get_by_role("heading", name="The goal and the limits").wait_for(timeout=180_000)
    expect(page.get_by_text("outputs decided by reviewers")).to_have_count(1)
    expect(page.get_by_text(f"{waiting} of {waiting}", exact=True)).to_have_count(1)
    look_at(page, "report-reviewed")
    page.goto(first)
    look_at(page, "review-finished")
    page.goto("/reviews?state=decided")
    look_at(page, "reviews-decided")

    # a deleted run takes its items with it
    page.request.delete(f"/api/runs/{run}")
    assert page.request.get(first).status == 404


def look_at_static(page: Page) -> None:
    """No sideways scrolling on a phone, without a script."""
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.get_by_role("heading", name="Sources").bounding_box() is not None
