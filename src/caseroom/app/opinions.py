"""A second reader and a coach asked from a page: in the background, one at a time for each session, only where somebody agreed. Gives no marks itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from caseroom.app import coaching, scorecards
from caseroom.app.consent import Notice, first_call_notice
from caseroom.app.interviews import Room
from caseroom.app.modelsettings import settings_of
from caseroom.errors import CaseroomError, NotAgreed, UsageError
from caseroom.grading.scorecard import Scorecard
from caseroom.steps import STEP_IDS

Purpose = Literal["reader", "coach"]
PURPOSES: tuple[Purpose, ...] = ("reader", "coach")
State = Literal["not set up", "not asked", "under way", "failed", "done"]
NAMES: dict[str, str] = {"reader": "second reader", "coach": "coach"}


@dataclass
class Job:
    """An asking that runs or ran."""

    done: int = 0
    total: int = 0
    why: str = ""
    """Why it failed."""
    over: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an opinion stands."""

    state: State
    done: int = 0
    total: int = 0
    why: str = ""
    names: tuple[str, ...] = ()
    """Who would be asked, in order."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a second reader's opinions lie beside the judge's."""

    by: str
    same: int
    other: int


def notices(room: Room, purpose: Purpose) -> list[Notice]:
    """What leaves this machine, by each model of the purpose.

    Raises:
        ModelSettingsError: the settings do not hold.
    """
    return [first_call_notice(room, entry.name, purpose) for entry in settings_of(room).chain(purpose)]


def agreement(card: Scorecard) -> Agreement | None:
    """How the second reader of a scorecard sees it; None where there is none."""
    read = [point for step in card.steps for point in step.points if point.second is not None and point.verdict != "not_reached"]
    if not read:
        return None
    same = sum(point.second is not None and point.second.says == (point.leans or point.verdict) for point in read)
    by = next(point.second.by for point in read if point.second)
    return Agreement(by, same, len(read) - same)


class Opinions:
    """Asks, and knows what is under way."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._jobs: dict[tuple[str, Purpose], Job] = {}
        self._lock = threading.Lock()

    def ask(self, session_id: str, purpose: Purpose) -> None:
        """Begin, if it is not under way.

        Raises:
            SessionNotFound: no such session.
            UsageError: it is still open, or nobody is set up.
            NotAgreed: nobody agreed yet; nothing was sent.
            ModelSettingsError: the settings do not hold.
        """
        if not self._room.store.session(session_id).ended:
            raise UsageError("The interview is still open.")
        known = notices(self._room, purpose)
        if not known:
            raise UsageError(f"No {NAMES[purpose]} is set up. {how(purpose)}")
        if asking := [notice for notice in known if not notice.agreed]:
            raise NotAgreed(
                f"Nobody has agreed that {asking[0].name} at {asking[0].host} gets {', '.join(asking[0].sends)}. Nothing was sent."
            )
        with self._lock:
            before = self._jobs.get((session_id, purpose))
            if before is not None and not before.over:
                return
            job = self._jobs[session_id, purpose] = Job()
        threading.Thread(target=self._work, args=(session_id, purpose, job), name=f"{purpose}-{session_id}", daemon=True).start()

    def standing(self, session_id: str, purpose: Purpose) -> Standing:
        """Where it stands.

        Raises:
            SessionNotFound: no such session.
            ModelSettingsError: the settings do not hold.
        """
        self._room.store.session(session_id)
        names = tuple(notice.name for notice in notices(self._room, purpose))
        job = self._jobs.get((session_id, purpose))
        if job is not None and not job.over:
            return Standing("under way", job.done, job.total, names=names)
        if job is not None and job.why:
            return Standing("failed", why=job.why, names=names)
        if self._there(session_id, purpose):
            return Standing("done", names=names)
        return Standing("not asked" if names else "not set up", names=names)

    def _there(self, session_id: str, purpose: Purpose) -> bool:
        if purpose == "coach":
            return bool(coaching.kept(self._room, session_id))
        kept = scorecards.history(self._room, session_id)
        return bool(kept) and agreement(kept[-1].card) is not None

    def forget(self, session_id: str) -> None:
        """Let go of a session that is gone."""
        with self._lock:
            for purpose in PURPOSES:
                self._jobs.pop((session_id, purpose), None)

    def _work(self, session_id: str, purpose: Purpose, job: Job) -> None:
        def told(done: int, total: int) -> None:
            job.done, job.total = done, total

        try:
            _asked[purpose](self._room, session_id, told)
        except CaseroomError as error:
            job.why = str(error)
        except Exception as error:  # a thread's error would be seen by nobody
            job.why = f"Something went wrong here ({type(error).__name__}). Nothing was changed."
        finally:
            job.over = True


def _read(room: Room, session_id: str, told: Callable[[int, int], None]) -> None:
    scorecards.read_twice(room, session_id, lambda step: told(STEP_IDS.index(step), len(STEP_IDS)))


def _coach(room: Room, session_id: str, told: Callable[[int, int], None]) -> None:
    coaching.coached(room, session_id, told)


_asked: dict[Purpose, Callable[[Room, str, Callable[[int, int], None]], None]] = {"reader": _read, "coach": _coach}


def how(purpose: Purpose) -> str:
    """How one is set up."""
    return f"`caseroom models add` names a model, `caseroom models use {purpose} NAME` puts it to work."
