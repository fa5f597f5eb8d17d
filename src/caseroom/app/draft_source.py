"""The document that a case is drafted from: its text as data, its figures with their sentences. What in it speaks to a model is left out and told."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from caseroom.errors import DataError, UsageError
from caseroom.language.text import sentences, words
from caseroom.numerals import figures
from caseroom.pipeline.ingest import read_documents

MOST_WORDS = 1_600
"""Words of a document that one call holds; a longer one is read as far as that."""
_TO_A_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|rules?|prompts?|above|previous|prior)\b|\byou are (?:now )?(?:an? )?(?:ai|assistant|(?:large )?language model|chatbot|bot)\b"
    r"|\b(?:as|to|dear) (?:an? |the |any )?(?:ai|assistant|(?:large )?language model|llm|chatbot)s?\b.{0,60}\b(?:must|should|please|write|say|reply|answer|output|reading)\b"
    r"|^\s*(?:system|assistant|developer)\s*:|<\|?(?:system|im_start|im_end|assistant)|\[/?inst\]|\b(?:reply|respond|answer|output) (?:only|exactly|just) with\b"
    r"|\b(?:system|hidden|secret) prompt\b.{0,40}\b(?:reveal|print|repeat|show)\b|\b(?:reveal|print|repeat|show)\b.{0,40}\b(?:system|hidden|secret) prompt\b",
    re.IGNORECASE | re.MULTILINE,
)
Number = tuple[float, bool]
"""A value, and whether it is a percentage."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it is given to a model."""

    name: str
    text: str
    figures: dict[Number, str] = field(default_factory=dict)
    """Each figure of it, with the first sentence that holds it."""
    left_out: tuple[str, ...] = ()
    """Sentences that speak to a model, which it does not get."""
    unread: int = 0
    """Words behind the last one that is read."""

    @property
    def digest(self) -> str:
        """Of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Figured:
    """A figure of the draft, and where it comes from."""

    shown: str
    where: str
    """Fact or part that holds it."""
    sentence: str = ""
    """The document's; empty where it was invented."""

    @property
    def invented(self) -> bool:
        """Whether it stands nowhere in the document."""
        return not self.sentence


def read_source(path: Path) -> Source:
    """The document in a file.

    Raises:
        UsageError: it is a folder, or not there.
        DataError: it cannot be read, or holds no text.
    """
    if not path.is_file():
        raise UsageError(f"{path} is no file. Give one document: text, Markdown, HTML, PDF or DOCX.")
    text = "\n\n".join(f"{document.title}\n{document.text}" for document in read_documents(path))
    if len(words(text)) < 20:
        raise DataError([f"{path}: holds too little text to draft a case from ({len(words(text))} words)."])
    return source_of(path.name, text)


def source_of(name: str, text: str) -> Source:
    """A text as a document."""
    kept, left, found = list[str](), list[str](), dict[Number, str]()
    size = unread = 0
    for line in text.splitlines():
        pieces = []
        for piece in sentences(line):
            if _TO_A_MODEL.search(piece.text):
                left.append(piece.text)
                continue
            many = len(words(piece.text))
            if size + many > MOST_WORDS:
                unread += many
                continue
            size += many
            pieces.append(piece.text)
            for number in numbers(piece.text):
                found.setdefault(number, " ".join(piece.text.split()))
        kept.append(" ".join(pieces))
    return Source(name, re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip(), found, tuple(left), unread)


def numbers(text: str) -> list[Number]:
    """The figures of a text, each once."""
    return list(dict.fromkeys((round(figure.value, 6), figure.percent) for figure in figures(text)))


def origins(source: Source, where: str, text: str) -> list[Figured]:
    """Where the figures of a text come from."""
    return [
        Figured(f"{value:,.10g}{'%' if percent else ''}", where, source.figures.get((value, percent), ""))
        for value, percent in numbers(text)
    ]
