"""What the fitting scripts share: cases, a seeded logistic regression, and the file form of a fitted model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from caseroom.app.probes import Probe, read_probes
from caseroom.cases.files import FactsForm
from caseroom.cases.load import LIBRARY, common_points, fact_of
from caseroom.cases.model import Case
from caseroom.cases.shelf import Shelf
from caseroom.grading.evidence import Evidence, Passage
from caseroom.grading.transcript import Transcript, read
from caseroom.language.match import Fitted, FittedClasses

SOURCE = Path(__file__).parent.parent / "src" / "caseroom"
SHEETS, TURNS, ATTACKS, INTERVIEWS = (Path(__file__).parent / name for name in ("sheets", "turns", "attacks.jsonl", "interviews"))
ENCODED = (
    "bank-assistant", "city-services", "code-review", "contract-review", "factory-quality", "fraud-alerts", "grant-applications", "hotel-bookings",
    "hr-helpdesk", "insurance-claims", "market-research", "newsroom-archive", "pharmacy-labels", "power-grid-reports", "product-catalogue",
    "property-listings", "review-moderation", "school-reports", "stock-forecast", "translation-desk", "travel-expenses",
)  # fmt: skip
"""Sheets that the encoder is tuned on. With all of them facts are told apart a little better, but the rubric's points worse (deleting a point from a
strong answer made it fall in 87 to 95 % instead of 93 to 97 %), and the judge stands on the same encoder."""
FITTING = (
    "audit-findings", "essay-feedback", "farm-advice", "food-refunds", "lease-abstracts", "medical-coding", "sales-analytics", "staff-handbook",
    "telecom-call-notes", "trial-matching",
)  # fmt: skip
"""Sheets that no network is trained on: the ear is fitted on their turns, so it sees the networks' honest odds."""


def library_cases() -> list[Case]:
    """The shipped cases."""
    shelf = Shelf([])
    return [shelf.case(path.parent.name) for path in sorted(LIBRARY.glob("*/case.yaml"))]


def sheet_case(path: Path) -> Case:
    """A training sheet as a case that has facts and nothing else."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    form = FactsForm.model_validate({"facts": data["facts"]})
    facts = tuple(fact_of(fact) for fact in form.facts)
    return Case(
        id=path.stem, folder=path.parent, title=path.stem, company="", domain="", level="middle", trap=False, minutes=(), opening="", terms=(),
        facts=facts, points=(), turns=(), strong=(), version="",
    )  # fmt: skip


def sheet_off(path: Path) -> list[str]:
    """Questions that a sheet cannot answer."""
    return list(yaml.safe_load(path.read_text(encoding="utf-8")).get("off_sheet", ()))


def sheet_turns(name: str) -> list[Probe]:
    """The turns written for a sheet, and the attacks on it."""
    turns = TURNS / f"{name}.jsonl"
    attacks = [probe for probe in read_probes(ATTACKS) if probe.case == name] if ATTACKS.exists() else []
    return (read_probes(turns) if turns.exists() else []) + attacks


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in an interview and what a person said of it for a point: whole, partial, contradicted, or absent."""

    point: str
    label: str
    place: Evidence

    def on(self, passage: Passage) -> bool:
        """Whether a passage is about this place: they share half of the shorter one."""
        if passage.turn.number != self.place.turn:
            return False
        shared = min(self.place.end, passage.end) - max(self.place.start, passage.start)
        return shared > 0.5 * min(self.place.end - self.place.start, passage.end - passage.start)


@dataclass(frozen=True, slots=True)
class Interview:
    """A labelled interview. A point without a mark is missed; one in `disputed` has no certain label."""

    name: str
    case: Case
    transcript: Transcript
    marks: tuple[Mark, ...]
    disputed: frozenset[str] = frozenset()

    def label(self, point: str) -> str:
        """What became of a point: whole, partial, contradicted or missed."""
        return next((mark.label for mark in self.marks if mark.point == point and mark.label != "absent"), "missed")

    def of(self, point: str, passage: Passage) -> str | None:
        """What a passage is to a point: as it is marked there; missed where the point is; None where it is made elsewhere and nobody looked at this."""
        marked = [mark.label for mark in self.marks if mark.point == point and mark.on(passage)]
        if marked:
            return next((label for label in marked if label != "absent"), "missed")
        return "missed" if self.label(point) == "missed" else None


