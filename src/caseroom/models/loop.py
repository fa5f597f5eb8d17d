"""One event loop in a thread of its own, for the providers' clients: callers stay synchronous, time-outs hold whatever the other side does.

Nothing else of the core is asynchronous; web/ has a loop of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_END = object()
_GRACE = 2.0
"""Seconds that a cancelled request may take to let go of its connection."""
_lock = threading.Lock()
_running: asyncio.AbstractEventLoop | None = None
_begun: ContextVar[list[AsyncGenerator[Any, Any]] | None] = ContextVar("_begun", default=None)
"""The asynchronous generators that the request of this context began."""


def _loop() -> asyncio.AbstractEventLoop:
    """The loop; started with the first use."""
    global _running
    with _lock:
        if _running is None:
            _running = asyncio.new_event_loop()
            _running.call_soon(_keep_book)
            threading.Thread(target=_running.run_forever, name="models", daemon=True).start()
        return _running


def _keep_book() -> None:
    """Have every generator that is begun in the loop written down for its request."""
    known = sys.get_asyncgen_hooks().firstiter

    def first(generator: AsyncGenerator[Any, Any]) -> None:
        """A generator is asked for its first item."""
        if (begun := _begun.get()) is not None:
            begun.append(generator)
        if known is not None:
            known(generator)

    sys.set_asyncgen_hooks(firstiter=first)


async def _tidily(work: Coroutine[Any, Any, T]) -> T:
    """What a request returns, after the generators that it left open were closed.

    The clients' libraries leave theirs half read where a stream fails. The garbage collector, run by another thread, then finalises them
    while this loop closes them, and says on the terminal that it could not.
    """
    begun: list[AsyncGenerator[Any, Any]] = []
    _begun.set(begun)
    try:
        return await work
    finally:
        for generator in begun:  # the outer before the inner
            with contextlib.suppress(Exception):
                await generator.aclose()


def run(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """What a coroutine returns.

    Raises:
        TimeoutError: it took longer; it is cancelled.
    """

    async def in_time() -> T:
        """Within the time."""
        async with asyncio.timeout(seconds):
            return await _tidily(work)

    return asyncio.run_coroutine_threadsafe(in_time(), _loop()).result(seconds + _GRACE)


def later(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Have a coroutine done; nobody waits for it."""

    async def quietly() -> None:
        """Without a word where it fails."""
        with contextlib.suppress(Exception):
            await work()

    asyncio.run_coroutine_threadsafe(quietly(), _loop())


def iterate(source: Callable[[], AsyncIterator[T]], seconds: float, stall: float) -> Iterator[T]:
    """What an asynchronous iterator yields, as it comes. Whoever stops reading ends it.

    Raises:
        TimeoutError: nothing came for `stall` seconds, or it is not over after `seconds`.
    """
    pieces: queue.SimpleQueue[Any] = queue.SimpleQueue()

    async def pump() -> None:
        """Hand the items over as they come."""
        try:
            async with contextlib.aclosing(source()) as items:  # type: ignore[type-var]  # sources are generators
                async for item in items:
                    pieces.put(item)
            pieces.put(_END)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            pieces.put(error)

    task = asyncio.run_coroutine_threadsafe(_tidily(pump()), _loop())
    until = time.monotonic() + seconds
    try:
        while (item := _next(pieces, min(stall, until - time.monotonic()))) is not _END:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        task.cancel()


def _next(pieces: queue.SimpleQueue[Any], seconds: float) -> Any:
    try:
        return pieces.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise TimeoutError from None
