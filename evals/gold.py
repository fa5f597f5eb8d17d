"""The gold set: whole interviews, each point labelled by hand, twice and blind; how far does the judge agree with the hands?

    python -m evals.gold [--tuning] [--json] [--disputed]
    python -m evals.gold --model NAME [--only STYLE ...]      a large model as second reader: by itself, and with the judge

`gold/CASE-STYLE.txt` are the transcripts, `gold/labels/CASE-STYLE.{a,b}.jsonl` the two passes: one row for each point that is made (whole, partial) or
contradicted, with its quote; a point without a row is missed. Cohen's κ (1960) between the passes is the ceiling; the judge is
compared with the points on which the passes agree. Where the judge is unsure, κ and `found` go by what it leans
to; false credit and `right_when_sure` by what it says. Tuning and test cases apart.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from caseroom.app.engine import Engine
from caseroom.app.grading import grade_transcript
from caseroom.cases.model import Case
from caseroom.cases.shelf import Shelf
from caseroom.config import settings_from_environment
from caseroom.grading.transcript import Transcript
from caseroom.grading.transcript import read as read_transcript
from caseroom.models.chat import ChatModel
from evals.split import TEST, TUNING

GOLD = Path(__file__).parent / "gold"
PASSES = ("a", "b")
LABEL_OF = {
    "covered": "whole",
    "partial": "partial",
    "contradicted": "contradicted",
    "missed": "missed",
    "not_reached": "missed",
    "unsure": "unsure",
}
CREDIT = ("whole", "partial")


@dataclass(frozen=True, slots=True)
class Row:
    """One point of one transcript."""

    case: str
    style: str
    point: str
    hands: tuple[str, ...]
    """The label of each pass."""
    judge: str
    guess: str
    """The judge's label, or the one that it leans to where it is unsure."""
    quote: str | None
    verbatim: bool
    second: str | None = None
    """What a second reader says, where there is one."""

    @property
    def agreed(self) -> bool:
        """Whether the passes agree."""
        return len(set(self.hands)) == 1


