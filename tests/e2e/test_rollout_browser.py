"""Rollouts in a real browser: begun from a form, watched, unfolded day by day, and a drill from the first call to the score. Axe looks at every page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e import test_browser as room_test
from tests.e2e.served import served
from tests.e2e.test_browser import look_at, opened
from tests.labdata import desk_records, write_folder
from tests.unit.app.test_rollouts import DESIGN

from caseroom.app import rollouts
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.rollout.settings import Settings as Weeks
from caseroom.store.sessions import SessionStore

browser, page = room_test.browser, room_test.page
pytestmark = room_test.pytestmark
PLANTED = (("latency_creep", 20), ("injections", 30))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> Room:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return Room(settings, shelf, engine, SessionStore(settings.database))


@pytest.fixture(scope="module")
def address(kept: Room) -> Iterator[str]:
    """A served room."""
    with served(kept) as address:
        yield address


@pytest.fixture(scope="module")
def first(kept: Room, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A rollout of a small folder that is done."""
    folder = write_folder(tmp_path_factory.mktemp("data") / "desk", records=desk_records(30))
    begun = rollouts.begin(kept, replace(DESIGN, title="A rental desk"), Weeks(weeks=6, a_day=200, events=PLANTED), data=folder)
    rollouts.carry_out(kept, begun.id)
    return begun.id


def test_a_rollout_is_begun_and_its_weeks_unfold(page: Page, first: str) -> None:
    page.goto("/rollouts")
    page.get_by_role("link", name="A rental desk").click()
    page.get_by_role("link", name="Roll it out again").click()
    look_at(page, "rollout-new")
    page.get_by_label("Weeks").fill("0")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("alert").get_by_text("1 to 52").wait_for()
    look_at(page, "rollout-new-wrong")
    page.get_by_label("Weeks").fill("6")
    page.get_by_label("Items a day").fill("200")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("heading", name="Phases and gates").wait_for(timeout=60_000)
    with page.expect_download() as got:
        page.get_by_role("link", name="JSON").click()
    assert len(json.loads(got.value.path().read_text(encoding="utf-8"))["days"]) == 42

    page.goto(f"/rollouts/{first}")
    look_at(page, "rollout-report")
    page.get_by_role("link", name="Watch the weeks unfold").click()
    page.get_by_role("heading", name="Day 0").wait_for()
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => Number(document.getElementById('day').value) >= 3")
    page.get_by_role("button", name="Pause").click()
    paused = int(page.locator("#day").input_value())
    page.locator("main").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name=f"Day {paused + 1},").wait_for()
    page.keyboard.press("n")
    page.locator(".happened.call").first.wait_for()
    page.locator("#day").fill("41")
    page.get_by_role("heading", name="Day 41,").wait_for()
    look_at(page, "rollout-weeks")
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Step").click()
    page.get_by_role("heading", name="Day 0,").wait_for()
    page.goto("/rollouts")
    look_at(page, "rollouts")


def test_a_proposal_that_is_not_kept_yet_is_rolled_out(page: Page) -> None:
    page.goto("/cases/support-desk/lab")
    look_at(page, "proposal-to-roll-out")
    page.get_by_role("button", name="Roll it out").click()
    page.get_by_text("This roadmap watches nothing").wait_for()
    assert (
        page.locator("textarea[name=text]").input_value().startswith("#")
        or "case: support-desk" in page.locator("textarea[name=text]").input_value()
    )
    look_at(page, "rollout-new-blind")


def test_a_drill(page: Page, first: str) -> None:
    page.goto(f"/rollouts/{first}")
    page.get_by_role("link", name="Be on call yourself").click()
    assert page.get_by_label("I am: a drill").is_checked()
    assert page.get_by_label("Items a day").input_value() == "200"
    page.get_by_label("What I choose").check()
    page.get_by_text("The events of this case").click()
    page.locator("input[name=event][value=latency-creep]").check()
    page.locator("input[name=day-latency-creep]").fill("20")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("heading", name="What do you check?").wait_for(timeout=60_000)
    look_at(page, "drill-first")
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => Number(document.getElementById('drill').dataset.day) >= 2")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("() => document.getElementById('run').textContent === 'Play'")

    # somebody calls, in the end about latency
    for _ in range(15):
        before = page.locator("#drill").get_attribute("data-day")
        page.get_by_role("button", name="Until somebody calls").click()
        page.wait_for_function("before => document.getElementById('drill').dataset.day !== before", arg=before)
        if page.locator(".happened.call", has_text="latency").count():
            break
    assert page.locator(".happened.call", has_text="latency").count() and "Answers become slower" not in page.inner_text("#drill"), (
        "nobody knows yet"
    )
    look_at(page, "drill-called")
    page.get_by_role("button", name="Latency and errors").click()
    page.get_by_role("heading", name="What you found today").wait_for()
    page.get_by_role("button", name="What comes in").click()
    page.get_by_text("6 left today").wait_for()
    look_at(page, "drill-found")
    page.get_by_label("The cause is that").select_option("latency_creep")
    page.get_by_role("button", name="Mend it").click()
    page.get_by_text("mended from day").first.wait_for()
    page.get_by_role("button", name="Switch back").click()
    page.get_by_role("button", name="Make it live again").wait_for()
    page.get_by_role("button", name="Take the last one back").click()
    page.get_by_role("button", name="Switch back").wait_for()

    # a reload loses nothing; a second tab is told
    page.reload()
    expect(page.locator(".did li")).to_have_count(3)
    number = page.locator("input[name=number]").first.input_value()
    other = page.request.post(
        f"{page.url}/act", form={"number": str(int(number) - 1), "do": "look:users"}, headers={"Origin": page.url.split("/rollouts")[0]}
    )
    assert other.status == 409 and "another window" in other.text()
    while not page.locator("#drill[data-over=yes]").count():
        before = page.locator("#drill").get_attribute("data-day")
        page.get_by_role("button", name="Until somebody calls").click()
        page.wait_for_function("before => document.getElementById('drill').dataset.day !== before", arg=before)
    look_at(page, "drill-over")
    page.get_by_role("button", name="See how you did").click()
    page.get_by_role("heading", name="How you did on call").wait_for(timeout=60_000)
    row = page.get_by_role("row", name="Harmful events mended")
    assert row.locator("td").all_inner_texts()[0] == "1 of 1" and row.locator("td").all_inner_texts()[-1] == "0 of 1"
    look_at(page, "drill-report")


def test_a_drill_without_a_script(browser: Browser, address: str, first: str, tmp_path: Path) -> None:
    with opened(browser, address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"/rollouts/{first}/weeks?day=5")
        page.get_by_role("link", name="A day on").click()
        page.get_by_role("heading", name="Day 6,").wait_for()
        page.goto(f"/rollouts/new?again={first}&on_call=me&weeks=3&plant=none")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("button", name="A week on").wait_for(timeout=60_000)
        page.get_by_role("button", name="A week on").click()
        page.get_by_role("button", name="The bill").click()
        page.get_by_role("heading", name="What you found today").wait_for()
        page.get_by_role("button", name="End it here").click()
        page.get_by_role("heading", name="How you did on call").wait_for(timeout=60_000)
