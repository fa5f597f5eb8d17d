"""What runs of the lab and rollouts share: what is asked is kept before anything is computed, its data is opened, and how it ended is marked. Computes nothing itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from caseroom.app.interviews import Room
from caseroom.app.propose import data_of, without_data
from caseroom.cases.data import CaseData, load_data
from caseroom.errors import CaseroomError, RunError, UsageError
from caseroom.lab.study import Cancelled
from caseroom.proposal.file import to_data
from caseroom.proposal.model import Proposal
from caseroom.store.works import WorkStore

Told = Callable[[str, int, int], None]
"""Takes what is under way, how much of it is done, and of how much."""
Stopped = Callable[[], bool]
"""Whether somebody has stopped it."""
Made = TypeVar("Made")


def stamp() -> str:
    """This moment, as it is stored."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def plain(made: Mapping[str, Any]) -> dict[str, Any]:
    """A report as it is read back."""
    return cast(dict[str, Any], json.loads(json.dumps(made, default=str)))


def open_data(room: Room, case: str | None, data: Path | None) -> CaseData:
    """The data of a case, or of a folder of one's own.

    Raises:
        UnknownCase, CaseError, DataError: there is no such case, or its data do not hold.
        RunError: the case has no data.
    """
    if data is not None:
        return load_data(data)
    found = room.shelf.case(str(case))
    opened = data_of(found)
    if opened is None:
        raise without_data(found)
    return opened


def asked_for(room: Room, proposal: Proposal, case: str | None, data: Path | None, to: str) -> tuple[CaseData, dict[str, Any]]:
    """The data that a proposal is to meet, and what is kept of what is asked; `to` says what is done with it there.

    Raises:
        UnknownCase, CaseError, DataError: there is no such case, or its data do not hold.
        UsageError: the proposal answers another case.
        RunError: neither a case nor data is named, or the case has none.
    """
    if data is None and case and proposal.case and case != proposal.case:
        raise UsageError(f"This proposal answers {proposal.case}, not {case}. Write `case: {case}` into its file to {to} there.")
    name = case or proposal.case
    if data is None and name is None:
        raise RunError("Name a case, or a folder of your own data with --data DIR.")
    opened = open_data(room, name, data)
    title = proposal.title or (data.name if data else room.shelf.case(str(name)).title)
    return opened, {
        "case": name if data is None else None, "data": str(data.resolve()) if data else None, "version": opened.version, "title": title,
        "proposal": to_data(proposal),
    }  # fmt: skip


def same_data(room: Room, asked: Mapping[str, Any], what: str) -> CaseData:
    """The data of what was asked, if it is still the same.

    Raises:
        RunError: it has changed since.
        UnknownCase, CaseError, DataError: it is gone, or does not hold any more.
    """
    data = open_data(room, asked["case"], Path(asked["data"]) if asked["data"] else None)
    if data.version != asked["version"]:
        raise RunError(f"The data has changed since this {what} began. Begin a new one; what did not change is not computed again.")
    return data


def carry(store: WorkStore, work_id: str, work: Callable[[], Mapping[str, Any] | None]) -> None:
    """Carry work out and keep its report; nothing is kept where it gives none and has said itself where it stands.

    Raises:
        Exception: what `work` raises; it is marked as failed, with why.
    """
    store.set(work_id, "running")
    made = tried(store, work_id, work)
    if made is not None:
        store.set(work_id, "done", report=plain(made))


def tried(store: WorkStore, work_id: str, work: Callable[[], Made]) -> Made | None:
    """What work makes; None if it was stopped.

    Raises:
        Exception: what `work` raises; it is marked as failed, with why.
    """
    try:
        return work()
    except Cancelled:
        store.set(work_id, "stopped", "It was stopped; what was computed is kept.")
        return None
    except KeyboardInterrupt:
        store.set(work_id, "stopped", "It was interrupted; what was computed is kept.")
        raise
    except Exception as error:
        store.set(work_id, "failed", str(error) if isinstance(error, CaseroomError) else f"{type(error).__name__}: {error}")
        raise
