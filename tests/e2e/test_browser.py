"""The room in a real browser: Debian's Chromium, driven over a whole interview. Every page is looked at by axe and photographed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.conftest import ROOT
from tests.e2e.served import LONGEST, served, within

from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.store.sessions import SessionStore

SCREENS = ROOT / "build" / "screens"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DESIGN = (
    "Generative AI only drafts the reply; amounts, dates and refunds come from rules and the billing system. An agent approves each draft before "
    "it is sent. If the search finds no article that fits, it does not answer and hands the ticket to a person."
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
pytestmark = pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="no Chromium here; `apt-get install chromium` brings it")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> Iterator[str]:
    """A served room with an empty store."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with served(Room(settings, shelf, engine, SessionStore(settings.database))) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    assert CHROMIUM, "Chromium is missing; .ci/run installs it"
    with within(LONGEST, "Playwright to start"):
        playwright = sync_playwright().start()
    try:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"], timeout=LONGEST * 1000
        )
        yield browser
        with within(LONGEST, "the browser to close"):
            browser.close()
    finally:
        with within(LONGEST, "Playwright to stop"):
            playwright.stop()


@contextmanager
def opened(browser: Browser, address: str | None, **options: Any) -> Iterator[BrowserContext]:
    """Somebody's browser: its pages go with it. A page is never closed by itself while it may be loading: Chromium then says that it closed it, and does not."""
    context = browser.new_context(base_url=address, **options)
    try:
        yield context
    finally:
        with within(LONGEST, f"the pages to close: {', '.join(page.url for page in context.pages)}"):
            context.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that fails on a script's error and on any request to another host."""
    wrong: list[str] = []
    with opened(browser, address, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" and "400" not in message.text else None)
        page.on("request", lambda request: None if request.url.startswith((address, "data:")) else wrong.append(request.url))
        yield page
    assert not wrong, wrong


def look_at(page: Page, name: str) -> None:
    """Photograph a page at two widths in light and dark, and let axe look at it in both."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        with within(LONGEST, f"{name} to be looked at ({scheme})"):
            _look_at(page, name, scheme)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def _look_at(page: Page, name: str, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SCREENS / f"{name}-{width}-{scheme}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} at {width} px scrolls sideways by {wide} px"
    found: Any = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})  # what passes is most of the result
    problems = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found.response["violations"]]
    assert not problems, f"{name} ({scheme}): {problems}"


def say(page: Page, text: str) -> str:
    """Say something and wait for the whole reply."""
    before = page.locator(".turn.interviewer").count()
    page.get_by_label("What you say").fill(text)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "before => document.querySelectorAll('.turn.interviewer').length > before && !document.getElementById('send').disabled", arg=before
    )
    return page.locator(".turn.interviewer").last.inner_text()


def test_a_whole_interview(page: Page) -> None:
    page.goto("/")
    look_at(page, "shelf")
    page.goto("/progress")
    look_at(page, "progress-empty")
    page.goto("/")
    page.get_by_role("link", name="support desk").first.click()
    page.get_by_role("button", name="Begin").wait_for()
    look_at(page, "brief")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/sessions/*")
    room = page.url

    # ask: facts come when asked
    assert "8 minutes" in say(page, "How long does an agent spend on a ticket?")
    say(page, "What have you already tried, and why did it fail?")
    say(page, "The weather is nice.")
    page.get_by_role("button", name="Undo last turn").click()
    page.wait_for_load_state()
    expect(page.locator(".turn.candidate")).to_have_count(2)

    # a draft survives a reload, and so does the conversation
    page.get_by_label("What you say").fill("half a thought")
    page.reload()
    assert page.get_by_label("What you say").input_value() == "half a thought"
    page.get_by_label("What you say").fill("")

    # notes, the clock, the steps
    page.get_by_role("textbox", name="Scratch pad").fill("8 minutes a ticket; 45 euros a wrong promise")
    page.get_by_text("Kept.").first.wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("button", name="Technical architecture").click()
    expect(page.locator("#steps [aria-current]")).to_have_attribute("value", "technical")

    # sketch by keyboard: two layers, a reason, a join
    page.get_by_role("button", name="Open the board").click()
    page.get_by_role("button", name="+ review").click()
    page.get_by_label("Why this layer").fill("A senior agent reads each draft that names an amount above 75 euros")
    page.get_by_role("button", name="+ response").click()
    page.locator(".box", has_text="review").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("j")
    page.locator(".box", has_text="response").focus()
    page.keyboard.press("Enter")
    page.locator("#board-saved", has_text="Kept.").wait_for()
    expect(page.locator("#board line")).to_have_count(1)
    look_at(page, "board")
    page.get_by_role("button", name="Done").click()
    page.reload()
    expect(page.locator("#board-count")).to_contain_text("2 layers, 1 with a reason")

    say(page, DESIGN)
    say(page, "We'd evaluate it well.")
    look_at(page, "room")
    page.get_by_role("button", name="Finish").click()

    # own levels, then the scorecard
    page.wait_for_url("**/self")
    look_at(page, "self")
    page.locator("fieldset", has_text="Ground").get_by_text("2", exact=True).click()
    page.get_by_role("button", name="Show the scorecard").click()
    page.wait_for_selector("table.levels", timeout=30_000)
    look_at(page, "scorecard")
    page.emulate_media(media="print")
    page.screenshot(path=SCREENS / "scorecard-print.png", full_page=True)
    page.emulate_media(media="screen")
    assert page.locator(".points blockquote").count() >= 2
    assert "on the board" in page.content()

    # a quote opens the transcript at its place
    page.locator(".points blockquote a").first.click()
    page.wait_for_url("**/transcript**")
    assert page.locator("mark#here").inner_text()
    look_at(page, "transcript")

    # dispute a point by marking words; wrong words are told
    page.goto(f"{room}/scorecard")
    page.get_by_role("link", name="I did say this").first.click()
    page.get_by_label("Your words").fill("these words were never said")
    page.get_by_role("button", name="I said this").click()
    expect(page.get_by_role("alert")).to_contain_text("do not stand")
    page.context.clear_cookies()
    page.evaluate(
        "() => { const node = document.querySelector('.turn.candidate p').firstChild; const range = document.createRange();"
        " range.setStart(node, 0); range.setEnd(node, 20); getSelection().removeAllRanges(); getSelection().addRange(range); }"
    )
    page.wait_for_function("() => document.getElementById('words').value.length === 20")
    look_at(page, "dispute")
    page.get_by_role("button", name="I said this").click()
    page.wait_for_url("**/scorecard#p*")
    expect(page.get_by_text("Kept beside the judge's mark")).to_have_count(1)

    # answer a step again
    page.locator("#assess").get_by_role("link", name="Answer this step again").click()
    page.get_by_label("Your answer").fill(
        DESIGN + " Searching alone would not write the reply, and a template cannot take up what the customer asks."
    )
    page.get_by_role("button", name="Grade this step").click()
    page.wait_for_url("**/again/assess#difference")
    look_at(page, "again")

    page.goto("/progress")
    assert page.get_by_role("table").count() >= 3
    look_at(page, "progress")
    page.goto("/data")
    look_at(page, "data")
    page.get_by_role("button", name="Delete the session").click()
    page.get_by_role("link", name="Keep it").wait_for()
    look_at(page, "delete")
    page.get_by_role("link", name="Keep it").click()
    page.get_by_label("to delete all sessions").fill("delete")
    page.get_by_role("button", name="Delete all sessions").click()
    page.get_by_text("0 sessions").wait_for()


def test_the_room_works_without_a_script(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/cases/support-desk")
        page.get_by_role("button", name="Begin").click()
        page.get_by_label("What you say").fill("How long does an agent spend on a ticket?")
        page.get_by_role("button", name="Say it").click()
        expect(page.locator(".turn.interviewer").last).to_contain_text("8 minutes")
        page.get_by_role("button", name="Finish").click()
        page.get_by_role("button", name="Show the scorecard").click()
        page.wait_for_selector("table.levels", timeout=30_000)


def test_two_tabs_see_one_session(browser: Browser, address: str) -> None:
    with opened(browser, address) as context:
        one, two = context.new_page(), context.new_page()
        one.goto("/cases/support-desk")
        one.get_by_role("button", name="Begin").click()
        one.wait_for_url("**/sessions/*")
        two.goto(one.url)
        say(one, "How long does an agent spend on a ticket?")
        say(two, "What is the budget?")
        one.reload()
        expect(one.locator(".turn.candidate")).to_have_count(2)


def test_the_first_page_is_small(page: Page) -> None:
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto("/", wait_until="networkidle")
    assert sum(sizes) <= 100_000
    assert Path(SCREENS).parent.exists()
