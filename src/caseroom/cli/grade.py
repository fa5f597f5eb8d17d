"""`caseroom grade`."""

from __future__ import annotations

import sys
from pathlib import Path

from caseroom.app.exports import scorecard_html
from caseroom.app.grading import grade_transcript
from caseroom.cli import scorecard as card_view
from caseroom.cli.screen import print_json, progress, the_shelf_and_engine, write_file
from caseroom.grading import transcript as transcripts


def run(case: str, file: Path, *, html: Path | None, cases: Path | None, as_json: bool) -> None:
    """The verb."""
    shelf, engine = the_shelf_and_engine(cases)
    loaded = shelf.case(case)
    transcript = transcripts.parse(sys.stdin.read()) if str(file) == "-" else transcripts.read(file)
    with progress("Reading the case") as told:
        card = grade_transcript(engine, loaded, transcript, told)
    if html:
        write_file(html, scorecard_html(card))
    if as_json:
        print_json(card.to_dict())
    else:
        card_view.show(card)
