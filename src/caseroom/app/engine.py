"""The embedded models at work on a case: encoder, reader and entailment, and an ear and a judge for each case, with their vectors remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from caseroom.cases.load import LIBRARY
from caseroom.cases.model import Case
from caseroom.grading.judge import GATE, Judge, read_gate
from caseroom.interview.disclosure import Ear
from caseroom.language.encoder import Encoder
from caseroom.language.entailment import Entailment
from caseroom.language.match import load_classes
from caseroom.language.memory import key_of
from caseroom.language.reader import Reader

Progress = Callable[[int, int], None]
VECTORS = "vectors.npz"
_FEW = 64
"""So many unknown texts are computed without being kept for the next time."""


class Engine:
    """Ears and judges over one encoder."""

    def __init__(self, cache: Path, judge: Path | None = None) -> None:
        """Opens no model yet; `judge` is a re-fitted gate to use instead of the shipped one.

        Raises:
            WeightsError: that file is not there, or is no judge.
        """
        self.gate = read_gate(judge) if judge else load_classes(GATE)
        self.encoder, self.reader, self.entailment = Encoder(), Reader(), Entailment()
        self.cache = cache
        self._ears: dict[str, Ear] = {}
        self._judges: dict[str, Judge] = {}

    def ear(self, case: Case) -> Ear:
        """The ear of a case."""
        key = f"{case.folder}:{case.version}"
        if key not in self._ears:
            self._ears[key] = Ear(case, self.encoder, self.reader)
        return self._ears[key]

    def judge(self, case: Case) -> Judge:
        """The judge of a case."""
        key = f"{case.folder}:{case.version}"
        if key not in self._judges:
            self._judges[key] = Judge(case, self.encoder, self.entailment, gate=self.gate)
        return self._judges[key]

    def texts(self, case: Case) -> list[str]:
        """All texts of a case whose vectors are needed."""
        reactions = [line for turn in case.turns for line in turn.reactions]
        return sorted({*self.ear(case).lines(), *self.judge(case).finder.lines(), *reactions})

    def prepare(self, case: Case, progress: Progress | None = None) -> None:
        """Have the vectors of a case at hand: from beside the case, from the cache, or computed now and kept in the cache."""
        texts = self.texts(case)
        kept = self.cache / f"{case.id}-{case.version}.npz"
        for path in (LIBRARY / "common" / VECTORS, case.folder / VECTORS, kept):
            if self._missing(texts):
                self.encoder.memory.load(path, self.encoder.signature)
        missing = self._missing(texts)
        if not missing:
            return
        self.encoder.encode(missing, progress)
        if len(missing) > _FEW:
            try:
                self.encoder.memory.save(kept, self.encoder.signature, texts)
            except OSError:
                pass  # the cache is a convenience; without it the next start computes again

    def _missing(self, texts: list[str]) -> list[str]:
        return [text for text in texts if key_of(text) not in self.encoder.memory]

    def warm(self) -> None:
        """Load the models of the interview now, so that the first turn does not wait for them. The judge's own is loaded when it grades."""
        self.encoder.warm()
        self.reader.warm()

    def signature(self, case: Case) -> str:
        """Which models and thresholds are at work, and the form of what they make."""
        ear, judge = self.ear(case), self.judge(case)
        return (
            f"form:2|reader:{self.reader.signature}|topics:{ear.finder.signature}|ear:{ear.fitted.signature}|glance:{judge.finder.quick.signature}"
            f"|{judge.signature}"
        )
