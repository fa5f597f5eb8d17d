"""Posts JSON to the one address that somebody set. It follows no redirect, gives up in time, and raises nothing, whatever the other side does."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from caseroom.errors import MonitorError

WAIT = 3.0
"""Seconds that an address may take to answer."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would lead to an address that nobody set."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """None: it is answered as an error."""
        return


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of one try."""

    why: str = ""
    """Why it was not taken; empty: it was."""
    again: bool = False
    """Whether another try is worth it."""


class Address:
    """An address, and how patiently it is asked.

    What fails is tried again with growing pauses; an answer of 4xx (other than 408 and 429) is not.
    """

    def __init__(self, url: str, *, wait: float = WAIT, tries: int = 4, pause: float = 0.5) -> None:
        """
        Raises:
            MonitorError: if it is no http(s) address.
        """
        self.url, self.wait, self.tries, self.pause = url, wait, tries, pause
        self.host = host(url)
        """The machine and port, without what may be secret in an address."""
        self._opener = urllib.request.build_opener(_NoRedirects)

    def send(self, body: bytes, stop: threading.Event | None = None) -> str:
        """Why the body was not taken, after some tries; empty if it was. `stop` ends the pauses."""
        stop, answer = stop or threading.Event(), _Answer("it was not tried")
        for attempt in range(self.tries):
            if attempt and stop.wait(self.pause * 2 ** (attempt - 1)):
                break
            answer = self._post(body)
            if not answer.again:
                break
        return answer.why

    def _post(self, body: bytes) -> _Answer:
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"}, method="POST")
        try:
            with self._opener.open(request, timeout=self.wait) as answer:
                return _Answer() if 200 <= answer.status < 300 else _Answer(f"it answered {answer.status}")
        except urllib.error.HTTPError as error:
            error.close()
            return _Answer(f"it answered {error.code}", again=error.code in (408, 429) or error.code >= 500)
        except Exception as error:  # whatever a strange server does, monitoring goes on
            return _Answer(self._words(error), again=True)

    def _words(self, error: Exception) -> str:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            return f"no answer in {self.wait:g} s"
        return f"it cannot be reached: {getattr(reason, 'strerror', None) or type(reason).__name__}"


def host(url: str) -> str:
    """The machine of an address, and its port.

    Raises:
        MonitorError: if it is no http(s) address.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # brackets that do not close, or a port that is none
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in ("http", "https") or not host:
        raise MonitorError(f"A webhook needs an address that begins with http:// or https://, not {url!r}.")
    return f"{host}:{port}" if port else host
