"""What a knowledge base is made of: documents, and the pieces of them that are searched and quoted. Plain data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

EVERYONE = "everyone"
"""The access of what nobody is kept from."""


@dataclass(frozen=True, slots=True)
class Document:
    """One page, file or row of a knowledge base."""

    id: str
    """Unique within a knowledge base."""
    title: str
    text: str
    """Plain text or light Markdown: headings are lines that start with `#`."""
    updated: date | None
    """When it was last reviewed; None if nobody says."""
    valid: bool
    """False: superseded or withdrawn."""
    access: str
    """Who may read it: "everyone", or the name of a role."""
    topic: str = ""
    source: str = ""
    """Where it came from: a file's name, with the line of a row."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document, with what must be known to search it, to withhold it and to cite it."""

    id: str
    """`f"{document}#{n}"`, n from 1 in the order of the text."""
    document: str
    title: str
    heading: str
    """The headings above it, outermost first, joined by " › "; empty above the first."""
    text: str
    """A slice of the document's text, so that a quote can be found again."""
    updated: date | None
    valid: bool
    access: str
    topic: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that reading left out or had to guess, for a person to look at. Not an error."""

    source: str
    kind: Literal["empty", "encoding", "unknown format"]
    message: str
