"""What the tests in a browser stand on: no wait of theirs is without an end."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from playwright.sync_api import Browser
from tests.e2e import test_browser as room_test
from tests.e2e.served import serving, within

browser = room_test.browser


@asynccontextmanager
async def _fails(_: FastAPI) -> AsyncIterator[None]:
    int("no")
    yield


def test_a_server_that_does_not_come_up_is_told() -> None:
    with pytest.raises(RuntimeError, match="ended before it was up"), serving(FastAPI(lifespan=_fails)):
        pass


def test_a_server_that_does_not_go_down_is_told_with_its_stack() -> None:
    application, released = FastAPI(), threading.Event()

    @application.get("/")
    def _stuck() -> None:
        released.wait(30)

    def ask(address: str) -> None:
        """Ask; perhaps be cut off."""
        with suppress(OSError):
            urllib.request.urlopen(address).close()

    try:
        with pytest.raises(TimeoutError, match=r"(?s)to go down.*released\.wait"), serving(application, longest=0.5) as address:
            asking = threading.Thread(target=ask, args=(address,))
            asking.start()
            time.sleep(0.3)
    finally:
        released.set()
        asking.join(30)


def test_a_stream_that_nobody_ends_does_not_keep_the_server_up() -> None:
    application, going = FastAPI(), threading.Event()

    def beat() -> Iterator[bytes]:
        """For ever."""
        while not going.is_set():
            yield b"."
            time.sleep(0.05)

    @application.get("/")
    def _stream() -> StreamingResponse:
        return StreamingResponse(beat())

    with serving(application) as address:
        answer = urllib.request.urlopen(address)
        assert answer.read(1) == b"."
        began = time.monotonic()
    answer.close()
    going.set()
    assert time.monotonic() - began < 20


@room_test.pytestmark
def test_what_playwright_waits_for_without_an_end_is_ended(browser: Browser) -> None:
    with room_test.opened(browser, None) as context:
        page = context.new_page()
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="Waited 1 s for an answer"), within(1, "an answer"):
            page.evaluate("new Promise(() => {})")
        assert time.monotonic() - began < 10
        assert page.evaluate("1 + 1") == 2  # and the browser can still be used
