"""Interviews whose points people have labelled: those of a gold folder, and those that a file of labels speaks of. Judges nothing itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseroom.app.grading import transcript_of
from caseroom.app.interviews import Room
from caseroom.app.labels import CANDIDATE, TRANSCRIPT
from caseroom.errors import DataError, SessionNotFound, UsageError
from caseroom.forms import read_text
from caseroom.grading.transcript import Said, Transcript
from caseroom.grading.transcript import read as read_transcript

TUNING = ("support-desk", "visit-summaries")
"""Shipped cases whose gold interviews a judge may be compared on while it is fitted."""
MEASURED_ON = ("resume-screening", "sales-tax")
"""Shipped cases that are kept for measuring: no label of theirs sets a threshold."""
VERDICTS = {
    "covered": "covered", "whole": "covered", "made": "covered", "partial": "partial", "named": "partial",
    "missed": "missed", "not_made": "missed", "contradicted": "contradicted",
}  # fmt: skip
"""What people say of a point, in the words of the judge."""
PASSES = ("a", "b")


@dataclass(frozen=True, slots=True)
class Marked:
    """An interview with what people said of its points."""

    name: str
    """The session, or the transcript's file."""
    case: str
    transcript: Transcript
    verdicts: Mapping[str, str]
    """By point."""
    whole: bool
    """Whether every point was looked at, and a point without a verdict was missed."""
    unclear: frozenset[str] = frozenset()
    """Points on which people differ."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file of labels holds for the judge."""

    interviews: tuple[Marked, ...]
    left_out: Mapping[str, int]
    """Why rows do not count, and how many."""

    @property
    def count(self) -> int:
        """How many points have a label."""
        return sum(len(marked.verdicts) for marked in self.interviews)


def gold(folder: Path) -> Iterator[Marked]:
    """The gold interviews of the tuning cases, with the labels on which both passes agree.

    Raises:
        UsageError: no gold set is there.
    """
    paths = [path for case in TUNING for path in sorted(folder.glob(f"{case}-*.txt"))]
    if not paths:
        raise UsageError(f"There is no gold set in {folder}. It lies in the source repository as evals/gold; name it with --gold.")
    for path in paths:
        one, two = (_pass(folder / "labels" / f"{path.stem}.{which}.jsonl") for which in PASSES)
        agreed = {point: one.get(point, "missed") for point in {*one, *two} if one.get(point) == two.get(point)}
        case = next(case for case in TUNING if path.stem.startswith(f"{case}-"))
        yield Marked(path.stem, case, read_transcript(path), agreed, True, frozenset({*one, *two} - set(agreed)))


def _pass(path: Path) -> dict[str, str]:
    return {row["point"]: VERDICTS[row["label"]] for _, row in _json_lines(path)}


def read_labels(room: Room, path: Path) -> Labels:
    """The labels of points in a file that `caseroom labels export` wrote; what was said comes from the file or from the store.

    A candidate's own claim is no label. A point is covered, partial or missed; people do not mark the opposite apart. Where people differ on a point it has none; where one person decided twice the newest holds.

    Raises:
        DataError: a line that is no row of labels.
    """
    said: dict[str, tuple[str, Transcript]] = {}
    newest: dict[tuple[str, str], dict[str, str]] = {}
    left: dict[str, int] = {}
    for line, row in _json_lines(path):
        try:
            if row["kind"] == TRANSCRIPT:
                said[row["session"]] = row["case"], Transcript(tuple(Said(**turn) for turn in row["turns"]))
            elif reason := _no_label(row):
                left[reason] = left.get(reason, 0) + 1
            else:
                verdict = VERDICTS[row["person"]]
                newest.setdefault((row["session"], row["point"]), {})[row["by"]] = "missed" if verdict == "contradicted" else verdict
        except (KeyError, TypeError) as error:
            raise DataError([f"{path}:{line}: is no row of labels ({error}); write them with `caseroom labels export`"]) from None
    return _by_interview(room, said, newest, left)


def _no_label(row: dict[str, Any]) -> str | None:
    """Why a row does not tell what became of a point; None if it does."""
    if "point" not in row or "session" not in row:
        return "not about a point of an interview"
    if row["by"] == CANDIDATE:
        return "a candidate's own claim"
    return None if row["person"] in VERDICTS else f"decided as {row['person']!r}"


def _by_interview(
    room: Room,
    said: Mapping[str, tuple[str, Transcript]],
    newest: Mapping[tuple[str, str], Mapping[str, str]],
    left: dict[str, int],
) -> Labels:
    found: dict[str, dict[str, str]] = {}
    for (session, point), decided in newest.items():
        if len(set(decided.values())) == 1:
            found.setdefault(session, {})[point] = next(iter(decided.values()))
        else:
            left["people differ"] = left.get("people differ", 0) + 1
    interviews = []
    for session, verdicts in sorted(found.items()):
        reason, marked = _interview(room, session, verdicts, said.get(session))
        if marked:
            interviews.append(marked)
        if lost := len(verdicts) - len(marked.verdicts if marked else ()):
            left[reason] = left.get(reason, 0) + lost
    return Labels(tuple(interviews), left)


def _interview(room: Room, session: str, verdicts: Mapping[str, str], said: tuple[str, Transcript] | None) -> tuple[str, Marked | None]:
    """A session with the labels that count, and why the others do not."""
    try:
        if said is None:
            stored = room.store.session(session)
            said = stored.case, transcript_of(stored)
    except SessionNotFound:
        return "of a session that is not here; export with --transcripts", None
    case_id, transcript = said
    if case_id in MEASURED_ON:
        return "of a case that is kept for measuring", None
    if case_id not in room.shelf.ids():
        return "of a case that is not here", None
    known = {point.id for point in room.engine.judge(room.shelf.case(case_id)).points}
    kept = {point: verdict for point, verdict in verdicts.items() if point in known}
    return "of a point that the judge does not read", Marked(session, case_id, transcript, kept, whole=False) if kept else None


def _json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and row of each line that is not empty."""
    for number, line in enumerate(read_text(path, DataError).splitlines(), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise DataError([f"{path}:{number}: not JSON ({error}); each line is one row"]) from None
            if not isinstance(row, dict):
                raise DataError([f"{path}:{number}: not a row but {type(row).__name__}; each line is one block of keys"])
            yield number, row
