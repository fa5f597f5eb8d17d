"""A stream of one model passed on by another that wraps it: each piece seen, the whole returned at the end, the inner one ended whenever the outer one is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from caseroom.models.chat import Answer


def relayed(pieces: Iterator[str], seen: Callable[[str], object] = len) -> Generator[str, None, Answer | None]:
    """The pieces as they come; returns the whole answer where the inner stream returns one.

    Raises:
        ModelError: the inner stream's.
    """
    try:
        while True:
            try:
                piece = next(pieces)
            except StopIteration as end:
                return end.value if isinstance(end.value, Answer) else None
            seen(piece)
            yield piece
    finally:
        if close := getattr(pieces, "close", None):
            close()
