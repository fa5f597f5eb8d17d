"""What a text says and leaves out: expected figures, claims that the sources support, gold items, a person's edits.

Every metric makes counts for each output and divides their sums, so that long outputs weigh as much as they hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from caseroom.language.phrases import stands
from caseroom.language.text import sentences, stems
from caseroom.metrics.normal import figures
from caseroom.metrics.score import BOOTSTRAP, Bootstrap, Score, ratio, share_of_sums, sign

Pair = tuple[str, str]
_LIKELIEST = 4
"""Sentences of the sources that are read for each claim, those that share most words with it; one at a time, since in longer passages the
entailment model finds support for nearly anything."""
_STEMS_OF_A_CLAIM = 2
_COURTESY = re.compile(
    r"(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|thanks?|thank you|you're welcome|(?:(?:kind|best|warm) )?regards|sincerely|best wishes|"
    r"(?:please )?(?:let us|let me) know|please feel free|(?:i|we) hope)\b",
    re.IGNORECASE,
)


class Item(Protocol):
    """What an output must not leave out."""

    @property
    def keys(self) -> Sequence[str]:
        """Phrases or figures; any one of them will do."""
        ...


def exactness(outputs: Sequence[str], expected: Sequence[Sequence[str]], bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The share of expected figures and strings that stand in the output, figures compared by value."""
    found = [sum(stands(output, piece) for piece in wanted) for output, wanted in zip(outputs, expected, strict=True)]
    return share_of_sums(
        "exactness", found, [len(wanted) for wanted in expected], sign("exactness", bootstrap, figures="by-value"), bootstrap
    )


def omission_rate(outputs: Sequence[str], items: Sequence[Sequence[Item]], bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The share of gold items of which no key stands in the output."""
    left_out = [
        sum(not any(stands(output, key) for key in item.keys) for item in wanted) for output, wanted in zip(outputs, items, strict=True)
    ]
    return share_of_sums(
        "omission_rate", left_out, [len(wanted) for wanted in items], sign("omission_rate", bootstrap, keys="any"), bootstrap
    )


def word_edits(output: str, sent: str) -> int:
    """Words that are put in, taken out or replaced to make what was sent of an output (Levenshtein 1966, over words)."""
    from rapidfuzz.distance import Levenshtein

    return int(Levenshtein.distance(output.split(), sent.split()))


def edit_rate(outputs: Sequence[str], sent: Sequence[str | None], bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """Words that a person changed before sending, for each word sent (TER without shifts, Snover et al. 2006). None: it was not sent."""
    pairs = [(output, text) for output, text in zip(outputs, sent, strict=True) if text is not None]
    edits = [word_edits(output, text) for output, text in pairs]
    signature = sign("edit_rate", bootstrap, words="by-space", rapidfuzz=version("rapidfuzz"))
    return ratio("edit_rate", edits, [len(text.split()) for _, text in pairs], signature, bootstrap)


def grounded_rate(
    outputs: Sequence[str],
    sources: Sequence[Sequence[str]],
    support: Callable[[Sequence[Pair]], ArrayLike],
    judge: str,
    threshold: float = 0.75,
    bootstrap: Bootstrap = BOOTSTRAP,
) -> Score:
    """The share of claims that the sources support: by what `support` says of (claim, passage), and with every figure in the sources.

    Args:
        support: probabilities that the passage of each pair supports its claim; of the shipped model, the column `SUPPORTED`.
        judge: the signature of what `support` asks.
        threshold: the least probability that counts as support.
    """
    spoken = [claims(output) for output in outputs]
    pairs = [_to_read(said, texts) for said, texts in zip(spoken, sources, strict=True)]
    asked = list(dict.fromkeys(chain.from_iterable(chain.from_iterable(pairs))))
    chances = dict(zip(asked, np.asarray(support(asked), np.float64).tolist(), strict=True)) if asked else {}
    grounded = [
        sum(
            any(chances[pair] >= threshold for pair in read) and _figures_stand(claim, texts)
            for claim, read in zip(said, to_read, strict=True)
        )
        for said, to_read, texts in zip(spoken, pairs, sources, strict=True)
    ]
    signature = sign("grounded_rate", bootstrap, judge=judge, threshold=threshold, read=_LIKELIEST)
    return share_of_sums("grounded_rate", grounded, [len(said) for said in spoken], signature, bootstrap)


def claims(text: str) -> list[str]:
    """The sentences that say something which could be false: with a figure, or with words that are neither a question nor a courtesy."""
    return [sentence.text for sentence in sentences(text) if figures(sentence.text) or _asserts(sentence.text)]


def _asserts(sentence: str) -> bool:
    if sentence.rstrip("\"')]").endswith("?") or _COURTESY.match(sentence):
        return False
    return len(set(stems(sentence))) >= _STEMS_OF_A_CLAIM


def _to_read(said: Sequence[str], sources: Sequence[str]) -> list[list[Pair]]:
    """For each claim the pairs to ask about."""
    passages = [(passage.text, frozenset(stems(passage.text))) for source in sources for passage in sentences(source)]
    read = []
    for claim in said:
        own = set(stems(claim))
        nearest = sorted(passages, key=lambda passage: -len(own & passage[1]))[:_LIKELIEST]
        read.append([(claim, passage) for passage, _ in nearest])
    return read


def _figures_stand(claim: str, sources: Sequence[str]) -> bool:
    """Whether each figure of a claim stands in one of the sources."""
    given = [figure for source in sources for figure in figures(source)]
    return all(any(figure.means(other) for other in given) for figure in figures(claim))
