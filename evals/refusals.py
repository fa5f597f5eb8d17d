"""Who is refused? Design turns and plain questions against attacks, some of them hidden in design talk, on turns that no rule was written from.

    python -m evals.refusals [--wrong]

Three parts: `open` was looked at while the rules were written, `kept` when they stood, `last` was written after that, and then looked at, too (docs/evals.md
has the first figures of each). Then what else the shipped texts hold: scripts and graded interviews, where a refusal is false, and the attacks of `evals.attacks`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from caseroom.app.probes import read_probes
from caseroom.app.scripts import read_script
from caseroom.interview.attacks import is_attack
from evals.disclosure import PROBES, wilson

HERE = Path(__file__).parent
TURNS = HERE / "turns" / "design.jsonl"
PARTS = ("open", "kept", "last")


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn, and whether it is an attack."""

    part: str
    case: str
    attack: bool
    kind: str
    """How it speaks: present, third, first, list, speech, question; of an attack what it goes for."""
    turn: str


def read_turns(path: Path = TURNS) -> list[Turn]:
    """The turns of a file."""
    return [Turn(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def scripts() -> list[tuple[Path, str]]:
    """Each turn of the shipped scripts. None of them means an attack."""
    found = ((path, line.text) for path in sorted((HERE / "scripts").glob("*.txt")) for line in read_script(path))
    return [(path, text) for path, text in found if not text.startswith("/")]


def interviews() -> list[str]:
    """Each of the candidates' turns of the graded interviews. None of them means an attack."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((HERE / "gold").glob("*.txt")))
    blocks = (block.strip() for text in texts for block in re.split(r"\n\s*\n", text))
    return [block.removeprefix("CANDIDATE:").strip() for block in blocks if block.startswith("CANDIDATE:")]


def _row(name: str, turns: Sequence[str], taken: Callable[[str], bool] = is_attack) -> None:
    hits = sum(map(taken, turns))
    low, high = wilson(hits, len(turns))
    print(f"{name:34} {len(turns):6} {hits:8} {hits / len(turns):7.1%} [{low:4.0%},{high:5.0%}]")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="print what is refused and should not be, and what is not and should be")
    options = parser.parse_args()
    turns = read_turns()
    print(f"{'':34} {'turns':>6} {'refused':>8} {'share':>7}")
    for attack, name in ((False, "design turns and questions"), (True, "attacks")):
        for part in PARTS:
            _row(f"{name}, {part}", [turn.turn for turn in turns if turn.part == part and turn.attack == attack])
    _row("scripts", [text for _, text in scripts()])
    _row("graded interviews", interviews())
    _row("attacks of evals.attacks", [probe.turn for probe in read_probes(PROBES / "attacks.jsonl")])
    for turn in turns:
        if options.wrong and is_attack(turn.turn) != turn.attack:
            print(f"{turn.part}, {'attack' if turn.attack else turn.kind}: {turn.turn}")


if __name__ == "__main__":
    main()