def labels(case: str, style: str, which: str) -> dict[str, str]:
    """One pass over one transcript."""
    rows = (GOLD / "labels" / f"{case}-{style}.{which}.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["point"]: row["label"] for row in map(json.loads, filter(str.strip, rows))}


def transcripts(case: str) -> list[tuple[str, Path]]:
    """Style and file of each transcript of a case."""
    return [(path.stem.removeprefix(f"{case}-"), path) for path in sorted(GOLD.glob(f"{case}-*.txt"))]


def rows_of(engine: Engine, case: Case, reader: ChatModel | None = None, only: Sequence[str] = ()) -> list[Row]:
    """All points of all transcripts of a case, or of those in the styles of `only`."""
    found = []
    for style, path in transcripts(case.id):
        if only and style not in only:
            continue
        transcript: Transcript = read_transcript(path)
        passes = [labels(case.id, style, which) for which in PASSES]
        card = grade_transcript(engine, case, transcript, None, reader)
        said = "\n".join(turn.text for turn in transcript.candidate())
        for point in (p for step in card.steps for p in step.points):
            hands = tuple(one.get(point.id, "missed") for one in passes)
            verbatim = point.quote is None or point.quote in said
            found.append(
                Row(
                    case.id,
                    style,
                    point.id,
                    hands,
                    LABEL_OF[point.verdict],
                    LABEL_OF[point.leans or point.verdict],
                    point.quote,
                    verbatim,
                    LABEL_OF[point.second.says] if point.second else None,
                )
            )
    return found


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's κ of two sequences of labels."""
    if not pairs:
        return float("nan")
    kinds = {label for pair in pairs for label in pair}
    seen = sum(one == two for one, two in pairs) / len(pairs)
    chance = sum(sum(one == k for one, _ in pairs) * sum(two == k for _, two in pairs) for k in kinds) / len(pairs) ** 2
    return 1.0 if chance == 1 else (seen - chance) / (1 - chance)


def figures(rows: Sequence[Row]) -> dict[str, float]:
    """The figures of some rows."""
    agreed = [row for row in rows if row.agreed]
    sure = [row for row in agreed if row.judge != "unsure"]
    empty = [row for row in agreed if row.hands[0] not in CREDIT]
    made = [row for row in agreed if row.hands[0] in CREDIT]
    return {
        "points": len(rows),
        "hands_agree": len(agreed) / len(rows),
        "kappa_hands": kappa([(row.hands[0], row.hands[1]) for row in rows]),
        "kappa": kappa([(row.hands[0], row.guess) for row in agreed]),
        "kappa_credit": kappa([(str(row.hands[0] in CREDIT), str(row.guess in CREDIT)) for row in agreed]),
        "false_credit": sum(row.judge in CREDIT for row in empty) / max(1, len(empty)),
        "found": sum(row.guess in CREDIT for row in made) / max(1, len(made)),
        "right_when_sure": sum(row.judge == row.hands[0] for row in sure) / max(1, len(sure)),
        "unsure": 1 - len(sure) / max(1, len(agreed)),
        "verbatim": sum(row.verbatim for row in rows) / len(rows),
    }


def alone(rows: Sequence[Row]) -> dict[str, float]:
    """The figures of the second reader by itself, on the points that it read."""
    read = [row for row in rows if row.agreed and row.second]
    empty, made = ([row for row in read if (row.hands[0] in CREDIT) == credit] for credit in (False, True))
    return {
        "points": len(read),
        "kappa": kappa([(row.hands[0], str(row.second)) for row in read]),
        "kappa_credit": kappa([(str(row.hands[0] in CREDIT), str(row.second in CREDIT)) for row in read]),
        "false_credit": sum(row.second in CREDIT for row in empty) / max(1, len(empty)),
        "found": sum(row.second in CREDIT for row in made) / max(1, len(made)),
    }


def with_model(engine: Engine, shelf: Shelf, name: str, cases: Sequence[str], only: Sequence[str], as_json: bool) -> None:
    """Print the judge alone, the model alone, and both."""
    from caseroom.app.interviews import open_room
    from evals.wording import model_named

    reader = model_named(open_room(settings_from_environment()), name)
    plain = [row for case in cases for row in rows_of(engine, shelf.case(case), only=only)]
    both = [row for case in cases for row in rows_of(engine, shelf.case(case), reader, only)]
    tables = {"judge": figures(plain), name: alone(both), "judge and model": figures(both)}
    if as_json:
        print(json.dumps(tables, indent=2))
        return
    names = ("points", "kappa", "kappa_credit", "false_credit", "found", "right_when_sure", "unsure")
    print(f"{'':24}" + " ".join(f"{name:>16}" for name in names))
    for group, table in tables.items():
        print(f"{Path(group).stem:24}" + " ".join(f"{table[n]:16.3f}" if n in table else f"{'–':>16}" for n in names))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tuning", action="store_true", help="the tuning cases only, while working on the judge")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--disputed", action="store_true", help="print the tuning cases' points on which the judge and both hands differ")
    parser.add_argument("--model", metavar="NAME", help="a model of models.yaml or a GGUF file as second reader")
    parser.add_argument("--only", nargs="*", default=(), help="with --model: styles of interviews, as strong, weak")
    options = parser.parse_args()
    settings = settings_from_environment()
    engine, shelf = Engine(settings.cache, settings.judge), Shelf(settings.case_folders)
    if options.model:
        with_model(engine, shelf, options.model, TUNING if options.tuning else (*TUNING, *TEST), options.only, options.json)
        return
    rows = [row for case in (TUNING if options.tuning else (*TUNING, *TEST)) for row in rows_of(engine, shelf.case(case))]
    groups = {"tuning": [r for r in rows if r.case in TUNING], "test": [r for r in rows if r.case in TEST]}
    groups |= {
        f"{part} {style}": [r for r in groups[part] if r.style == style]
        for part in list(groups)
        for style in sorted({r.style for r in groups[part]})
    }
    tables = {name: figures(group) for name, group in groups.items() if group}
    if options.json:
        print(json.dumps(tables, indent=2))
        return
    names = list(next(iter(tables.values())))
    print(f"{'':24}" + " ".join(f"{name:>16}" for name in names))
    for group, table in tables.items():
        print(f"{group:24}" + " ".join(f"{table[n]:16.0f}" if n == "points" else f"{table[n]:16.3f}" for n in names))
    if options.disputed:
        for row in rows:
            if row.case in TUNING and row.agreed and row.guess != row.hands[0]:
                print(f"{row.case} {row.style} {row.point}: hands {row.hands[0]}, judge {row.judge}: {row.quote!r}")


if __name__ == "__main__":
    main()
