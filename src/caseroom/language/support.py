"""Whether a sentence that a large model wrote stands on what it was given: claim by claim, by words and by the entailment model, and figure by figure. Trusts no network alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from caseroom.language.entailment import SUPPORTED, Entailment
from caseroom.language.text import sentences, stem, stems
from caseroom.numerals import figures

_HALF, _NEARLY_ALL = 0.5, 0.8
"""Shares of a claim's content words that must stand in one piece: with the network's word for it, and without."""
_SUPPORTS = 0.5
_CLAIMS = re.compile(
    r"(?:,|;)\s+(?:and|but|so|while|which|because)\s+|;\s+|\s+(?:and|but) (?=(?:they|it|we|you|he|she|that|this|there)\b)", re.IGNORECASE
)
TALK = frozenset(
    stem(word)
    for word in "okay right sure understood follow going go take time moment say said tell told know ask asked asking question answer sorry thank thanks please mean want like have "
    "need assume assumption note noted leave let move next back first part case case's information give business team company they people someone one thing way bit here that's today "
    "currently roughly about around approximately overall across basis figure number data detail specific regarding terms keep well alright hmm listening continue".split()
)
"""Stems of what anybody may say in a conversation without saying anything of the business."""


def claims(sentence: str) -> list[str]:
    """The claims of a sentence: it is cut where another one with its own verb may begin."""
    return [part for part in _CLAIMS.split(sentence) if part.strip()]


def pieces_of(texts: Iterable[str]) -> list[str]:
    """The texts and their sentences, each once."""
    whole = list(texts)
    return list(dict.fromkeys([*whole, *(piece.text for text in whole for piece in sentences(text))]))


def strange_figure(text: str, given: str) -> float | None:
    """A figure of the text that stands in nothing given; None if all do."""
    stand = {(round(f.value, 6), f.percent) for f in figures(given)}
    return next((f.value for f in figures(text) if (round(f.value, 6), f.percent) not in stand), None)


def content(text: str, talk: frozenset[str] = TALK) -> list[str]:
    """The stems of a text that say something."""
    return [s for s in stems(text) if s not in talk]


def unsupported(sentence: str, pieces: Sequence[str], entailment: Entailment, talk: frozenset[str] = TALK) -> str | None:
    """The first claim of a sentence that no piece says, nearly all in its words or in others; None if all are said."""
    return next((claim for claim in claims(sentence) if not _said(claim, pieces, entailment, talk)), None)


def _said(claim: str, pieces: Sequence[str], entailment: Entailment, talk: frozenset[str]) -> bool:
    wanted = content(claim, talk)
    shared = [sum(s in stems(piece) for s in wanted) / max(1, len(wanted)) for piece in pieces]
    if not wanted or max(shared, default=0.0) >= _NEARLY_ALL:
        return True
    near = [
        (claim, piece) for piece, share in zip(pieces, shared, strict=True) if share >= _HALF
    ]  # the network alone is too easily pleased
    return bool(near) and float(entailment.read(near)[:, SUPPORTED].max()) >= _SUPPORTS
