"""`caseroom share`, `caseroom peers`: links made and revoked, and what was marked with them."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Table

from caseroom.app import comparison, links, peers, scorecards
from caseroom.app.comparison import Comparison, PointRow
from caseroom.cli.screen import console, print_json, progress, say, the_room
from caseroom.errors import UsageError
from caseroom.grading.pages import VERDICT_WORDS

_ADDRESS = "http://127.0.0.1:8427"


def role_of(*, reviewer: bool, host: bool) -> str:
    """Whom a link is for.

    Raises:
        UsageError: for both.
    """
    if reviewer and host:
        raise UsageError("A link is for a reviewer or for a host; make two.")
    return "reviewer" if reviewer else "host" if host else "peer"


def share(
    session: str | None, role: str, *, days: int, mask: bool, names: list[str], board: bool, notes: bool, revoke: str | None, as_json: bool
) -> None:  # fmt: skip
    """`caseroom share`."""
    if revoke is not None:
        _revoke(revoke, as_json=as_json)
        return
    if session is None:
        raise UsageError("Say which session: `caseroom share SESSION`. `caseroom sessions list` shows those that are there.")
    options = links.Options(mask=mask, names=tuple(names), board=board, notes=notes)
    made = links.share(the_room(None), session, role, days, options)
    if as_json:
        print_json({"id": made.link.id, "role": role, "path": made.path, "expires": made.link.expires, "mask": made.link.options.mask})
        return
    say(f"{_ADDRESS}{made.path}")
    say(f"Link {made.link.id} for a {role}, until {made.link.expires[:10]}. It is shown this once; `caseroom serve` opens it.", style="dim")
    say(f"`caseroom share --revoke {made.link.id}` lets it hold no more.", style="dim")


def _revoke(link_id: str, *, as_json: bool) -> None:
    link = links.revoke(the_room(None), link_id)
    if as_json:
        print_json({"id": link.id, "revoked": link.revoked})
    else:
        say(f"Link {link.id} holds no more. What was marked with it stands.")


def show(session: str, *, as_json: bool) -> None:
    """`caseroom peers show`."""
    room, now = the_room(None), links.today()
    made, marked = links.links(room, session), peers.of_session(room, session)
    compared = None
    if room.store.session(session).ended and any(peer.marks.done for peer in marked):
        with progress("Reading the interview") as told:
            compared = comparison.compare(room, session, scorecards.scorecard(room, session, told).card)
    if as_json:
        rows = [
            {"id": link.id, "role": link.role, "created": link.created, "expires": link.expires, "state": link.state(now)} for link in made
        ]
        print_json({"links": rows, "peers": [asdict(peer) for peer in marked], "comparison": asdict(compared) if compared else None})
        return
    if not made:
        say(f"No link yet. `caseroom share {session}` makes one.")
    for link in made:
        who = ", ".join(f"{p.name} ({'done' if p.marks.done else 'marking'})" for p in marked if p.link == link.id) or "nobody marked yet"
        say(f"{link.id}  {link.role:9} {link.state(now)} (until {link.expires[:10]}): {who}")
    if compared:
        _side_by_side(compared)


def _side_by_side(found: Comparison) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("step", "self", *found.people, "machine", "seen differently"):
        table.add_column(name, justify="left" if name == "step" else "right")
    for step in found.steps:
        levels = ("–" if level is None else str(level) for level in (step.own, *step.peers, step.machine))
        table.add_row(step.title, *levels, str(step.apart))
    console.print(table)
    for step in found.steps:
        for who, text in step.notes:
            say(f"{step.title}, {who}: {text}")
        for point in step.points:
            if point.differ:
                say(f"  {point.id} {point.name}: {_marks(found, point)}")
    for row in found.agreement:
        say(f"{row.between}: {row.words}", style="bold")


def _marks(found: Comparison, point: PointRow) -> str:
    marks = [f"{name}: {peers.MARK_WORDS[mark]}" for name, mark in zip(found.people, point.peers, strict=True) if mark]
    decided = [f"decided: {peers.MARK_WORDS[point.decided]}"] if point.decided else []
    return "; ".join([*marks, f"machine: {VERDICT_WORDS[point.verdict]}", *decided])
