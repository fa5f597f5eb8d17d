"""Two people, two browsers, one interview: one is the candidate, the other holds it; axe looks at both pages."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.e2e import test_browser as room_test
from tests.e2e import test_peers_browser as peers_test
from tests.e2e.test_browser import look_at

address, browser, page, other = room_test.address, room_test.browser, room_test.page, peers_test.other
pytestmark = room_test.pytestmark
ASK = "How long does an agent spend on a ticket?"


def waiting(page: Page, text: str) -> None:
    """Say something that a person will answer."""
    page.get_by_label("What you say").fill(text)
    page.keyboard.press("Enter")
    page.get_by_text("They have not answered yet").wait_for()


def test_a_person_holds_the_interview(page: Page, other: Page) -> None:
    session = str(page.request.post("/api/sessions", data={"case": "support-desk"}).json()["id"])
    page.goto(f"/sessions/{session}")
    page.get_by_role("link", name="Let a person hold the interview").click()
    page.get_by_label("A host, who holds this interview").check()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Address", exact=True).input_value()
    look_at(page, "share-host")
    other.goto(link)
    other.get_by_text("The candidate has the word").wait_for()
    look_at(other, "host-idle")

    # the candidate says something; the host's page shows it without being loaded again
    page.goto(f"/sessions/{session}")
    page.get_by_text("A person is holding this interview").wait_for()
    waiting(page, ASK)
    look_at(page, "room-held")
    other.get_by_text("The candidate waits for you").first.wait_for()
    other.get_by_text(ASK).wait_for()
    look_at(other, "host-asked")

    # a fact and a probe are gathered into one reply
    other.locator("#suggested").get_by_role("checkbox", name=re.compile("8 minutes")).check()
    other.locator("#probes summary").first.click()
    probe = other.locator("#probes details").first.locator("li").first
    asked = probe.get_by_role("button").get_attribute("aria-label") or ""
    probe.get_by_role("button").click()
    other.get_by_text("The candidate has the word").first.wait_for()
    page.get_by_text("8 minutes").first.wait_for()
    page.get_by_text(asked.removeprefix("Say: ")).wait_for()
    expect(page.locator(".turn.interviewer")).to_have_count(2)
    assert page.locator("#send").is_enabled()
    look_at(other, "host-said")

    # own words, then the link is revoked in the middle: the machine takes over
    waiting(page, "Thank you; an agent approves each draft before it is sent.")
    other.get_by_text("The candidate waits for you").first.wait_for()
    other.get_by_role("textbox", name="In your own words").fill("Fine, go on.")
    other.get_by_role("button", name="Say what is gathered").click()
    page.get_by_text("Fine, go on.").wait_for()
    waiting(page, "What have you already tried, and why did it fail?")
    second = page.context.new_page()
    second.goto(f"/sessions/{session}/share")
    second.get_by_role("button", name="Revoke").click()
    second.get_by_text("revoked").wait_for()
    page.locator("#r3").wait_for()
    other.get_by_role("heading", name="This link does not work any more").wait_for()

    # the score has the fact as asked
    page.get_by_role("button", name="Finish").click()
    page.wait_for_url("**/self")
    card = page.request.get(f"/api/sessions/{session}/scorecard", timeout=60_000).json()
    kept = page.request.get(f"/api/sessions/{session}").json()
    fact = next(m["refs"][0] for e in kept["events"] if e["type"] == "Replied" for m in e["moves"] if m["kind"] == "fact")
    assert fact in card["facts"]["asked"], card["facts"]
