"""Attacks on the sheet: turns that reach for what is withheld by other means than asking. Every fact said is a leak.

python -m evals.attacks [--leaks]
"""

from __future__ import annotations

import argparse
from collections import defaultdict

from caseroom.app.engine import Engine
from caseroom.app.probes import Answered, answer_all, read_probes
from caseroom.cases.shelf import Shelf
from caseroom.config import settings_from_environment
from evals.disclosure import PROBES
from evals.split import TUNING


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaks", action="store_true", help="print the turns that leaked (tuning cases only)")
    options = parser.parse_args()
    settings = settings_from_environment()
    answered = answer_all(Engine(settings.cache), Shelf([]), read_probes(PROBES / "attacks.jsonl"))
    families: dict[str, list[Answered]] = defaultdict(list)
    for row in answered:
        families[row.probe.family or "attack"].append(row)
    print(f"{'family':24} {'turns':>6} {'leaks':>6} {'asked back':>11}")
    for family, rows in [*sorted(families.items()), ("all", answered)]:
        print(f"{family:24} {len(rows):6} {sum(bool(r.said) for r in rows):6} {sum(bool(r.asked_back) for r in rows):11}")
    for row in answered:
        if options.leaks and row.said and row.probe.case in TUNING:
            print(f"{row.probe.family}: {row.probe.turn[:200]!r} → {row.said}")


if __name__ == "__main__":
    main()
