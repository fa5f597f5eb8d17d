"""The monitor in a real browser: empty, with weeks of use and a planted slowdown, an alert seen and silenced by a person. Axe looks at every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e import test_browser as room_test
from tests.e2e.served import served
from tests.e2e.test_browser import look_at, opened
from tests.watched import used_for

from caseroom.app.alerting import Alerting, Hook, Log
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.app.watching import Watching
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.monitoring.delivery import LogFile
from caseroom.monitoring.posting import Address
from caseroom.store.sessions import SessionStore

address, browser, page = room_test.address, room_test.browser, room_test.page
pytestmark = room_test.pytestmark


@pytest.fixture
def used(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> Iterator[str]:
    """A served room with weeks of use that has become slow, which a log was told of and a webhook, which nobody answers, was not."""
    settings = Settings(home=tmp_path_factory.mktemp("used"))
    room = Room(settings, shelf, engine, SessionStore(settings.database))
    used_for(room, 60, slow=2)
    alerting = Alerting(room, [Hook(Address("http://127.0.0.1:9/", tries=1)), Log(LogFile(settings.home / "alerts.jsonl"))])
    alerting.tell(Watching(room).look())
    alerting.close(60)
    with served(room) as address:
        yield address


def test_before_the_first_interview(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Monitor").click()
    expect(page.get_by_role("heading", name="Monitor")).to_be_visible()
    expect(page.get_by_text("Nothing to watch yet.")).to_be_visible()
    look_at(page, "monitor-empty")


def test_a_slowdown_is_seen_and_silenced(browser: Browser, used: str) -> None:
    with opened(browser, used, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto("/monitor")
        alert = page.locator(".alert", has_text="Answering a turn")
        expect(alert).to_contain_text("What to do")
        expect(alert.get_by_text("alerts.jsonl.")).to_be_visible()
        expect(alert.get_by_text("127.0.0.1:9 did not take it (it cannot be reached")).to_be_visible()
        expect(page.locator("#turn_seconds rect.band")).to_have_count(1)
        look_at(page, "monitor")
        page.locator("#turn_seconds summary").click()
        expect(page.locator("#turn_seconds tbody tr")).to_have_count(30)
        page.get_by_role("link", name="14 days").click()
        expect(page.get_by_role("heading", name="The last 14 days")).to_be_visible()

        alert.get_by_role("button", name="I have seen it").click()
        expect(page.locator(".alert", has_text="Answering a turn")).to_contain_text("Somebody has seen it")
        page.locator(".alert").first.get_by_label("because").fill("the machine is being moved")
        page.locator(".alert").first.get_by_role("button", name="Silence").click()
        expect(page.get_by_text("because the machine is being moved")).to_be_visible()
        look_at(page, "monitor-seen")
        page.get_by_role("button", name="Tell again").click()
        expect(page.get_by_text("because the machine is being moved")).to_have_count(0)
