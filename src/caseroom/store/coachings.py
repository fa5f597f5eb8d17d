"""What the coach said of finished sessions. It is appended and never changed, and goes with its session."""

from __future__ import annotations

from typing import Any

from caseroom.store import tables
from caseroom.store.database import Database
from caseroom.store.numbered import OfSessions


class CoachingStore(OfSessions[list[dict[str, Any]]]):
    """The coach's words in a database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, tables.coachings, "was coached in another window at the same moment, or is deleted; look again.")