def interviews(fitting: bool) -> Iterator[Interview]:
    """The training interviews: those on the businesses of `FITTING`, or those on the others."""
    for path in sorted(INTERVIEWS.glob("*.jsonl")):
        business = next(sheet.stem for sheet in SHEETS.glob("*.yaml") if path.stem.startswith(f"{sheet.stem}-"))
        if (business in FITTING) == fitting:
            case = replace(sheet_case(SHEETS / f"{business}.yaml"), points=common_points())
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
            transcript = read(path.with_suffix(".txt"))
            yield Interview(path.stem, case, transcript, _marks(transcript, rows))


def gold_interviews(case: Case) -> Iterator[Interview]:
    """The gold interviews of a case, with the labels on which both passes agree."""
    from evals.gold import GOLD, PASSES, labels, transcripts

    for style, path in transcripts(case.id):
        transcript = read(path)
        one, two = (labels(case.id, style, which) for which in PASSES)
        rows = (GOLD / "labels" / f"{case.id}-{style}.{PASSES[0]}.jsonl").read_text(encoding="utf-8").splitlines()
        disputed = frozenset(point for point in {*one, *two} if one.get(point) != two.get(point))
        marks = _marks(transcript, [row for row in map(json.loads, filter(str.strip, rows)) if row["point"] not in disputed])
        yield Interview(path.stem, case, transcript, marks, disputed)


def _marks(transcript: Transcript, rows: Sequence[dict[str, Any]]) -> tuple[Mark, ...]:
    marks = []
    for row in rows:
        turn = next((turn for turn in transcript.candidate() if row["quote"] in turn.text), None)
        if turn:
            start = turn.text.index(row["quote"])
            marks.append(Mark(row["point"], row["label"], Evidence(turn.number, start, start + len(row["quote"]))))
    return tuple(marks)


def fit(features: np.ndarray[Any, Any], labels: np.ndarray[Any, Any], weights: np.ndarray[Any, Any], names: Sequence[str],
        thresholds: dict[str, float], strength: float = 1.0) -> Fitted:  # fmt: skip
    """A logistic regression over plain features (the scaling is folded into the weights)."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = features.mean(0), np.maximum(features.std(0), 1e-6)
    model = LogisticRegression(C=strength, max_iter=2000).fit((features - mean) / scale, labels, sample_weight=weights)
    weight = model.coef_[0] / scale
    bias = float(model.intercept_[0] - (weight * mean).sum())
    return signed(tuple(names), [round(float(w), 4) for w in weight], round(bias, 4), thresholds)


def signed(names: tuple[str, ...], weights: list[float], bias: float, thresholds: dict[str, float]) -> Fitted:
    """The fitted model with the digest of its numbers."""
    content = json.dumps([names, weights, bias, thresholds], sort_keys=True)
    return Fitted(names, tuple(weights), bias, thresholds, hashlib.sha256(content.encode()).hexdigest()[:12])


def fit_classes(features: np.ndarray[Any, Any], labels: Sequence[str], weights: np.ndarray[Any, Any], names: Sequence[str],
                classes: Sequence[str], thresholds: dict[str, float], strength: float = 1.0) -> FittedClasses:  # fmt: skip
    """A multinomial logistic regression over plain features (the scaling is folded into the weights)."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = features.mean(0), np.maximum(features.std(0), 1e-6)
    places = np.array([classes.index(label) for label in labels])
    model = LogisticRegression(C=strength, max_iter=3000).fit((features - mean) / scale, places, sample_weight=weights)
    weight = model.coef_ / scale
    bias = model.intercept_ - weight @ mean
    rows = tuple(tuple(round(float(w), 4) for w in row) for row in weight)
    offsets = tuple(round(float(b), 4) for b in bias)
    content = json.dumps([list(names), list(classes), rows, offsets, thresholds], sort_keys=True)
    return FittedClasses(tuple(names), tuple(classes), rows, offsets, thresholds, hashlib.sha256(content.encode()).hexdigest()[:12])


def save(fitted: Fitted | FittedClasses, path: Path) -> None:
    """Write the model where the package reads it."""
    path.write_text(json.dumps(asdict(fitted), indent=1) + "\n", encoding="utf-8")
