"""What the fitting scripts share: cases, a seeded logistic regression, and the file form of a fitted model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from caseroom.app.probes import Probe, read_probes
from caseroom.cases.files import FactsForm
from caseroom.cases.load import LIBRARY, fact_of
from caseroom.cases.model import Case
from caseroom.cases.shelf import Shelf
from caseroom.language.match import Fitted

SOURCE = Path(__file__).parent.parent / "src" / "caseroom"
SHEETS, TURNS, ATTACKS = (Path(__file__).parent / name for name in ("sheets", "turns", "attacks.jsonl"))
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


def save(fitted: Fitted, path: Path) -> None:
    """Write the model where the package reads it."""
    data = {
        "features": list(fitted.features), "weights": list(fitted.weights), "bias": fitted.bias,
        "thresholds": fitted.thresholds, "signature": fitted.signature,
    }  # fmt: skip
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
