"""Share links: make one, open one, revoke one. A link is the right to one session in one role; it never shows which session it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from caseroom.app.interviews import Room
from caseroom.errors import LinkGone, UsageError
from caseroom.store.people import HOST, KeptLink, PeopleStore

Role = Literal["peer", "reviewer", "host"]
ROLES: tuple[str, ...] = get_args(Role)
_PLACES = {"peer": "peer", "reviewer": "disputes/by", "host": "host"}
DAYS, MOST_DAYS = 14, 365
LONGEST_NAME, MOST_NAMES = 80, 20


@dataclass(frozen=True, slots=True)
class Options:
    """What a link shows."""

    mask: bool = False
    """Whether names and private data are hidden behind stand-ins."""
    names: tuple[str, ...] = ()
    """Names that the candidate wants hidden."""
    board: bool = True
    """Whether the reasons on the sketch board are shown."""
    notes: bool = True
    """Whether the scratch pad is shown."""


@dataclass(frozen=True, slots=True)
class Link:
    """The right to one session."""

    id: str
    session: str
    role: str
    created: str
    expires: str
    options: Options
    revoked: str | None

    def state(self, now: datetime) -> str:
        """In words: whether it holds."""
        return "revoked" if self.revoked else "expired" if now >= datetime.fromisoformat(self.expires) else "open"


@dataclass(frozen=True, slots=True)
class Shared:
    """A new link, with the only copy of its secret."""

    link: Link
    written: str
    """`ID-SECRET`, as it stands in the address."""

    @property
    def path(self) -> str:
        """Where it leads, on this server."""
        return f"/{_PLACES[self.link.role]}/{self.written}"


def people(room: Room) -> PeopleStore:
    """The store of links, marks and decisions."""
    return PeopleStore(room.store.database)


def today() -> datetime:
    """Wall time."""
    return datetime.now(UTC)


def stamp() -> str:
    """Wall time as it is stored."""
    return today().isoformat(timespec="seconds")


def share(room: Room, session_id: str, role: str = "peer", days: int = DAYS, options: Options | None = None) -> Shared:
    """Make a link to a session.

    Raises:
        SessionNotFound: no such session.
        UsageError: no such role, or days or names that cannot be; a host for an interview that is over.
    """
    given = options or Options()
    chosen = replace(given, mask=given.mask or bool(given.names))  # whoever gives names wants them hidden
    session = room.store.session(session_id)
    if role == HOST and session.ended:
        raise UsageError("The interview is over, so nobody can hold it. Ask for a peer, who marks it.")
    if role not in ROLES:
        raise UsageError(f"There is no role {role[:20]!r}; a link is for a {' or a '.join(ROLES)}.")
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"A link holds 1 to {MOST_DAYS} days; {days} were asked for.")
    if len(chosen.names) > MOST_NAMES or any(not 2 <= len(name) <= LONGEST_NAME for name in chosen.names):
        raise UsageError(f"Give at most {MOST_NAMES} names of 2 to {LONGEST_NAME} letters each.")
    now = today()
    expires = (now + timedelta(days=days)).isoformat(timespec="seconds")
    kept, written = people(room).make_link(session_id, role, now.isoformat(timespec="seconds"), expires, asdict(chosen))
    return Shared(_link(kept), written)


def open_link(room: Room, written: str, role: str) -> Link:
    """The link that stands in an address, if it holds and is for this role.

    Raises:
        LinkGone: guessed, expired, revoked, for another role, or its session is gone: nothing tells which.
    """
    link = _link(people(room).link(written))
    if link.state(today()) != "open":
        raise LinkGone(known=True)
    if link.role != role:
        raise LinkGone
    return link


def links(room: Room, session_id: str) -> list[Link]:
    """All links of a session, the oldest first.

    Raises:
        SessionNotFound: no such session.
    """
    room.store.session(session_id)
    return [_link(kept) for kept in people(room).links(session_id)]


def revoke(room: Room, link_id: str) -> Link:
    """Let a link hold no more. What was marked with it stands.

    Raises:
        UsageError: no such link.
    """
    people(room).link_of_id(link_id)
    people(room).revoke(link_id, stamp())
    return _link(people(room).link_of_id(link_id))


def _link(kept: KeptLink) -> Link:
    options = Options(**{**kept.options, "names": tuple(kept.options.get("names", ()))})
    return Link(kept.id, kept.session, kept.role, kept.created, kept.expires, options, kept.revoked)
