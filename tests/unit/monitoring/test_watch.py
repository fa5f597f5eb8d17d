"""Watches that cannot be are refused, in words."""

from __future__ import annotations

from typing import Any

import pytest

from caseroom.errors import MonitorError
from caseroom.monitoring.standard import STANDARD, standard
from caseroom.monitoring.watch import Watch


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "needs a name"),
        ({"test": "range"}, "needs at least one"),
        ({"low": 0.5}, "belong to the test range"),
        ({"test": "range", "low": 2.0, "high": 1.0}, "always fires"),
        ({"test": "range", "low": float("nan"), "high": 1.0}, "always fires"),
        ({"test": "range", "high": float("inf")}, "finite"),
        ({"percentile": 95.0}, "of a range"),
        ({"effect": -1.0}, "0 or more"),
        ({"effect": float("nan")}, "finite"),
        ({"window": 0}, "1 to 28"),
        ({"window": 29}, "1 to 28"),
        ({"reference": 1}, "at least 2"),
        ({"kind": "rolling", "gap": 3, "window": 7}, "at least its window"),
        ({"patience": 0}, "at least 1"),
        ({"test": "page_hinkley", "patience": 2}, "one day"),
        ({"test": "chi2", "weekday": True}, "share, mean and ks"),
        ({"each": True, "weekday": True}, "not by weekday"),
        ({"budget": 0.0}, "above 0"),
        ({"unless": "x"}, "explain itself"),
    ],
)
def test_what_cannot_be(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(MonitorError, match=words):
        Watch(**{"name": "x", "reads": "q", "test": "share"} | fields)


def test_the_standard_watches_say_who_does_what_about_what() -> None:
    assert all(watch.owner and watch.action.endswith((".", "?")) for watch in STANDARD)
    assert all(watch.effect > 0 for watch in STANDARD)
    assert {watch.name for watch in STANDARD if watch.level == "info"} == {"kinds of inputs", "volume"}
    assert {watch.reads for watch in STANDARD} == {
        "quality", "quality.wrong", "quality.groups", "proxies", "checks", "abstention", "latency", "errors", "cost", "inputs.kinds", "inputs.unseen", "inputs.far",
        "inputs.words", "outputs.words", "outputs.values", "outputs.replayed", "attacks", "volume",
    }  # fmt: skip


def test_only_those_for_readings_that_are_there() -> None:
    (watch,) = standard(["outputs.values"])
    assert (watch.name, watch.unless) == ("values of outputs", "")
    assert standard(["outputs.values", "inputs.kinds"])[1].unless == "kinds of inputs"
    assert standard() == STANDARD
