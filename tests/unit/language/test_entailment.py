from __future__ import annotations

import numpy as np

from caseroom.app.engine import Engine
from caseroom.language.entailment import ABSENT, CONTRADICTED, OUTCOMES, SUPPORTED

POINT = "Says when the system should decline to answer or hand over, for example when nothing relevant is found."
SAID = "If the search finds no article that fits, it doesn't answer at all; the ticket goes to a person."


def test_probabilities_of_a_pair_do_not_depend_on_its_neighbours(engine: Engine) -> None:
    pairs = [(POINT, SAID), (POINT, "x"), (POINT, SAID * 12), ("", ""), (POINT, "🙂 مرحبا")]
    together = engine.entailment.read(pairs)
    assert together.shape == (len(pairs), len(OUTCOMES))
    assert np.allclose(together.sum(axis=1), 1.0, atol=1e-3)
    for row, pair in zip(together, pairs, strict=True):
        assert (engine.entailment.read([pair])[0] == row).all()


def test_nothing_to_read_is_nothing(engine: Engine) -> None:
    assert engine.entailment.read([]).shape == (0, len(OUTCOMES))


def test_it_tells_saying_from_denying_and_from_talking_beside_it(engine: Engine) -> None:
    said, denied, beside, listed = engine.entailment.read(
        [
            (POINT, SAID),
            (POINT, "Some would have it hand the ticket to a person when nothing is found. I would not do that."),
            (POINT, "The search uses embeddings and keywords together, and the index is rebuilt every night."),
            (POINT, "decline, hand over, nothing, relevant, found, answer"),
        ]
    )
    assert said.argmax() == SUPPORTED
    assert denied.argmax() == CONTRADICTED
    assert beside.argmax() == ABSENT
    assert listed.argmax() != SUPPORTED
