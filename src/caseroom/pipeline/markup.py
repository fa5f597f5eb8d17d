"""Markdown and HTML to light Markdown: headings as lines that start with `#`, words as a reader sees them, no addresses, no tags.

Where a link leads is dropped: whoever cites a passage cites its document, and an address is noise to a sentence encoder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^(```+|~~~+)[^\n]*\n.*?(?:^\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][\w-]*(?:\s[^<>\n]*)?/?>")  # not <https://…> nor <name@host>
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\](?:\([^)\n]*\)|\[[^\]\n]*\])")
_LINK = re.compile(r"\[([^\[\]]+)\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\[[^\]\n]*\])")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*\S.*\n?", re.MULTILINE)
_UNDERLINED = re.compile(r"^(?![ \t]*[#>|*+-])(\S.*)\n(=+|-{3,})[ \t]*$", re.MULTILINE)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,300}?)(?<=\S)\1")
_BLANK = re.compile(r"\n{3,}")


def light(markdown: str) -> str:
    """Markdown without link targets, images, tags, comments and emphasis. Fenced code stays as it is."""
    parts, done = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [_prose(markdown[done : fence.start()]), fence[0]]
        done = fence.end()
    return _BLANK.sub("\n\n", "".join([*parts, _prose(markdown[done:])])).strip()


def _prose(text: str) -> str:
    text = _TAG.sub("", _without_comments(text))
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", _DEFINITION.sub("", text)))
    text = _STRONG.sub(r"\2", text)
    return _UNDERLINED.sub(lambda m: f"{'#' if m[2][0] == '=' else '##'} {m[1]}", text)


def _without_comments(text: str) -> str:
    """By hand: a regular expression would read a page of opened and never closed comments again for each of them."""
    first, *rest = text.split("<!--")
    parts = (piece.partition("-->") for piece in rest)
    return first + "".join(after if end else f"<!--{before}" for before, end, after in parts)


def first_heading(text: str) -> str:
    """The words of the first heading of light Markdown; empty if there is none."""
    found = re.search(r"^#{1,6}[ \t]+(\S.*)$", text, re.MULTILINE)
    return found[1].rstrip(" \t#") if found else ""


_HIDDEN = frozenset("head script style template noscript nav iframe svg object".split())
_BLOCKS = frozenset("p div section article main header footer ul ol table dl blockquote pre hr figure form".split())
_LINES = frozenset("br tr dt dd".split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page."""

    title: str
    text: str
    """Light Markdown: a block a line, blocks apart."""
    meta: dict[str, str]
    """Contents of `<meta>` by name, in lower case."""


def page(html: str) -> Page:
    """Read an HTML page. Tolerant, as browsers are: a knowledge base has seen many editors. Scripts are not run, nothing is fetched."""
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = lxml_html.document_fromstring(html.encode(), parser=parser)
    except etree.ParserError:  # no tag and no word
        return Page("", "", {})
    parts: list[str] = []
    hidden = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = str(element.tag)
        if event == "start":
            hidden += tag in _HIDDEN
            parts += [_before(tag), _spaced(element.text)] if not hidden else []
        else:
            hidden -= tag in _HIDDEN
            parts += ["\n\n" if tag in _BLOCKS or tag in _HEADINGS else "", _spaced(element.tail)] if not hidden else []
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    meta = {entry.get("name").lower(): entry.get("content") for entry in tree.iter("meta") if entry.get("name") and entry.get("content")}
    return Page(" ".join(tree.findtext(".//title", "").split()), _BLANK.sub("\n\n", "\n".join(lines)).strip(), meta)


def _before(tag: str) -> str:
    """What parts an element from the one before it."""
    if tag in _HEADINGS:
        return f"\n\n{'#' * _HEADINGS[tag]} "
    if tag in ("td", "th"):
        return " | "
    return "\n- " if tag == "li" else "\n" if tag in _LINES else "\n\n" if tag in _BLOCKS else ""


def _spaced(text: str | None) -> str:
    """Text as HTML means it: a line break is a space."""
    return re.sub(r"\s+", " ", text or "")
