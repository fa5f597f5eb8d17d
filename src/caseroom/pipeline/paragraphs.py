"""Lines of a hard-wrapped text to paragraphs: an editor broke them at a width, and a sentence goes on in the next one.

Headings, items of lists, tables, code, lines that end a sentence and what else is set line by line stay lines. No word is changed, added or left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"[ \t]*(```+|~~~+)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•‣◦–][ \t]|(?:\d{1,3}|[A-Za-z])[.)][ \t]|\[[ xX]\][ \t])")
_ALONE = re.compile(r"[ \t]*(?:#{1,6}(?:[ \t]|$)|\||\{:|(?:[-*_=][ \t]*){3,}$|>[ \t]*$|:?-{2,}:?[ \t]*\|)")
"""Headings, rows of tables, attributes of a block, rules."""
_COLUMNS = re.compile(r"\S(?:\t|[ ]{3,})\S|\S[ ]\|[ ]\S")
_CODE = re.compile(r"(?:[ ]{4}|\t)")
_QUOTED = re.compile(r"^[ \t]*>[ \t]?")
_LABEL = re.compile(r"[A-Z][\w /()-]{0,30}:[ \t]")
_BREAK = re.compile(r"(?:[ ]{2,}|\\)$")
_JOINT = re.compile(r"[^\W\d_]-$|[\u3040-\u30ff\u3400-\u9fff]$")
"""What a line goes on from without a space: a hyphen, a sign of a script that has no spaces."""
_NARROWEST = 45
"""Signs of a line of plain text from which it may have been broken at a width."""
_ENDED = re.compile(r"[.!?…;][\"')\]*_]*\s*$")
"""The end of a sentence: whoever writes one a line is left to it."""

Goes = Callable[[str, str, int], bool]
"""Whether a paragraph goes on from a line to the next one; given is also the longest line of both's paragraph."""


def of_markdown(text: str) -> str:
    """Markdown with its paragraphs, and each item of its lists, in one line: a line break is a space there, but where two spaces or a backslash end a line."""
    return _joined(text, lambda line, _next, _longest: not _BREAK.search(line))


def of_plain(text: str) -> str:
    """Plain text with those lines joined that an editor broke: the next word had no room in a long line, or the next line begins within a sentence."""
    return _joined(text, _broken)


def _broken(line: str, following: str, longest: int) -> bool:
    if _LABEL.match(following):
        return False
    length, no_room = len(line.rstrip()), longest - len(following.split(maxsplit=1)[0])
    return following[:1].islower() or (length >= _NARROWEST and length + 1 > no_room)


def _joined(text: str, goes: Goes) -> str:
    parts: list[str] = []
    before = ""  # the line that may go on
    for line, kind, longest in _lines(text):
        quoted = bool(_QUOTED.match(line))
        following = _QUOTED.sub("", line).strip()
        open_ = (
            before and kind == "prose" and quoted == bool(_QUOTED.match(before)) and (following[:1].islower() or not _ENDED.search(before))
        )
        if open_ and goes(before, following, longest):
            parts[-1] = parts[-1].rstrip()
            parts += ["" if _JOINT.search(parts[-1]) and not following[:1].isupper() else " ", _QUOTED.sub("", line).lstrip()]
        else:
            parts += ["\n" if parts else "", line]
        before = line if kind in ("prose", "item") else ""
    return "".join(parts)


def _lines(text: str) -> Iterator[tuple[str, str, int]]:
    """Each line with what it is (prose, item, alone, empty) and the length of the longest line of its block."""
    lines = text.split("\n")
    fence, longest, listed = "", 0, False
    for number, line in enumerate(lines):
        if not line.strip():
            longest = 0
        elif not longest:
            longest = _longest(lines, number)
        mark = _FENCE.match(line)
        if fence or mark:
            if mark and fence in ("", mark[1]):
                fence = "" if fence else mark[1]
            kind = "alone"
        else:
            kind = _kind(line, lines[number - 1] if number else "", listed)
        if kind == "item" or (kind == "alone" or (kind == "prose" and not line[:1].isspace() and number and not lines[number - 1].strip())):
            listed = kind == "item"
        yield line, kind, longest


def _kind(line: str, before: str, listed: bool) -> str:
    if not line.strip():
        return "empty"
    if _CODE.match(line) and not listed and (not before.strip() or _CODE.match(before)):
        return "alone"
    if _ITEM.match(line):
        return "item"
    return "alone" if _ALONE.match(line) or _COLUMNS.search(line.strip()) else "prose"


def _longest(lines: list[str], number: int) -> int:
    """The length of the longest line of the block that begins at a line."""
    length = 0
    while number < len(lines) and lines[number].strip():
        length = max(length, len(lines[number].rstrip()))
        number += 1
    return length
