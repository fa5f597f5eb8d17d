"""What the parts of a design buy in the shipped cases, and whether the simple way wins where it should: `python -m evals.lab [CASE ...]`.

Each case's proposal in evals/proposals is run with every part changed alone. An effect is told from chance where the 95 % interval of the paired
difference excludes zero; it is `as expected` where the number that a practitioner would name moves the way they would name (`EXPECTED`).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from caseroom.app import runs
from caseroom.app.interviews import open_room
from caseroom.app.propose import data_of
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.lab.study import Lab, Study
from caseroom.lab.switches import Effect
from caseroom.lab.writing import report
from caseroom.metrics.score import Score, tells
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.file import read_proposal
from caseroom.store.remembered import Remembered

HERE = Path(__file__).parent / "proposals"
EXPECTED: dict[tuple[str, str, str], tuple[str, int]] = {
    ("technical.exact", "code", "model"): ("wrong", 1),
    ("technical.exact", "model", "code"): ("wrong", -1),
    ("technical.retrieve.method", "hybrid", "none"): ("right", -1),
    ("technical.ingest.current_only", "on", "off"): ("wrong", 1),
    ("technical.retrieve.permissions", "on", "off"): ("wrong", 1),
    ("technical.model.name", "extractive", "recall"): ("right", -1),
    ("hallucinations.grounding", "on", "off"): ("wrong", 1),
    ("hallucinations.abstain", "on", "off"): ("wrong", 1),
    ("hallucinations.handover", "on", "off"): ("harm", 1),
    ("hallucinations.checks.numbers", "on", "off"): ("wrong", 1),
    ("hallucinations.checks.grounding", "on", "off"): ("wrong", 1),
    ("hallucinations.checks.verifier", "on", "off"): ("wrong", 1),
    ("hallucinations.checks.injection", "on", "off"): ("wrong", 1),
    ("hallucinations.over_reliance", "off", "on"): ("wrong", -1),
    ("hallucinations.over_reliance", "on", "off"): ("wrong", 1),
    ("assess.mode", "draft", "automate"): ("wrong", 1),
    ("assess.mode", "assist", "automate"): ("wrong", 1),
    ("assess.mode", "automate", "draft"): ("wrong", -1),
    ("technical.failure", "person", "nobody"): ("wrong", 1),
}
"""Which number moves, and which way. `right` is outputs that are right before people."""


def studied(case_id: str, home: Path) -> tuple[Study, str]:
    """The study of a case's proposal, and its verdict."""
    room = open_room(Settings(home=home))
    data = data_of(Shelf([]).case(case_id))
    assert data is not None
    kept = Remembered(home / "lab.db")
    workshop = Workshop(data, room.engine.encoder, room.engine.entailment, room.engine.reader)
    study = Lab(workshop, runs.Replies(kept), runs.Windows(kept)).study(read_proposal(HERE / f"{case_id}.yaml"))
    return study, report(study, data, case=case_id, title=case_id, notes=[]).verdict


def expected(effect: Effect) -> str:
    """Whether an effect goes the way that was expected, where one was."""
    wanted = EXPECTED.get((effect.path, effect.before, effect.after))
    if wanted is None:
        return ""
    score = {"wrong": effect.wrong, "harm": effect.harm, "right": effect.right}[wanted[0]]
    if not tells(score):
        return f"no effect on {wanted[0]} told"
    assert score.value is not None
    return "as expected" if score.value * wanted[1] > 0 else f"AGAINST: {wanted[0]}"


def shown(score: Score) -> str:
    """A difference with its interval; a star where it is told from chance."""
    if score.value is None:
        return "–"
    return f"{score.value:+.3f} [{score.low:+.3f}, {score.high:+.3f}]{'*' if tells(score) else ' '}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=sorted(path.stem for path in HERE.glob("*.yaml") if not path.stem.endswith("-weak")))
    for case_id in parser.parse_args().cases:
        with tempfile.TemporaryDirectory() as home:
            study, verdict = studied(case_id, Path(home))
        print(f"{case_id}: {verdict}\n")
        print(f"{'one part changed':44}{'right before people':>28}{'wrong that leaves':>28}{'harm an item':>32}")
        told = 0
        for effect in study.effects:
            said = expected(effect)
            told += said == "as expected"
            if said or any(map(tells, (effect.right, effect.wrong, effect.harm))):
                name = f"{effect.title}: {effect.before} → {effect.after}"
                print(f"{name[:43]:44}{shown(effect.right):>28}{shown(effect.wrong):>28}{shown(effect.harm):>32}  {said}".rstrip())
        print(f"{told} parts have an effect that is told from chance in the expected direction\n")


if __name__ == "__main__":
    main()
