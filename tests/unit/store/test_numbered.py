"""Bodies by number, and what every store writes with: a taken number is refused, all or none, and nothing outlives its owner."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from caseroom import events as ev
from caseroom.errors import SessionMoved
from caseroom.store import tables
from caseroom.store.coachings import CoachingStore
from caseroom.store.database import Database
from caseroom.store.numbered import Numbered
from caseroom.store.rollouts import RolloutStore
from caseroom.store.sessions import SessionStore

STARTED = ev.Started("support-desk", "v1", "engine", "2026-01-01T00:00:00+00:00", (("ground", 6.0),))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 's.db'}")


def test_two_processes_do_not_write_over_each_other(database: Database) -> None:
    rollout = RolloutStore(database).begin("2026-01-01", None, {}).id
    one, other = (Numbered(base, tables.rollout_actions) for base in (database, Database(database.url)))
    assert one.newest(rollout) is None and one.add(rollout, 0, {"by": "one"}, created="now")
    assert not other.add(rollout, 0, {"by": "other"}, created="now") and other.newest(rollout) == 0
    assert [row.body for row in other.rows(rollout)] == ['{"by":"one"}']
    assert not one.add("nothing", 0, {}, created="now"), "whom it belongs to is not there"


def test_rows_are_added_all_or_none(database: Database) -> None:
    rollout = RolloutStore(database).begin("2026-01-01", None, {}).id
    rows = [{"rollout": rollout, "number": number, "created": "now", "body": "{}"} for number in (0, 1, 1)]
    assert not database.added(tables.rollout_actions, rows) and database.rows(sa.select(tables.rollout_actions)) == []
    assert database.added(tables.rollout_actions, rows[:2])
    assert database.write(tables.rollout_actions.delete().where(tables.rollout_actions.c.rollout == rollout)) == 2


def test_a_statement_that_fails_takes_those_before_it_back(database: Database) -> None:
    rollouts = RolloutStore(database)
    kept = rollouts.begin("2026-01-01", None, {})
    twice = tables.rollouts.insert().values(id=kept.id, created="now", state="open", why="", asked="{}")
    with pytest.raises(sa.exc.IntegrityError):
        database.write(tables.rollouts.delete(), twice, twice)
    assert rollouts.rollouts() == [kept]


def test_what_the_coach_said_appends_and_goes_with_its_session(database: Database) -> None:
    sessions, coachings = SessionStore(database), CoachingStore(database)
    session = sessions.start(STARTED)
    assert [coachings.keep(session, "now", 3, [{"said": said}]).number for said in ("a", "b")] == [1, 2]
    assert [(kept.number, kept.length, kept.body) for kept in coachings.of(session)] == [(1, 3, [{"said": "a"}]), (2, 3, [{"said": "b"}])]
    sessions.delete(session)
    assert coachings.of(session) == []
    with pytest.raises(SessionMoved, match=f"Session {session} was coached in another window at the same moment, or is deleted"):
        coachings.keep(session, "now", 3, [])
    with pytest.raises(SessionMoved, match=f"Session {session} was graded in another window"):
        sessions.keep_scorecard(session, "now", 3, {})
