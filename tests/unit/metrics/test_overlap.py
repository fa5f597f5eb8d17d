from __future__ import annotations

from importlib.metadata import version

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.metrics.overlap import ROUGES, bleu, rouge, rouge_rows, sentence_bleu
from caseroom.metrics.score import Bootstrap

LONG = "The parcel was sent on Monday and arrives on Friday."


def test_the_same_text_is_whole_and_another_is_nothing() -> None:
    assert bleu([LONG], [LONG]).value == pytest.approx(100)
    assert bleu([LONG], ["Quite something else"]).value == 0
    assert [score.value for score in rouge([LONG], [LONG]).values()] == pytest.approx([1, 1, 1])
    assert [score.value for score in rouge([LONG], ["Quite something else"]).values()] == [0, 0, 0]


def test_nothing_to_score_is_none() -> None:
    assert bleu([], []).value is None
    assert {score.value for score in rouge([], []).values()} == {None}


def test_each_output_needs_its_reference() -> None:
    with pytest.raises(ValueError, match="zip"):
        bleu([LONG], [])
    with pytest.raises(ValueError, match="zip"):
        rouge([LONG], [])


def test_signatures_name_versions_and_settings() -> None:
    assert (
        bleu([LONG], [LONG]).signature
        == f"BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:{version('sacrebleu')}|boot:1000/12345"
    )
    assert rouge([LONG], [LONG])["rougeL"].signature == f"rougeL|nrefs:1|f:1|stem:porter|version:{version('rouge-score')}|boot:1000/12345"
    assert "stem:no" in rouge([LONG], [LONG], stem=False)["rouge1"].signature


def test_stemming_meets_another_form_of_a_word() -> None:
    stemmed, plain = (rouge_rows(["the orders shipped"], ["the order ships"], stem)[0, 0] for stem in (True, False))
    assert stemmed > plain


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), min_size=1, max_size=6))
@settings(deadline=None, max_examples=40)
def test_scores_stay_in_their_bounds_whatever_the_text(pairs: list[tuple[str, str]]) -> None:
    outputs, references = map(list, zip(*pairs, strict=True))
    score = bleu(outputs, references, Bootstrap(resamples=50))
    assert score.value is not None and 0 <= score.value <= 100 + 1e-9
    assert ((sentence_bleu(outputs, references) >= 0) & (sentence_bleu(outputs, references) <= 100 + 1e-9)).all()
    assert rouge_rows(outputs, references).shape == (len(pairs), len(ROUGES))
