from __future__ import annotations

import numpy as np
import pytest

from caseroom.language.encoder import Encoder
from caseroom.metrics.bertscore import bertscore, bertscore_rows

OUTPUTS = ["The parcel arrives on Friday.", "Refunds take five days.", "", "🙂 مرحبا"]
REFERENCES = ["Your package will be there by Friday.", "The cat sleeps.", "Hello", "🙂 مرحبا"]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


def test_nearness_of_meaning_orders_the_pairs(encoder: Encoder) -> None:
    near, far, empty, same = bertscore_rows(encoder, OUTPUTS, REFERENCES)[:, 2]
    assert 1 == same > near > far > empty == 0


def test_turning_the_sides_round_swaps_precision_and_recall(encoder: Encoder) -> None:
    one, other = bertscore_rows(encoder, OUTPUTS, REFERENCES), bertscore_rows(encoder, REFERENCES, OUTPUTS)
    assert np.allclose(one[:, [1, 0, 2]], other, atol=2e-6)


def test_a_score_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    together = bertscore_rows(encoder, OUTPUTS, REFERENCES)
    for at, (output, reference) in enumerate(zip(OUTPUTS, REFERENCES, strict=True)):
        assert np.allclose(bertscore_rows(encoder, [output], [reference])[0], together[at], atol=2e-6)


def test_rare_words_weigh_more(encoder: Encoder) -> None:
    references = ["The order is blue.", "The order is late.", "The order is lost."]
    outputs = ["The order is blue.", "The order is red.", "An order is lost."]
    plain, rare = bertscore_rows(encoder, outputs, references), bertscore_rows(encoder, outputs, references, idf=True)
    assert rare[1, 2] < plain[1, 2] - 0.2, "the one rare word is wrong"
    assert rare[2, 2] > plain[2, 2] - 0.02, "a common one is"


def test_a_text_without_weight_is_unscored(encoder: Encoder) -> None:
    score = bertscore(encoder, ["The order is blue."], ["The order is blue."], idf=True)
    assert (score.value, score.n) == (None, 0)


def test_the_signature_names_the_backbone(encoder: Encoder) -> None:
    score = bertscore(encoder, OUTPUTS, REFERENCES)
    assert score.signature == f"BERTScore|encoder:caseroom-minilm/{encoder.signature}|layer:6|idf:no|rescale:no|boot:1000/12345"
    assert (score.n, score.name) == (4, "bertscore")
