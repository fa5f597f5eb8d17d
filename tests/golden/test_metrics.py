"""Our metrics against the packages that define them, on a table of hand-written pairs: equal to the ninth digit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.bleu import BLEU
from scipy import stats

from caseroom.metrics.correlation import kendall, spearman
from caseroom.metrics.overlap import ROUGES, bleu, rouge, rouge_rows, sentence_bleu
from caseroom.metrics.score import Bootstrap

PAIRS = [json.loads(line) for line in (Path(__file__).parent / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
OUTPUTS, REFERENCES = [pair["output"] for pair in PAIRS], [pair["reference"] for pair in PAIRS]
EXACT = 1e-9


def test_corpus_bleu_is_sacrebleus() -> None:
    theirs = BLEU()
    value = theirs.corpus_score(OUTPUTS, [REFERENCES]).score
    ours = bleu(OUTPUTS, REFERENCES)
    assert ours.value == pytest.approx(value, abs=EXACT)
    assert ours.signature == f"BLEU|{theirs.get_signature()}|boot:1000/12345"


def test_bleu_of_parts_of_the_table_is_sacrebleus() -> None:
    """Small corpora, where orders of n-grams are missing and smoothing and brevity decide."""
    for size in (1, 2, 3):
        for first in range(len(PAIRS) - size + 1):
            outputs, references = OUTPUTS[first : first + size], REFERENCES[first : first + size]
            theirs = BLEU().corpus_score(outputs, [references]).score
            assert bleu(outputs, references, Bootstrap(resamples=2)).value == pytest.approx(theirs, abs=EXACT)


def test_a_resample_is_scored_as_sacrebleu_scores_its_texts() -> None:
    few = Bootstrap(resamples=30)
    (counts,) = few.counts(len(PAIRS))
    drawn = [np.repeat(np.arange(len(PAIRS)), row.astype(int)) for row in counts]
    theirs = [BLEU().corpus_score([OUTPUTS[i] for i in rows], [[REFERENCES[i] for i in rows]]).score for rows in drawn]
    ours = bleu(OUTPUTS, REFERENCES, few)
    assert (ours.low, ours.high) == pytest.approx(tuple(np.quantile(theirs, [0.025, 0.975])), abs=EXACT)


def test_sentence_bleu_is_sacrebleus() -> None:
    theirs = BLEU(effective_order=True)
    values = [theirs.sentence_score(output, [reference]).score for output, reference in zip(OUTPUTS, REFERENCES, strict=True)]
    assert sentence_bleu(OUTPUTS, REFERENCES) == pytest.approx(values, abs=EXACT)


@pytest.mark.parametrize("stem", [True, False])
def test_rouge_is_rouge_scores(stem: bool) -> None:
    theirs = RougeScorer(list(ROUGES), use_stemmer=stem)
    scored = [theirs.score(reference, output) for output, reference in zip(OUTPUTS, REFERENCES, strict=True)]
    values = np.array([[row[name].fmeasure for name in ROUGES] for row in scored])
    assert rouge_rows(OUTPUTS, REFERENCES, stem) == pytest.approx(values, abs=EXACT)
    assert [score.value for score in rouge(OUTPUTS, REFERENCES, stem).values()] == pytest.approx(values.mean(axis=0).tolist(), abs=EXACT)


@pytest.mark.parametrize("levels", [2, 5, 10_000])
@pytest.mark.parametrize("n", [10, 50, 400])
def test_correlations_are_scipys(n: int, levels: int) -> None:
    chance, few = np.random.default_rng(n + levels), Bootstrap(resamples=2)
    a = chance.integers(levels, size=n).astype(float)
    b = np.round(a + chance.normal(0, levels, size=n), 1)
    assert spearman(a, b, bootstrap=few).value == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)
    assert kendall(a, b, bootstrap=few).value == pytest.approx(stats.kendalltau(a, b).statistic, abs=1e-12)
