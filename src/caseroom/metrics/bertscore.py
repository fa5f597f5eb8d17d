"""BERTScore (Zhang et al. 2020): each token is matched with the nearest of the other text, by the shipped encoder's token vectors.

Greedy matching, [CLS] and [SEP] may be matched but have no weight, weights by rarity in the references if asked: as the package bert-score
does it (`python -m evals.metrics` compares). An empty text scores 0; one whose tokens all have no weight is not scored.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import numpy as np

from caseroom.language.encoder import Encoder, TokenVectors
from caseroom.metrics.score import BOOTSTRAP, Bootstrap, Floats, Score, divide, mean, sign

_PAIRS_IN_BLOCK = 1000
"""Token vectors are held for so many pairs at a time: about 100 MB."""
_DIGITS = 6
_EMPTY = 2
"""Tokens of an empty text: [CLS] and [SEP]."""
Rarity = Callable[[int], float]


def bertscore(
    encoder: Encoder, outputs: Sequence[str], references: Sequence[str], idf: bool = False, bootstrap: Bootstrap = BOOTSTRAP
) -> Score:
    """The mean F1 over the outputs that can be scored, -1 to 1; not rescaled, so that unlike texts score well above 0."""
    settings = {"encoder": f"caseroom-minilm/{encoder.signature}", "layer": 6, "idf": "yes" if idf else "no", "rescale": "no"}
    f1 = bertscore_rows(encoder, outputs, references, idf)[:, 2]
    return mean("bertscore", f1, sign("BERTScore", bootstrap, **settings), bootstrap)


def bertscore_rows(encoder: Encoder, outputs: Sequence[str], references: Sequence[str], idf: bool = False) -> Floats:
    """Precision, recall and F1 of each output, one column each, rounded to six digits; NaN where nothing has weight."""
    pairs = [(output.strip(), reference.strip()) for output, reference in zip(outputs, references, strict=True)]
    rarity = _rarity(encoder, [reference for _, reference in pairs]) if idf else lambda _: 1.0
    blocks = (pairs[first : first + _PAIRS_IN_BLOCK] for first in range(0, len(pairs), _PAIRS_IN_BLOCK))
    rows = [row for block in blocks for row in _block(encoder, block, rarity)]
    return np.round(np.array(rows, np.float64).reshape(len(rows), 3), _DIGITS)


def _rarity(encoder: Encoder, references: Sequence[str]) -> Rarity:
    """A token's inverse document frequency among the references, where each reference is a document."""
    held = Counter(chain.from_iterable(set(ids) for ids in encoder.pieces(references)))
    return lambda token: math.log((len(references) + 1) / (held[token] + 1))


def _block(encoder: Encoder, pairs: Sequence[tuple[str, str]], rarity: Rarity) -> Iterator[tuple[float, float, float]]:
    """The rows of some pairs; a text that stands in several of them is read once."""
    texts = list(dict.fromkeys(chain.from_iterable(pairs)))
    read = {text: (tokens, _weights(tokens, rarity)) for text, tokens in zip(texts, encoder.tokens(texts), strict=True)}
    for output, reference in pairs:
        yield _matched(*read[output], *read[reference])


def _weights(tokens: TokenVectors, rarity: Rarity) -> Floats:
    """The share of each token in its text; the two special tokens have none. NaN where no token has weight."""
    special = {tokens.ids[0], tokens.ids[-1]}
    weights = np.array([0.0 if token in special else rarity(token) for token in tokens.ids])
    return divide(weights, np.full_like(weights, weights.sum()))


def _matched(output: TokenVectors, of_output: Floats, reference: TokenVectors, of_reference: Floats) -> tuple[float, float, float]:
    if _EMPTY in (len(output.ids), len(reference.ids)):
        return 0.0, 0.0, 0.0
    alike = output.vectors @ reference.vectors.T
    precision, recall = float(alike.max(axis=1) @ of_output), float(alike.max(axis=0) @ of_reference)
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0
