"""What every request finds: the room, and the desk with its interviews."""

from __future__ import annotations

from fastapi import Request

from caseroom.app.desk import Desk
from caseroom.app.interviews import Room


def the_room(request: Request) -> Room:
    """The room."""
    room: Room = request.app.state.room
    return room


def the_desk(request: Request) -> Desk:
    """The interviews that are held."""
    desk: Desk = request.app.state.desk
    return desk
