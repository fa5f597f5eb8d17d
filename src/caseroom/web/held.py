"""What every request finds: the room, the desk with its interviews, the bench with its runs, the rollouts, what watches them, and what large models are asked."""

from __future__ import annotations

from fastapi import Request

from caseroom.app.bench import Bench
from caseroom.app.desk import Desk
from caseroom.app.interviews import Room
from caseroom.app.opinions import Opinions
from caseroom.app.rollout_bench import RolloutBench
from caseroom.app.watching import Watching


def the_room(request: Request) -> Room:
    """The room."""
    room: Room = request.app.state.room
    return room


def the_desk(request: Request) -> Desk:
    """The interviews that are held."""
    desk: Desk = request.app.state.desk
    return desk


def the_bench(request: Request) -> Bench:
    """The runs that are under way."""
    bench: Bench = request.app.state.bench
    return bench


def the_rollouts(request: Request) -> RolloutBench:
    """The rollouts that are under way, and the drills that are held."""
    bench: RolloutBench = request.app.state.rollouts
    return bench


def the_watching(request: Request) -> Watching:
    """What watches the room."""
    watching: Watching = request.app.state.watching
    return watching


def the_opinions(request: Request) -> Opinions:
    """What large models are asked of finished interviews."""
    opinions: Opinions = request.app.state.opinions
    return opinions
