"""What keeps other sites and oversized messages out: an ASGI layer around the whole application.

A browser may only change things from our own pages: a request that is not safe must come from the same origin, told by `Sec-Fetch-Site` or
`Origin` (both are set by browsers and cannot be forged by a page). The `Host` must be one that we serve, which closes DNS rebinding.
Where a secret stands in the address, no page is told where a request came from.
"""

from __future__ import annotations

import ipaddress
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
    (b"permissions-policy", b"camera=(), geolocation=(), payment=(), microphone=(self)"),
)  # fmt: skip
LINKED = ("/peer/", "/host/", "/disputes/by/", "/api/peer/", "/api/host/")
"""Where what follows is the secret of a share link."""
_REFERRER = b"referrer-policy"


def link_page(path: str) -> str | None:
    """The page of the share link that a path belongs to; None for the owner's own pages."""
    start = next((start for start in LINKED if path.startswith(start)), None)
    return f"{start.removeprefix('/api')}{path.removeprefix(start).split('/')[0]}" if start else None


class TooLarge(Exception):
    """A body went over the limit while it was read."""


class Guard:
    """Refuses what must not come in, and adds the headers that keep pages closed."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), links_only: bool = False) -> None:
        """`hosts`: names under which the room is served besides this machine's own. `links_only`: other machines see pages of share links alone."""
        self.app, self.links_only = app, links_only
        self.hosts = frozenset((*LOCAL, *hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        by_link = link_page(scope["path"]) is not None
        closed = self.links_only and not by_link and not scope["path"].startswith("/assets/") and not _this_machine(scope)
        refusal = (403, _LINKS_ONLY) if closed else self._refusal(scope["method"], Headers(scope=scope), by_link)
        if refusal:
            await PlainTextResponse(refusal[1], refusal[0])(scope, receive, _closed(send, by_link))
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
                await _closed(send, by_link)(message)

        try:
            await self.app(scope, counted, told)
        except TooLarge:
            pass
        if read > LARGEST and not begun:
            await PlainTextResponse(_TOO_LARGE, 413)(scope, receive, _closed(send, by_link))

    def _refusal(self, method: str, headers: Headers, by_link: bool) -> tuple[int, str] | None:
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name not in self.hosts:
            return 421, f"This room is not served under {name[:100]!r}. Open it as http://127.0.0.1 with its port."
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > LARGEST:
            return 413, _TOO_LARGE
        if method not in SAFE and not _from_here(host, headers, by_link):
            return 403, "Another site tried to change something here. Nothing was changed."
        return None


_LINKS_ONLY = "From another machine only the link that you were given opens a page here."
_TOO_LARGE = f"That is more than {LARGEST // 1_000_000} MB. Nothing was stored; send less at once."


def _this_machine(scope: Scope) -> bool:
    """Whether a request comes from this machine itself."""
    try:
        return ipaddress.ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False


def _from_here(host: str, headers: Headers, by_link: bool) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site and site not in ("same-origin", "none"):
        return False
    if by_link and origin == "null":  # a page that tells no referrer tells no origin either; only who knows the secret can name the address
        return True
    return origin is None or urlsplit(origin).netloc == host


def _closed(send: Send, by_link: bool) -> Send:
    headers = [(name, b"no-referrer" if by_link and name == _REFERRER else value) for name, value in HEADERS]

    async def closed(message: Message) -> None:
        """The message, with our headers."""
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *headers]
        await send(message)

    return closed
