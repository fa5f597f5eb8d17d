"""The reply of a turn as it is said: in the case's plain words, or worded by a large model where the user chose one. Decides nothing of what is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from caseroom.cases.model import Case
from caseroom.events import Move, Replied, Session
from caseroom.interview import interviewer
from caseroom.models.chat import ChatModel

if TYPE_CHECKING:
    from caseroom.app.interviews import Room

_CHOICE = 3
"""Follow-ups that a model may choose among."""


def worded(
    room: Room, case: Case, session_id: str, session: Session, reply: Replied, noticed: interviewer.Noticed, model: ChatModel | None = None
) -> Iterator[Move | Replied]:  # fmt: skip
    """What is said as it comes, then the reply as it is to be kept. Without a model, or where it fails, the plain words."""
    model = model or chosen(room, session_id)
    if model is None:
        yield from reply.moves
        yield reply
        return
    from caseroom.interview.vetting import Vetting
    from caseroom.interview.wording import WORDED, Wording

    vetting = Vetting(case, room.engine.encoder, room.engine.entailment)
    probing = any(move.kind == "probe" for move in reply.moves)
    others = list(islice(interviewer.probes(case, session, noticed), _CHOICE)) if probing else []
    for piece in Wording(case, vetting, model).reply(session, reply.moves, others):
        if isinstance(piece, str):
            yield Move("acknowledge", piece)
        elif piece.text:
            yield from (move for move in reply.moves if move.kind not in WORDED)
            yield replace(reply, moves=piece.moves, worded=piece.text, by=piece.by)
        else:
            yield from reply.moves
            yield reply


def chosen(room: Room, session_id: str) -> ChatModel | None:
    """The model that the user chose to word replies, if any."""
    if not (room.settings.home / "models.yaml").is_file():
        return None  # nothing is set up: nothing heavy is imported
    from caseroom.app.largemodels import chat_model

    return chat_model(room, "interviewer", session_id)
