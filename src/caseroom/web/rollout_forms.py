"""The form of a new rollout: what was typed, where its proposal comes from, and the settings that it makes. Reads and checks; begins nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from caseroom.app import propose, rollouts, runs
from caseroom.app.interviews import Room
from caseroom.errors import UsageError
from caseroom.proposal.file import from_data
from caseroom.proposal.model import Proposal
from caseroom.rollout.settings import EventWish, Settings

MOST_SEED, MOST_WEEKS = 2_147_483_647, 52
WEEKS = 12


@dataclass(frozen=True, slots=True)
class NewForm:
    """What was typed, as it was typed."""

    session: str = ""
    run: str = ""
    """The lab run whose proposal it is."""
    again: str = ""
    """The rollout whose proposal it is."""
    case: str = ""
    text: str = ""
    """A proposal's file, not kept anywhere yet."""
    seed: str = "7"
    weeks: str = str(WEEKS)
    a_day: str = ""
    plant: str = "drawn"
    """drawn, none or chosen."""
    chosen: tuple[tuple[str, str], ...] = ()
    """Events that were ticked, with their day as it was typed."""
    on_call: str = "simulated"
    """simulated or me."""


async def new_form(request: Request) -> NewForm:
    """The form of a request: its address, or its body."""
    sent = request.query_params if request.method == "GET" else await request.form()
    typed = {name: str(sent[name]) for name in NewForm.__dataclass_fields__ if name in sent and name != "chosen"}
    typed["text"] = typed.get("text", "").replace("\r\n", "\n").replace("\r", "\n")
    names = [str(name) for name in sent.getlist("event")]
    return NewForm(**typed, chosen=tuple((name, str(sent.get(f"day-{name}", ""))) for name in names))


Typed = Annotated[NewForm, Depends(new_form)]


@dataclass(frozen=True, slots=True)
class Source:
    """A proposal, and the data that it is rolled out on."""

    proposal: Proposal
    case: str | None
    data: Path | None = None
    session: str | None = None


def source(room: Room, form: NewForm) -> Source:
    """Where the proposal comes from.

    Raises:
        UsageError: from nowhere.
        ProposalError: the text does not hold.
        RolloutNotFound, RunNotFound, SessionNotFound: what it was to come from is gone.
    """
    if form.text.strip():
        case = room.store.session(form.session).case if form.session else form.case
        return Source(propose.from_text(form.text), case or None, session=form.session or None)
    if form.again:
        known = rollouts.rollout(room, form.again)
        return Source(from_data(known.proposal), *_place(known.case), known.session)
    if form.run:
        run = runs.run(room, form.run)
        return Source(from_data(run.proposal), *_place(run.case), run.session)
    if form.session:
        return Source(propose.proposal_of(room, form.session), room.store.session(form.session).case, session=form.session)
    raise UsageError("Open a proposal, or the report of a run in the lab, and choose “Roll it out” there.")


def _place(case: str) -> tuple[str | None, Path | None]:
    return (None, Path(case)) if any(sign in case for sign in "/\\") else (case, None)


def settings(form: NewForm) -> Settings:
    """The settings that the form makes.

    Raises:
        UsageError: a number that is none, or out of its range.
    """
    return Settings(
        _whole("Seed", form.seed, 0, MOST_SEED),
        _whole("Weeks", form.weeks, 1, MOST_WEEKS),
        _items(form.a_day),
        _events(form),
        person=form.on_call == "me",
    )


def _whole(name: str, typed: str, least: int, most: int) -> int:
    try:
        found = int(typed.strip())
    except ValueError:
        found = least - 1
    if not least <= found <= most:
        raise UsageError(f"{name}: write a whole number from {least} to {most}.")
    return found


def _items(typed: str) -> float | None:
    if not typed.strip():
        return None
    try:
        found = float(typed.strip().replace(",", ""))
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found >= 0):
        raise UsageError("Items a day: write a number, 0 or more, or leave it empty for the case's own.")
    return found


def _events(form: NewForm) -> tuple[EventWish, ...] | None:
    if form.plant == "none":
        return ()
    if form.plant != "chosen":
        return None
    if not form.chosen:
        raise UsageError("Tick at least one event, or choose “none happen”.")
    last = _whole("Weeks", form.weeks, 1, MOST_WEEKS) * 7 - 1
    return tuple((name, _whole(f"The day of {name.replace('-', ' ')}", day, 0, last)) for name, day in form.chosen)
