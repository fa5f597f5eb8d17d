"""Words shared with a reference: BLEU by sacrebleu's counts and ROUGE by rouge-score. Equal to the packages to 1e-9 (`tests/golden`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from caseroom.metrics.score import BOOTSTRAP, Bootstrap, Floats, Score, mean, of_sums, sign

if TYPE_CHECKING:
    from rouge_score.rouge_scorer import RougeScorer
    from sacrebleu.metrics.bleu import BLEU

_ORDERS = 4
_NO_PRECISION = -9_999_999_999.0
"""What sacrebleu takes for the logarithm of nothing."""
ROUGES = ("rouge1", "rouge2", "rougeL")


def bleu(outputs: Sequence[str], references: Sequence[str], bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """Corpus BLEU (Papineni et al. 2002), 0 to 100, with exponential smoothing; one reference for each output."""
    return bleu_of_counts(bleu_counts(outputs, references), bootstrap)


def bleu_of_counts(counts: Floats, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """Corpus BLEU of sufficient statistics that `bleu_counts` made, wherever they were kept meanwhile."""
    settings = {"nrefs": 1, "case": "mixed", "eff": "no", "tok": "13a", "smooth": "exp", "version": version("sacrebleu")}
    return of_sums("bleu", counts, _corpus_bleu, sign("BLEU", bootstrap, **settings), bootstrap)


def sentence_bleu(outputs: Sequence[str], references: Sequence[str]) -> Floats:
    """BLEU of each output alone, over the orders of n-grams that it is long enough for (`eff:yes`)."""
    return _bleu(bleu_counts(outputs, references), effective_order=True)


def bleu_counts(outputs: Sequence[str], references: Sequence[str]) -> Floats:
    """BLEU's sufficient statistics, a row for each output: its length, the reference's, then for 1- to 4-grams those that match and all."""
    scored = (_bleu_scorer().sentence_score(output, [reference]) for output, reference in zip(outputs, references, strict=True))
    rows = [[found.sys_len, found.ref_len, *found.counts, *found.totals] for found in scored]
    return np.array(rows, np.float64).reshape(len(rows), 2 + 2 * _ORDERS)


@lru_cache(maxsize=1)
def _bleu_scorer() -> BLEU:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(effective_order=True)


def _corpus_bleu(counts: Floats) -> Floats:
    return _bleu(counts, effective_order=False)


def _bleu(counts: Floats, effective_order: bool) -> Floats:
    """BLEU of each row of counts. The k-th order without a match counts as 1/2^k of a match (method 3 of Chen & Cherry 2014)."""
    length, wanted = counts[:, 0], counts[:, 1]
    matches, totals = counts[:, 2 : 2 + _ORDERS], counts[:, 2 + _ORDERS :]
    smoothed = np.where(matches > 0, matches, 0.5 ** np.cumsum(matches == 0, axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(totals > 0, np.log(100 * smoothed / totals), 0.0 if effective_order else _NO_PRECISION)
        brevity = np.where(length < wanted, np.exp(1 - wanted / length), 1.0)
    orders = np.maximum((totals > 0).sum(axis=1), 1) if effective_order else _ORDERS
    return np.asarray(np.where(matches.any(axis=1), brevity * np.exp(logs.sum(axis=1) / orders), 0.0), np.float64)


def rouge(outputs: Sequence[str], references: Sequence[str], stem: bool = True, bootstrap: Bootstrap = BOOTSTRAP) -> dict[str, Score]:
    """ROUGE-1, -2 and -L (Lin 2004): the mean f-measure, 0 to 1. It reads a to z and 0 to 9 only: other scripts score 0."""
    settings = {"nrefs": 1, "f": 1, "stem": "porter" if stem else "no", "version": version("rouge-score")}
    rows = rouge_rows(outputs, references, stem)
    return {name: mean(name, rows[:, at], sign(name, bootstrap, **settings), bootstrap) for at, name in enumerate(ROUGES)}


def rouge_rows(outputs: Sequence[str], references: Sequence[str], stem: bool = True) -> Floats:
    """The f-measures of each output alone, one column for each of `ROUGES`."""
    scored = [_rouge_scorer(stem).score(reference, output) for output, reference in zip(outputs, references, strict=True)]
    return np.array([[row[name].fmeasure for name in ROUGES] for row in scored], np.float64).reshape(len(scored), len(ROUGES))


@lru_cache(maxsize=2)
def _rouge_scorer(stem: bool) -> RougeScorer:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(ROUGES), use_stemmer=stem)
