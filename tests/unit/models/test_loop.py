"""The loop of the providers' clients: what a request leaves half read is closed at its end, not by whichever thread collects garbage next."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from caseroom.models import loop


class Counted:
    """An inner and an outer generator, as the libraries stack them, and which of them were closed, in order."""

    def __init__(self) -> None:
        self.closed: list[str] = []

    async def inner(self) -> AsyncIterator[int]:
        """Numbers without end."""
        try:
            for number in range(10**9):
                yield number
        finally:
            self.closed.append("inner")

    async def outer(self) -> AsyncIterator[int]:
        """The same; it does not close the inner one."""
        try:
            async for number in self.inner():
                yield number
        finally:
            self.closed.append("outer")


async def read_two(generator: AsyncIterator[int], kept: list[AsyncIterator[int]]) -> int:
    """The second item; the generator is kept, as a traceback keeps it."""
    kept.append(generator)
    async for number in generator:
        if number:
            return number
    return 0


@pytest.mark.parametrize("fails", [False, True])
def test_what_a_request_left_open_is_closed_with_it(fails: bool) -> None:
    counted, kept = Counted(), list[AsyncIterator[int]]()

    async def work() -> int:
        """A request that stops in the middle."""
        number = await read_two(counted.outer(), kept)
        if fails:
            raise ValueError(number)
        return number

    with pytest.raises(ValueError, match="1") if fails else contextlib.nullcontext():
        assert loop.run(work(), 5) == 1
    assert counted.closed == ["outer", "inner"]


def test_so_it_is_with_a_stream_that_nobody_reads_to_its_end() -> None:
    counted, kept = Counted(), list[AsyncIterator[int]]()

    async def source() -> AsyncIterator[int]:
        """One item, and then an error."""
        yield await read_two(counted.outer(), kept)
        raise ValueError("broken off")

    with pytest.raises(ValueError, match="broken off"):
        list(loop.iterate(source, 5, 5))
    assert counted.closed == ["outer", "inner"]
