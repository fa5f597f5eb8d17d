"""A template as a page, and the way on after a form. Knows no page of its own."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from caseroom.web.guard import link_page


def render(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A page."""
    path = request.url.path
    here = _here(path)
    response: Response = request.app.state.templates.TemplateResponse(
        request, template, {"here": here, "told": None, "by_link": link_page(path), **context}, status_code=status
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _here(path: str) -> str:
    """Which part of the navigation a page belongs to."""
    if path.startswith(("/lab", "/ratings", "/reviews")) or path.endswith(("/lab", "/proposal")):
        return "/lab"
    if path.startswith("/rollouts"):
        return "/rollouts"
    if path in ("/progress", "/data"):
        return path
    if path.startswith("/models"):
        return "/data"
    return "/" if path == "/" or path.startswith(("/cases", "/sessions")) else ""


def go(where: str) -> Response:
    """Send the browser on after a form."""
    return RedirectResponse(where, 303)
