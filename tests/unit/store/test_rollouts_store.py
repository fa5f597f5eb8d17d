"""Rollouts in the store: asked, set, acted on, deleted; nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseroom.errors import RolloutNotFound, SessionNotFound
from caseroom.store.database import Database
from caseroom.store.rollouts import RolloutStore


@pytest.fixture
def store(tmp_path: Path) -> RolloutStore:
    return RolloutStore(Database(f"sqlite:///{tmp_path / 's.db'}"))


def test_a_rollout_is_kept_before_it_runs_and_its_report_after(store: RolloutStore) -> None:
    begun = store.begin("2026-01-01", None, {"case": "desk"})
    assert store.rollout(begun.id) == begun and begun.state == "open" and begun.report is None
    store.set(begun.id, "done", report={"verdict": "well"})
    store.set(begun.id, "done")
    assert store.rollout(begun.id).report == {"verdict": "well"}
    later = store.begin("2026-01-02", None, {"case": "desk"})
    assert [kept.id for kept in store.rollouts()] == [later.id, begun.id]
    assert all(kept.report is None for kept in store.rollouts())


def test_what_a_person_did_appends_and_goes_with_its_rollout(store: RolloutStore) -> None:
    begun = store.begin("2026-01-01", None, {})
    assert [store.act(begun.id, "now", {"day": day}) for day in (3, 4)] == [0, 1]
    assert store.actions(begun.id) == [{"day": 3}, {"day": 4}]
    store.delete(begun.id)
    assert store.actions(begun.id) == []
    for call in (lambda: store.rollout(begun.id), lambda: store.delete(begun.id), lambda: store.act(begun.id, "now", {})):
        with pytest.raises(RolloutNotFound, match="caseroom rollout --list"):
            call()


def test_a_session_that_is_not_there(store: RolloutStore) -> None:
    with pytest.raises(SessionNotFound, match="no session"):
        store.begin("2026-01-01", "nothere", {})
