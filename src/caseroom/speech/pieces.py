"""Cut sound at its pauses into pieces that a recogniser hears one at a time. No word is cut where there is a pause to cut at."""

from __future__ import annotations

from collections.abc import Sequence

from caseroom.speech.base import Segment

LONGEST = 27.0
"""Seconds: recognisers of this kind hear 30 at once."""


def pieces(segments: Sequence[Segment], longest: float = LONGEST, least: float = 0.0) -> list[Segment]:
    """Neighbouring stretches of speech together, up to a length; a pause after `least` seconds already ends a piece; one too long is cut evenly."""
    found: list[Segment] = []
    for segment in segments:
        open_one = found[-1] if found else None
        if open_one and segment.end - open_one.start <= longest and not (least and open_one.end - open_one.start >= least):
            found[-1] = Segment(open_one.start, segment.end)
        else:
            found.append(segment)
    return [part for piece in found for part in _even(piece, longest)]


def _even(piece: Segment, longest: float) -> list[Segment]:
    count = max(1, -(-int((piece.end - piece.start) * 1000) // int(longest * 1000)))
    length = (piece.end - piece.start) / count
    return [Segment(piece.start + n * length, piece.start + (n + 1) * length) for n in range(count)]
