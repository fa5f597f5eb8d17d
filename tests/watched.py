"""A store with weeks of use, written for tests: real sessions of one opening, and readings of turns, so that monitoring has days to compare."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

from caseroom import events as ev
from caseroom.app.interviews import Room
from caseroom.store.readings import Reading, ReadingStore

USUAL, SLOW = 0.06, 0.3
"""Seconds of a turn, about."""


def used_for(room: Room, days: int, *, slow: int = 0, today: date | None = None, turns: int = 30, seed: int = 7) -> None:
    """Use a room for some days until today; on the last `slow` days its turns are slow."""
    chance, last = random.Random(seed), today or datetime.now(UTC).date()
    readings = []
    for back in range(days - 1, -1, -1):
        noon = datetime.combine(last - timedelta(days=back), time(0, 1), UTC)
        usual = SLOW if back < slow else USUAL
        readings += [
            Reading((noon + timedelta(seconds=n)).isoformat(timespec="milliseconds"), "turn", usual * chance.lognormvariate(0, 0.3))
            for n in range(turns)
        ]
        _talk(room, noon.isoformat(timespec="seconds"), turns, chance)
    ReadingStore(room.store.database).add(readings)


def _talk(room: Room, created: str, turns: int, chance: random.Random) -> None:
    case = room.shelf.case("support-desk")
    session = room.store.start(ev.Started(case.id, case.version, "engine", created, case.minutes))
    said: list[ev.Event] = []
    for number in range(1, turns + 1):
        kind: ev.MoveKind = chance.choices(("fact", "ask_back", "unknown", "decline"), (60, 15, 20, 5))[0]
        said += [ev.Said(number, "a private word", number * 5.0), ev.Replied(number, (ev.Move(kind, "a private reply"),), number * 5.0)]
    room.store.append(session, 1, [*said, ev.Undone(turns, turns * 5.0), ev.Ended("closed", turns * 5.0)])
