"""A rating cycle in a real browser: thirty outputs, two people, two browsers, by keyboard alone. Axe looks at every page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e import test_browser as room_test
from tests.e2e.served import served
from tests.e2e.test_browser import look_at
from tests.labdata import desk_records, write_folder
from tests.unit.lab.sample import NASTY

from caseroom.app import ratings, runs
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.proposal.model import Proposal, Retrieve, Technical
from caseroom.store.sessions import SessionStore

browser = room_test.browser
pytestmark = room_test.pytestmark
DESIGNS = [Proposal(title=f"the {way} way", technical=Technical(exact="code", retrieve=Retrieve(way))) for way in ("keyword", "hybrid")]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> Room:
    """A room with two runs that kept outputs; what came in is full of markup."""
    folder = tmp_path_factory.mktemp("data")
    records = [{**record, "input": f"{record['input']} {NASTY}"} for record in desk_records(120)]
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    room = Room(settings, shelf, engine, SessionStore(settings.database))
    for design in DESIGNS:
        runs.carry_out(room, runs.begin(room, design, data=write_folder(folder, records=records), quick=True, keep=12).id)
    return room


@pytest.fixture(scope="module")
def address(own: Room) -> Iterator[str]:
    """The room, served."""
    with served(own) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    yield from room_test.page.__wrapped__(browser, address)  # type: ignore[attr-defined]


ann = bob = page


def begin(page: Page, cycle: str, name: str) -> None:
    """Come in and say who it is, by keyboard."""
    page.goto(f"/ratings/{cycle}/rate")
    page.wait_for_function("() => document.activeElement.id === 'rater'")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.locator("#rating").wait_for()


def give(page: Page, *keys: str) -> None:
    """Rate one output and wait for the next, or the end."""
    item = page.locator("#rating").get_attribute("data-item")
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function("item => document.getElementById('rating')?.dataset.item !== item", arg=item)


def test_thirty_outputs_by_two_people_by_keyboard_alone(ann: Page, browser: Browser, address: str, own: Room, tmp_path: Path) -> None:
    ann.goto("/lab")
    ann.get_by_role("link", name="People rate outputs").click()
    look_at(ann, "ratings-empty")
    for box in ann.get_by_role("checkbox", name="the keyword way").all() + ann.get_by_role("checkbox", name="the hybrid way").all():
        box.check()
    ann.get_by_label("Rated by two people").first.select_option("1")
    ann.get_by_role("button", name="Make the cycle").click()
    ann.get_by_role("heading", name="rated by people").wait_for()
    cycle = ann.url.rsplit("/", 1)[1]
    expect(ann.get_by_text("Nobody has rated yet")).not_to_have_count(0)
    expect(ann.get_by_text("too few items to say")).to_have_count(3)
    look_at(ann, "rating-results-empty")
    ann.goto(f"/ratings/{cycle}/rate")
    look_at(ann, "rating-name")

    begin(ann, cycle, "Ann")
    expect(ann.locator("#where")).to_have_text("Output 1 of 30")
    expect(ann.locator("#input")).to_contain_text("<script>alert")
    expect(ann.locator("#rating script")).to_have_count(0)
    body = ann.content()
    assert "keyword" not in body and "hybrid" not in body and not any(run.id in body for run in runs.runs(own)), "blind"
    look_at(ann, "rating")
    first = ann.locator("#rating").get_attribute("data-item")
    give(ann, "5", "4", "3")
    ann.keyboard.press("b")  # back to the output before, which is rated anew
    ann.wait_for_url("**/rate?item=*")
    assert ann.locator("#rating").get_attribute("data-item") == first and ann.locator("[name=accuracy]:checked").input_value() == "5"
    give(ann, "4", "4", "4")
    assert [row.value for row in ratings.rows(own, cycle)] == [5, 4, 3, 4, 4, 4], "appended, never changed"
    ann.keyboard.press("2")
    ann.wait_for_timeout(150)
    ann.reload()  # in the middle of an output: what was given is there
    expect(ann.locator("[name=accuracy]:checked")).to_have_value("2")
    expect(ann.locator("#where")).to_have_text("Output 2 of 30")
    give(ann, "3", "3")
    ann.goto(f"/ratings/{cycle}")
    ann.get_by_role("heading", name="outputs left to rate").wait_for()
    look_at(ann, "rating-early")

    with room_test.opened(browser, address) as context:
        bob = context.new_page()
        begin(bob, cycle, "Bob")
        orders = []
        for person, marks in ((ann, "543"), (bob, "345")):
            person.goto(f"/ratings/{cycle}/rate")
            seen = []
            while person.locator("#rating").count():
                seen.append(str(person.locator("#rating").get_attribute("data-item")))
                shift = int(seen[-1]) % 3
                give(person, *(marks[shift:] + marks[:shift]))
            orders.append(seen)
            person.get_by_role("heading", name="Nothing is left for you").wait_for()
        assert len(orders[1]) == 30 and [n for n in orders[1] if n in orders[0]] != orders[0], "each in an order of their own"
        look_at(ann, "rating-done")
        assert [(s.rater, s.done, s.total) for s in ratings.standings(own, cycle)] == [("Ann", 30, 30), ("Bob", 30, 30)]

        ann.get_by_role("link", name="Results").click()
        expect(ann.get_by_text("over 30 items")).to_have_count(3)
        ann.locator("details.apart summary").first.click()
        expect(ann.locator("details.apart .read").first).to_contain_text("<script>alert")
        look_at(ann, "rating-results")
        ann.goto("/ratings")
        look_at(ann, "ratings")


def test_a_run_is_deleted_while_it_is_rated_and_no_script_is_needed(browser: Browser, address: str, own: Room) -> None:
    with room_test.opened(browser, address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/ratings")
        page.get_by_label("Outputs").first.fill("4")
        page.get_by_role("button", name="Make the cycle").click()
        page.get_by_role("link", name="Rate", exact=True).click()
        page.get_by_role("button", name="Begin").click()
        expect(page.get_by_text("you are rater-")).not_to_have_count(0)
        for name in ("accuracy", "fluency", "helpfulness"):
            page.locator(f"[name={name}][value='4']").check()
        page.get_by_role("button", name="Next").click()
        expect(page.locator("#where")).to_contain_text("Output 2 of 4")
        runs.delete(own, ratings.cycles(own)[0].runs[0])
        page.locator("[name=accuracy][value='4']").check()
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_text("was deleted, and its texts with it")).not_to_have_count(0)
        page.goto(f"/ratings/{ratings.cycles(own)[0].id}/rate")
        expect(page.get_by_text("can no longer be rated")).not_to_have_count(0)
        page.goto(f"/ratings/{ratings.cycles(own)[0].id}?anyway=true")
        expect(page.get_by_text("(deleted)")).not_to_have_count(0)
