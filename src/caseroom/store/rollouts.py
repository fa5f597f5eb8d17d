"""Rollouts, and what a person on call did in them. A report is set once; actions append."""

from __future__ import annotations

import json
from typing import Any

from caseroom.errors import RolloutNotFound, SessionMoved
from caseroom.store import tables
from caseroom.store.database import Database
from caseroom.store.numbered import Numbered
from caseroom.store.works import WorkStore

MOVED = (
    "This drill went on in another window since the page was shown. Nothing of this was done; open the drill again to see where it stands."
)


class RolloutStore(WorkStore):
    """Rollouts in a database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, tables.rollouts, _missing)
        self._actions = Numbered(database, tables.rollout_actions)

    rollout, rollouts = WorkStore.one, WorkStore.every

    def act(self, rollout_id: str, created: str, body: dict[str, Any], number: int | None = None) -> int:
        """Append what a person on call did; gives its number. With a number it is only appended if it is the next one.

        Raises:
            RolloutNotFound: no such rollout.
            SessionMoved: somebody else appended since.
        """
        self.one(rollout_id)
        last = self._actions.newest(rollout_id)
        following = 0 if last is None else last + 1
        if number not in (None, following) or not self._actions.add(rollout_id, following, body, created=created):
            raise SessionMoved(MOVED)
        return following

    def actions(self, rollout_id: str) -> list[dict[str, Any]]:
        """What a person on call did, in order."""
        return [json.loads(row.body) for row in self._actions.rows(rollout_id)]


def _missing(rollout_id: str) -> RolloutNotFound:
    return RolloutNotFound(f"There is no rollout {rollout_id!r}. `caseroom rollout --list` shows those that are there.")
