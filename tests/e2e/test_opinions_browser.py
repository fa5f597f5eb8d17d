"""A second reader and a coach asked from the scorecard's page in a real browser, of a provider elsewhere; each page looked at by axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests import faulty_server as faulty
from tests.e2e import test_browser as room_test
from tests.e2e.served import served
from tests.e2e.test_browser import look_at, say
from tests.faulty_server import FaultyServer
from tests.opinions import INVENTED, SAID, elsewhere, opinion, set_up
from tests.unit.app.test_worded import honest

from caseroom.app.engine import Engine
from caseroom.app.interviews import Interview, Room
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.store.sessions import SessionStore

browser, page = room_test.browser, room_test.page
pytestmark = room_test.pytestmark


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyServer]:
    yield from faulty.running()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def address(home: Path, engine: Engine, shelf: Shelf, server: FaultyServer) -> Iterator[str]:
    """A served room with one finished interview in its store."""
    settings = Settings(home=home)
    room = Room(settings, shelf, engine, SessionStore(settings.database))
    interview = Interview.start(room, "support-desk")
    for text in SAID:
        interview.say(text)
    interview.end()
    with elsewhere(), served(room) as address:
        yield address


def scorecard(page: Page) -> str:
    session = next(row["id"] for row in page.request.get("/api/sessions").json() if not row["open"])
    page.goto(f"/sessions/{session}/scorecard")
    page.get_by_role("heading", name="Other opinions").wait_for(timeout=60_000)
    return str(session)


def test_who_has_no_model_is_told_how(page: Page) -> None:
    scorecard(page)
    expect(page.get_by_text("caseroom models use coach NAME")).to_be_visible()
    page.get_by_role("link", name="large models").first.click()
    page.get_by_text("No large model is set up.").wait_for()
    look_at(page, "models-none")


def test_a_second_reader_and_a_coach(page: Page, home: Path, server: FaultyServer) -> None:
    set_up(home, server, "reader", "coach", "interviewer", host="llm.example")
    session = scorecard(page)
    page.get_by_role("button", name="Have it read by a second reader").click()
    page.get_by_role("heading", name="Before the second reader is asked").wait_for()
    expect(page.get_by_text("llm.example")).to_be_visible()
    assert server.requests == []
    look_at(page, "agree")
    page.get_by_role("button", name="I agree").click()
    page.get_by_text("house read the points, too").wait_for(timeout=60_000)
    expect(page.get_by_text("house reads it as")).not_to_have_count(0)
    assert server.requests

    server.mode, server.slow_seconds = "slow", 3.0
    page.get_by_role("button", name="Ask the coach").click()
    page.get_by_role("button", name="I agree").click()
    page.get_by_role("heading", name="The coach writes").wait_for()
    look_at(page, "coach-under-way")
    server.mode = "ok"
    page.get_by_text("The coach, house").first.wait_for(timeout=60_000)
    expect(page.get_by_text("left out: nothing supports it")).not_to_have_count(0)
    assert INVENTED not in page.content()
    page.reload()
    expect(page.get_by_text("The coach, house")).not_to_have_count(0)
    expect(page.get_by_text("house reads it as")).not_to_have_count(0)
    look_at(page, "scorecard-opinions")

    server.mode = "wrong-key"
    page.get_by_role("button", name="Ask the coach again").click()
    page.get_by_role("heading", name="The coach did not answer").wait_for(timeout=60_000)
    look_at(page, "coach-failed")
    page.goto(f"/sessions/{session}/scorecard")
    expect(page.get_by_text("The coach, house"), "what was said before stands").not_to_have_count(0)
    server.mode = "ok"


def test_what_is_set_up_and_agreed(page: Page, home: Path, server: FaultyServer) -> None:
    set_up(home, server, "reader", "coach", "interviewer", host="llm.example")
    page.goto("/models")
    expect(page.get_by_text("Nothing is sent before you agree.")).to_have_count(1)
    look_at(page, "models")
    page.get_by_role("button", name="Agree: house as interviewer").click()
    page.get_by_role("button", name="Withdraw: house as interviewer").wait_for()
    page.goto("/data")
    expect(page.get_by_text("llm.example")).to_have_count(3)
    look_at(page, "data-models")


def test_a_worded_reply_says_by_whom(page: Page, home: Path, server: FaultyServer) -> None:
    set_up(home, server, "interviewer")  # this machine's, so nobody need agree
    server.reply = honest
    page.goto("/")
    page.get_by_role("link", name="support desk").first.click()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/sessions/*")
    assert "worded by house" in say(page, "How long does an agent spend on a ticket?")
    page.reload()
    expect(page.get_by_text("worded by house")).to_have_count(1)
    look_at(page, "room-worded")
    page.goto(f"{page.url}/transcript")
    expect(page.get_by_text("worded by house")).to_have_count(1)
    server.reply = opinion
