"""Who speaks when, by a table that the browser's rules are held against, too (tests/e2e/test_voice_browser.py)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import ROOT

from caseroom.speech import turns
from caseroom.speech.base import Chance

TABLE: list[dict[str, Any]] = json.loads((ROOT / "tests" / "data" / "turns.json").read_text(encoding="utf-8"))["cases"]
_STEP = 0.05


def signals(row: list[Any]) -> list[turns.Signal]:
    """The signals that a row of the table stands for."""
    match row:
        case ["speech", start, end, speech]:
            return [Chance(round(start + n * _STEP, 3), speech) for n in range(round((end - start) / _STEP))]
        case ["pressed", at]:
            return [turns.Pressed(at)]
        case ["released", at]:
            return [turns.Released(at)]
        case ["voice", at, text]:
            return [turns.VoiceBegan(at, text)]
        case ["still", at]:
            return [turns.VoiceEnded(at)]
        case ["caption", at, text]:
            return [turns.Caption(at, text)]
    raise ValueError(row)


@pytest.mark.parametrize("case", TABLE, ids=[case["name"] for case in TABLE])
def test_the_table(case: dict[str, Any]) -> None:
    state, done = turns.State(hands_free=case["hands_free"]), list[tuple[str, float]]()
    wanted = case.get("patience_after")
    for number, row in enumerate(case["signals"], 1):
        for signal in signals(row):
            if wanted and number == wanted["signals"] and state.began is not None:
                assert state.patience == (wanted["patience"] if wanted["patience"] is None else pytest.approx(wanted["patience"], abs=0.06))
            state, actions = turns.advance(state, signal)
            done += [(action.kind, action.at) for action in actions]
    assert [kind for kind, _ in done] == [kind for kind, _ in case["actions"]]
    assert [at for _, at in done] == pytest.approx([at for _, at in case["actions"]], abs=0.06)
