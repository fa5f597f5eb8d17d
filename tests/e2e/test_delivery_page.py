"""The scorecard of a spoken interview shows delivery, with its passages; axe looks at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.e2e import test_browser as room_test
from tests.e2e.served import served
from tests.e2e.test_browser import look_at

from caseroom import events as ev
from caseroom.app.engine import Engine
from caseroom.app.interviews import Interview, Room
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.store.sessions import SessionStore

browser, page = room_test.browser, room_test.page
pytestmark = room_test.pytestmark
SAID = (
    "First of all, who uses the assistant, the agents or the customers? Maybe it depends on the ticket. I would begin with the drafts that an agent "
    "approves, since a wrong promise costs money. The noise ate some words here. To sum up, we measure the first reply and the wrong ones."
)


def hearing(text: str) -> ev.Hearing:
    words, at, place = [], 0.0, 0
    for word in text.split():
        at += 2.4 if word == "Maybe" else 0.0
        start = text.index(word, place)
        place = start + len(word)
        words.append((start, place, round(at * 100), round(at * 100) + 35))
        at += 0.4
    bad = text.index("ate some")
    return ev.Hearing("recogniser:test", tuple(words), ((bad, bad + len("ate some words")),), 1.8)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> Iterator[str]:
    """A served room with one spoken interview in its store."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    room = Room(settings, shelf, engine, SessionStore(settings.database))
    interview = Interview.start(room, "support-desk")
    interview.say(SAID, hearing(SAID))
    interview.end()
    with served(room) as address:
        yield address


def test_delivery_stands_in_the_scorecard_with_its_passages(page: Page) -> None:
    session = page.request.get("/api/sessions").json()[0]["id"]
    page.goto(f"/sessions/{session}/scorecard")
    section = page.locator("section", has=page.get_by_role("heading", name="Delivery"))
    section.get_by_text("words a minute of speaking").wait_for()
    expect(section).to_contain_text("“customers? Maybe”")
    expect(section).to_contain_text("leaves out most")
    assert "ate some" not in section.locator("blockquote", has_text="ate some words").all_inner_texts()
    look_at(page, "scorecard-delivery")
    card = page.request.get(f"/api/sessions/{session}/scorecard").json()
    assert {one["measure"]["id"] for one in card["delivery"]} >= {"pace", "pauses", "fillers", "answer_first"}
