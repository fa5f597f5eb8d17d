"""The lab in a real browser: a finished interview becomes a proposal, the proposal runs, the report is read. Axe looks at every page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e import test_browser as room_test
from tests.e2e.test_browser import DESIGN, look_at

address, browser, page = room_test.address, room_test.browser, room_test.page
pytestmark = room_test.pytestmark
SAID = (
    "How long does an agent spend on a ticket, and what is the target for the first reply?",
    DESIGN,
    "For the search I run keyword matching and embeddings side by side and keep the top 5 articles; outdated articles are taken out of the index.",
    "The model answers only from the articles it is given, and a check in code compares every amount and date with billing.",
    "I would measure BLEU and ROUGE against past replies, and how often agents edit the draft.",
)


@pytest.fixture
def session(page: Page, address: str) -> Iterator[str]:
    """A finished interview."""
    made = page.request.post("/api/sessions", data={"case": "support-desk"}).json()["id"]
    for text in SAID:
        page.request.post(f"/api/sessions/{made}/turns", data={"text": text})
    page.request.post(f"/api/sessions/{made}/end")
    yield made


def test_from_an_interview_to_a_report(page: Page, session: str, browser: Browser, tmp_path: Path) -> None:
    page.goto("/lab")
    page.get_by_text("No runs yet").wait_for()
    look_at(page, "lab-empty")

    page.goto(f"/sessions/{session}/scorecard")
    page.get_by_role("link", name="Run what you proposed").click(timeout=60_000)
    page.get_by_role("heading", name="What you proposed").wait_for(timeout=60_000)
    text = page.get_by_label("The proposal")
    assert "mode: draft" in text.input_value()
    look_at(page, "proposal")

    # a mistake is told with its line, and the line is found
    good = text.input_value()
    text.fill(good.replace("mode: draft", "mode: drafft"))
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").get_by_role("link").click()
    assert "drafft" in page.evaluate(
        "() => { const t = document.getElementById('text'); return t.value.slice(t.selectionStart, t.selectionEnd); }"
    )
    look_at(page, "proposal-wrong")
    text.fill("# my comment\n" + good)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    assert text.input_value().startswith("# my comment")

    # run: watched, stopped, gone on with
    page.get_by_label("Quick").check()
    page.get_by_label("On", exact=True).select_option("30")
    page.get_by_role("button", name="Run it").click()
    page.get_by_role("progressbar").wait_for()
    look_at(page, "running")
    page.get_by_role("button", name="Stop it").click()
    page.get_by_role("heading", name="It stopped").wait_for(timeout=60_000)
    look_at(page, "stopped")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="The goal and the limits").wait_for(timeout=180_000)
    assert page.locator("blockquote").count() >= 3
    page.get_by_role("heading", name="The red team").wait_for()
    look_at(page, "report")
    run = page.url.rsplit("/", 1)[1]

    # the file stands alone
    with page.expect_download() as got:
        page.get_by_role("link", name="HTML").click()
    file = tmp_path / "report.html"
    got.value.save_as(file)
    _alone(browser, file)
    with page.expect_download() as got:
        page.get_by_role("link", name="JSON").click()
    assert json.loads(got.value.path().read_text(encoding="utf-8"))["records"] == 30

    # by hand, and two side by side
    page.goto("/cases/support-desk/lab")
    look_at(page, "proposal-by-hand")
    page.get_by_label("Quick").check()
    page.get_by_label("On", exact=True).select_option("30")
    page.get_by_role("button", name="Run it").click()
    page.get_by_role("heading", name="The goal and the limits").wait_for(timeout=180_000)
    expect(page.get_by_text("written by hand")).to_have_count(1)
    page.goto("/lab")
    look_at(page, "lab")
    page.get_by_label("Before").select_option(run)
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("heading", name="What was changed").wait_for()
    look_at(page, "compare")
    page.goto("/lab")
    page.get_by_role("button", name="Delete the run").first.click()
    page.get_by_role("button", name="Delete it").wait_for()
    look_at(page, "run-delete")
    page.get_by_role("button", name="Delete it").click()
    page.wait_for_url("**/lab")
    expect(page.get_by_role("button", name="Delete the run")).to_have_count(1)


def _alone(browser: Browser, file: Path) -> None:
    """The saved report, opened from the disk: nothing is fetched, nothing scrolls sideways, axe finds nothing."""
    with room_test.opened(browser, None, java_script_enabled=True) as context:
        page = context.new_page()
        fetched: list[Any] = []
        page.on("request", lambda request: fetched.append(request.url))
        page.goto(file.as_uri())
        look_at(page, "report-file")
        page.emulate_media(media="print")
        page.screenshot(path=room_test.SCREENS / "report-print.png", full_page=True)
        assert len(fetched) == 1


def test_the_lab_works_without_a_script(browser: Browser, address: str) -> None:
    with room_test.opened(browser, address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/cases/support-desk/lab")
        page.get_by_label("Quick").check()
        page.get_by_label("On", exact=True).select_option("30")
        page.get_by_role("button", name="Run it").click()
        page.get_by_role("heading", name="The goal and the limits").wait_for(timeout=180_000)
