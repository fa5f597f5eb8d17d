"""The use-cases of the rollout: begin one, carry it out (again, if it was stopped), look at rollouts, compare two roadmaps on the same weeks, play a day as the person on
call, delete one. What was computed once is not computed again; what was asked is kept before anything runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

from caseroom.app.carrying import Stopped, Told, asked_for, carry, open_data, same_data, stamp
from caseroom.app.drill_log import Log, fold
from caseroom.app.interviews import Room
from caseroom.app.runs import Replies, Windows
from caseroom.cases.data import CaseData
from caseroom.cases.drift import read_drift
from caseroom.errors import RunError, UsageError
from caseroom.monitoring.alerts import Alert
from caseroom.monitoring.delivery import Webhook
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.file import from_data
from caseroom.proposal.model import Proposal
from caseroom.rollout.drawing import Stage
from caseroom.rollout.drilled import drilled
from caseroom.rollout.feedback import Improver
from caseroom.rollout.model import Planted
from caseroom.rollout.planting import planted
from caseroom.rollout.report import report
from caseroom.rollout.score import score
from caseroom.rollout.settings import Action, Business, Settings
from caseroom.rollout.world import CaseWorld
from caseroom.store.remembered import Remembered
from caseroom.store.rollouts import RolloutStore
from caseroom.store.works import KeptWork

State = Literal["open", "running", "stopped", "failed", "done"]
MOST_ITEMS = 20_000_000
"""Items of all weeks at most: beyond that the weeks would take hours."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """A rollout: what was asked, where it stands, and its report once it is done."""

    id: str
    created: str
    case: str
    """The case's id, or the folder of one's own data."""
    title: str
    session: str | None
    state: State
    why: str
    """Why it failed or stopped."""
    proposal: dict[str, Any]
    settings: dict[str, Any]
    report: dict[str, Any] | None


def begin(
    room: Room, proposal: Proposal, settings: Settings, *, case: str | None = None, data: Path | None = None, session: str | None = None
) -> Rollout:  # fmt: skip
    """Keep what is asked; nothing is run yet. `data` is a folder of one's own, else the case's is taken.

    Raises:
        UnknownCase, CaseError, DataError: there is no such case, or its data do not hold.
        UsageError: the proposal answers another case; an event is asked for that there is not; too many items.
        RunError: neither a case nor data is named, or the case has none.
    """
    opened, asked = asked_for(room, proposal, case, data, "roll it out")
    a_day = opened.economics.items_a_day if settings.a_day is None else settings.a_day
    if a_day * settings.days > MOST_ITEMS:
        raise UsageError(
            f"{a_day:,.0f} items a day over {settings.weeks} weeks are too many. At most {MOST_ITEMS / settings.days:,.0f} a day with --a-day."
        )
    planted(_events(opened), settings)
    return _rollout(_store(room).begin(stamp(), session, {**asked, "settings": _plain(settings)}))


def carry_out(room: Room, rollout_id: str, told: Told | None = None, stopped: Stopped | None = None) -> Rollout:
    """Carry a rollout out, or go on with one that was stopped or killed: tables that were computed are not computed again. One that is done is given back as it is.

    Raises:
        RolloutNotFound: no such rollout.
        DataError, ModelError, StageError, StoreError: it is marked as failed, with why.
    """
    store = _store(room)
    kept = store.rollout(rollout_id)
    if kept.state == "done":
        return _rollout(kept)
    carry(store, rollout_id, lambda: _reported(room, kept, told, stopped))
    return rollout(room, rollout_id)


def _reported(room: Room, kept: KeptWork, told: Told | None, stopped: Stopped | None) -> dict[str, Any]:
    with opened(room, kept.asked, told, stopped) as (stage, proposal, data, notes):
        stage.prepare(proposal)
        drill: list[dict[str, Any]] = []
        if stage.settings.person:
            weeks, marks, drill = drilled(stage, proposal, actions_of(room, kept.id), told)
        else:
            weeks, marks = score(stage, proposal, told=told)
        name = kept.asked["case"] or kept.asked["data"]
        made = report(stage, proposal, weeks, marks, case=name, title=kept.asked["title"], version=data.version, notes=notes)
        if drill:
            log = log_of(room, kept.id)
            made["drill"] = {"marks": drill, "undone": log.undone, "hindsight": log.hindsight}
    return made


@contextmanager
def opened(
    room: Room, asked: Mapping[str, Any], told: Told | None = None, stopped: Stopped | None = None
) -> Iterator[tuple[Stage, Proposal, CaseData, list[str]]]:
    """The stage of a rollout: its data, models and tables, for as long as it is needed.

    Raises:
        RunError: the data has changed since it began.
        DataError, ModelError: as their rooms say.
    """
    data = same_data(room, asked, "rollout")
    with closing(Remembered(room.settings.cache / "lab.db")) as remembered:
        engine, notes = room.engine, list[str]()
        workshop = Workshop(data, engine.encoder, engine.entailment, engine.reader, None, notes)
        world = CaseWorld(
            workshop, read_drift(data.folder), keeper=Windows(remembered), remember=Replies(remembered), told=told, stopped=stopped
        )
        settings = settings_of(asked["settings"])
        business = Business(data.economics, data.task, data.documents is not None)
        stage = Stage(world, business, settings, planted(world.events, settings), Improver(world))
        yield stage, from_data(asked["proposal"]), data, notes


# a person on call


def act(room: Room, rollout_id: str, action: Action) -> int:
    """Keep what a person on call did; it counts from the evening of its day. Gives its number.

    Raises:
        RolloutNotFound: no such rollout.
        UsageError: nobody plays in this rollout, or it is a day before one on which something was done already.
    """
    known = rollout(room, rollout_id)
    if not known.settings["person"]:
        raise UsageError("In this rollout the person on call is simulated. Begin one with a person on call to act in it.")
    last = max((one.day for one in actions_of(room, rollout_id)), default=0)
    if action.day < last:
        raise UsageError(f"Day {action.day} is over: something was done on day {last} already.")
    return _store(room).act(rollout_id, stamp(), asdict(action))


def actions_of(room: Room, rollout_id: str) -> tuple[Action, ...]:
    """What a person on call did and did not take back, in order."""
    return log_of(room, rollout_id).actions


def log_of(room: Room, rollout_id: str) -> Log:
    """All that was kept of a drill."""
    return fold(_store(room).actions(rollout_id))


# looking


def rollouts(room: Room) -> list[Rollout]:
    """All rollouts, the newest first, without their reports."""
    return [_rollout(kept) for kept in _store(room).rollouts()]


def rollout(room: Room, rollout_id: str) -> Rollout:
    """A rollout with its report.

    Raises:
        RolloutNotFound: no such rollout.
    """
    return _rollout(_store(room).rollout(rollout_id))


def delete(room: Room, rollout_id: str) -> None:
    """Remove a rollout for good, and what was done in it.

    Raises:
        RolloutNotFound: no such rollout.
    """
    _store(room).delete(rollout_id)


@dataclass(frozen=True, slots=True)
class Compared:
    """A row of a comparison."""

    name: str
    a: str
    b: str


def compare(a: Rollout, b: Rollout) -> list[Compared]:
    """Two rollouts that are done, side by side, on the same weeks.

    Raises:
        RunError: one is not done, or they did not meet the same weeks.
    """
    for one in (a, b):
        if one.report is None:
            raise RunError(f"Rollout {one.id} is {one.state}; only finished ones compare. `caseroom rollout --go-on {one.id}` finishes it.")
    first, second = cast(dict[str, Any], a.report), cast(dict[str, Any], b.report)
    for name in ("data_version", "seed", "weeks", "a_day", "launch"):
        if first[name] != second[name]:
            raise RunError(
                f"These rollouts did not meet the same weeks: {name.replace('_', ' ')} is {first[name]} and {second[name]}. Take the same --seed, --weeks and --a-day."
            )
    planted_in = [[(event["id"], event["start"], event["strength"]) for event in report_["events"]] for report_ in (first, second)]
    if planted_in[0] != planted_in[1]:
        raise RunError("These rollouts did not meet the same events, so they do not compare.")
    return list(_compared(first, second))


def _compared(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[Compared]:
    money = first["currency"]
    yield Compared("how far", first["reached"], second["reached"])
    mine, other = first["totals"]["own"], second["totals"]["own"]
    for name, key in (
        ("events that did harm", "harmful"),
        ("of these seen", "seen"),
        ("false alarms", "false_alarms"),
        ("times somebody looked", "looks"),
    ):
        yield Compared(name, str(mine[key]), str(other[key]))
    yield Compared(
        "half seen within, days",
        *(str(total["median_delay"] if total["median_delay"] is not None else "none seen") for total in (mine, other)),
    )
    for name, key in (("wrong answers until somebody knew", "unseen_wrong"), ("wrong answers by events", "wrong")):
        yield Compared(name, f"{mine[key]:,.0f}", f"{other[key]:,.0f}")
    yield Compared("money until somebody knew", f"{mine['unseen_money']:,.0f} {money}", f"{other['unseen_money']:,.0f} {money}")
    for name, key in (
        ("items of the design's", "live"),
        ("wrong answers of the design's", "wrong"),
        ("labels from users", "labels"),
        ("graded", "graded"),
    ):
        yield Compared(name, f"{first['sums'][key]:,.0f}", f"{second['sums'][key]:,.0f}")
    yield Compared("money against today", *(f"{report_['sums']['saved']:,.0f} {money}" for report_ in (first, second)))


# telling


def deliver(done: Rollout, hook: Webhook, wait: float = 5.0) -> str:
    """Post the alerts of a rollout that is done, day by day, and say what arrived. A webhook that hangs is given up after `wait` seconds; the rollout stands."""
    days: dict[int, list[Alert]] = {}
    for alert in (done.report or {}).get("alerts", ()):
        days.setdefault(alert["day"], []).append(
            Alert(
                alert["id"],
                alert["watch"],
                alert["day"],
                alert["day"],
                alert["day"],
                alert["level"],
                None,
                None,
                None,
                alert["said"],
                alert["owner"],
                alert["action"],
            )
        )
    for day, alerts in sorted(days.items()):
        hook.deliver(day, alerts)
    hook.close(wait)
    if not days:
        return "No alert was raised, so nothing was posted."
    if hook.sent == len(days):
        return f"Posted the alerts of {hook.sent} days to {hook.address}."
    return f"{hook.address} took the alerts of {hook.sent} of {len(days)} days; {len(days) - hook.sent} were given up, for it did not answer in time or refused them. The rollout is kept."


# what was asked, as plain data


def _plain(settings: Settings) -> dict[str, Any]:
    return {**asdict(settings), "launch": settings.launch.isoformat() if settings.launch else None}


def settings_of(data: Mapping[str, Any]) -> Settings:
    """The settings that were kept."""
    events = data["events"]
    return Settings(
        data["seed"], data["weeks"], data["a_day"], None if events is None else tuple((name, day) for name, day in events),
        date.fromisoformat(data["launch"]) if data["launch"] else None, data["person"],
    )  # fmt: skip


def library(room: Room, case: str | None, data: Path | None = None) -> tuple[Planted, ...]:
    """The events that can happen in a case, or in a folder of one's own.

    Raises:
        UnknownCase, CaseError, DataError, RunError: there is no such case, its data do not hold, or it has none.
    """
    return _events(open_data(room, case, data))


def _events(data: CaseData) -> tuple[Planted, ...]:
    from caseroom.rollout.world import planted_of

    return tuple(planted_of(event) for event in read_drift(data.folder).events)


def _store(room: Room) -> RolloutStore:
    return RolloutStore(room.store.database)


def _rollout(kept: KeptWork) -> Rollout:
    asked = kept.asked
    return Rollout(kept.id, kept.created, asked["case"] or asked["data"], asked["title"], kept.session, cast(State, kept.state), kept.why, asked["proposal"],
                   asked["settings"], kept.report)  # fmt: skip
