"""What keeps other sites and oversized messages out: an ASGI layer around the whole application.

A browser may only change things from our own pages: a request that is not safe must come from the same origin, told by `Sec-Fetch-Site` or
`Origin` (both are set by browsers and cannot be forged by a page). The `Host` must be one that we serve, which closes DNS rebinding.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST = 1_500_000
"""Bytes of a request; a message of a megabyte is stored, more is refused."""
LOCAL = ("localhost", "127.0.0.1", "[::1]", "testserver")
HEADERS = (
    (b"content-security-policy", b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), payment=()"),
)  # fmt: skip


class TooLarge(Exception):
    """A body went over the limit while it was read."""


class Guard:
    """Refuses what must not come in, and adds the headers that keep pages closed."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = ()) -> None:
        """`hosts`: names under which the room is served besides this machine's own."""
        self.app = app
        self.hosts = frozenset((*LOCAL, *hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if refusal := self._refusal(scope["method"], Headers(scope=scope)):
            await PlainTextResponse(refusal[1], refusal[0])(scope, receive, _closed(send))
            return
        read, begun = 0, False

        async def counted() -> Message:
            """What comes in, up to the limit."""
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST:
                raise TooLarge
            return message

        async def told(message: Message) -> None:
            """What goes out."""
            nonlocal begun
            if read <= LARGEST or begun:  # what is answered to half a body is not said
                begun = True
                await _closed(send)(message)

        try:
            await self.app(scope, counted, told)
        except TooLarge:
            pass
        if read > LARGEST and not begun:
            await PlainTextResponse(_TOO_LARGE, 413)(scope, receive, _closed(send))

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name not in self.hosts:
            return 421, f"This room is not served under {name[:100]!r}. Open it as http://127.0.0.1 with its port."
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > LARGEST:
            return 413, _TOO_LARGE
        if method not in SAFE and not _from_here(host, headers):
            return 403, "Another site tried to change something here. Nothing was changed."
        return None


_TOO_LARGE = f"That is more than {LARGEST // 1_000_000} MB. Nothing was stored; send less at once."


def _from_here(host: str, headers: Headers) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site and site not in ("same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc == host


def _closed(send: Send) -> Send:
    async def closed(message: Message) -> None:
        """The message, with our headers."""
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS]
        await send(message)

    return closed
