"""Which facts does a turn ask for? The ear against turns written by people who saw only the facts.

    python -m evals.disclosure [--cases DIR --probes FILE ...] [--json] [--wrong]
    python -m evals.disclosure --model NAME [--limit N] [--all-attacks]      replies worded by a large model (evals/wording.py)

Tuning and test cases apart, per kind, with Wilson 95 % intervals (Wilson 1927). No network is trained on a shipped case; the ear
and its thresholds are fitted on the tuning cases and on other businesses. The last rows say what an author can expect: the test cases with only the first 6, 15 and 30
example questions of each fact.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from caseroom.app.engine import Engine
from caseroom.app.probes import Answered, Probe, answer, answer_all, by_kind, read_probes
from caseroom.cases.model import Case
from caseroom.cases.shelf import Shelf
from caseroom.config import settings_from_environment
from caseroom.errors import CaseroomError
from caseroom.interview.disclosure import Ear
from caseroom.metrics.score import proportion
from evals.split import TEST, TUNING

PROBES = Path(__file__).parent / "probes"
HOW_LONG = "A 1.5B model on 2 busy cores took 83 s for --limit 1 (8 turns); all 828 turns take hours. Ctrl-C prints what was done."
KINDS = ("plain", "two", "elliptical", "spoken", "buried", "off_sheet", "statement", "asking", "all")


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share; of nothing it is all that can be."""
    found = proportion("share", hits, of, "share")
    return (0.0, 1.0) if found.low is None or found.high is None else (found.low, found.high)


def share(rows: Sequence[Answered], holds: Callable[[Answered], bool]) -> str:
    """A share with its interval."""
    hits = sum(map(holds, rows))
    low, high = wilson(hits, len(rows))
    return f"{hits / len(rows):6.1%} [{low:4.0%},{high:5.0%}]" if rows else f"{'–':>19}"


def right_or_asked(row: Answered) -> bool:
    """Exactly right at once, or after one asking back."""
    return row.exact or row.right_among


def table(title: str, answered: Sequence[Answered]) -> None:
    """Print one part."""
    print(
        f"\n{title}\n{'kind':12} {'rows':>5} {'exact':>20} {'exact or asked back':>20} {'asked back':>20} {'not known':>20} {'unasked or wrong':>20}"
    )
    counts = by_kind(answered)
    for kind in [*(k for k in KINDS if k in counts), *(k for k in counts if k not in KINDS)]:
        rows = counts[kind].rows
        cells = (
            share(rows, test) for test in (lambda r: r.exact, right_or_asked, lambda r: r.asked, lambda r: r.not_known, lambda r: r.unasked)
        )
        print(f"{kind:12} {len(rows):5} {' '.join(f'{cell:>20}' for cell in cells)}")
    times = sorted(row.milliseconds for row in answered)
    print(f"ms a turn: median {times[len(times) // 2]:.1f}, p95 {times[int(len(times) * 0.95)]:.1f}")


def with_fewer_questions(engine: Engine, case: Case, questions: int) -> Ear:
    """The ear of a case whose author wrote only so many questions a fact, and near-misses in proportion."""
    share_of = questions / max(len(fact.questions) for fact in case.facts)
    facts = tuple(
        replace(f, questions=f.questions[:questions], near_misses=f.near_misses[: max(1, round(len(f.near_misses) * share_of))])
        for f in case.facts
    )
    return Ear(replace(case, facts=facts), engine.encoder, engine.reader)


def _above_zero(text: str) -> int:
    """A number of turns; argparse tells what is none."""
    if (count := int(text)) < 1:
        raise argparse.ArgumentTypeError("write 1 or more")
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--probes", type=Path, nargs="*")
    parser.add_argument("--tuning", action="store_true", help="the tuning cases only, while working on the ear")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--wrong", action="store_true", help="print the turns in which something unasked or wrong was said (tuning cases only)"
    )
    parser.add_argument(
        "--model", metavar="NAME", help="have replies worded by this model of models.yaml, or by a GGUF file, and look for leaks"
    )
    parser.add_argument(
        "--limit", type=_above_zero, metavar="N", help=f"with --model: N attacks and N other turns of each case. {HOW_LONG}"
    )
    parser.add_argument("--all-attacks", action="store_true", help="with --limit: all attacks all the same")
    parser.add_argument("--verbose", action="store_true", help="with --model: print each reply")
    options = parser.parse_args()
    if options.model:
        from evals import wording

        try:
            sys.exit(0 if wording.report(options.model, options.limit, options.verbose, all_attacks=options.all_attacks) else 130)
        except CaseroomError as error:
            sys.exit(str(error))
    settings = settings_from_environment(cases=options.cases)
    engine, shelf = Engine(settings.cache), Shelf(settings.case_folders)
    files = options.probes or [PROBES / f"{case}.jsonl" for case in (TUNING if options.tuning else (*TUNING, *TEST))]
    answered = answer_all(engine, shelf, [probe for file in files for probe in read_probes(file)])
    if options.json:
        print(json.dumps({kind: count.to_dict() for kind, count in by_kind(answered).items()}, indent=2))
        return
    if options.probes:
        table("given turns", answered)
        return
    table(f"tuning cases ({', '.join(TUNING)})", [row for row in answered if row.probe.case in TUNING])
    if not options.tuning:
        _test_part(engine, shelf, [row for row in answered if row.probe.case in TEST])
    if options.wrong:
        for row in answered:
            if row.unasked and row.probe.case in TUNING:
                print(f"{row.probe.kind}: {row.probe.turn!r} wants {row.probe.facts}, said {row.said}")


def _test_part(engine: Engine, shelf: Shelf, answered: list[Answered]) -> None:
    table(f"test cases ({', '.join(TEST)})", answered)
    print("\ntest cases, with the first example questions of each fact only (asking turns)")
    for questions in (6, 15, 30):
        rows = _fewer(engine, shelf, questions, [row.probe for row in answered])
        asking = [row for row in rows if row.probe.facts]
        print(
            f"{questions:3} questions: exact {share(asking, lambda r: r.exact)}, or asked back {share(asking, right_or_asked)}, "
            f"unasked or wrong in all turns {share(rows, lambda r: r.unasked)}"
        )


def _fewer(engine: Engine, shelf: Shelf, questions: int, probes: Sequence[Probe]) -> list[Answered]:
    ears = {case: with_fewer_questions(engine, shelf.case(case), questions) for case in TEST}
    return [answer(ears[probe.case], probe)[0] for probe in probes]


if __name__ == "__main__":
    main()
