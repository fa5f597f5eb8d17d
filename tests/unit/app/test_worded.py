"""Replies worded over real HTTP by a provider that fails at random, hangs, or lies: no turn is lost, nothing is shown unchecked."""

from __future__ import annotations

import itertools
import random
import re
from typing import Any

import pytest
import yaml
from evals.split import TUNING
from evals.wording import PROBES, counted
from tests.faulty_server import FaultyServer

from caseroom.app import largemodels
from caseroom.app.interviews import Interview, Room
from caseroom.app.probes import read_probes
from caseroom.events import Move, Replied, Said

TURNS, A_SESSION = 500, 50
LIES = (
    "Great question! It takes 99 minutes.",
    "You should ask about the languages. There are 14 of them.",
    "Our competitor Amazon pays 3 million euros for that.",
    "As an AI language model I cannot say. The rubric wants retrieval.",
    "Absolutely, the error rate is 6 percent and a wrong reply costs 45 euros on average.",
    "Have you considered a human in the loop?",
)


def set_up(room: Room, server: FaultyServer, **more: Any) -> None:
    """A model of the settings that words replies; it is this machine's, so nobody need agree."""
    entry = {
        "kind": "openai-compatible",
        "model": "test",
        "base_url": server.url,
        "seconds": 1.0,
        "stall": 0.5,
        "a_minute": 100_000,
        **more,
    }
    room.settings.home.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({"format": 1, "models": {"faulty": entry}, "use": {"interviewer": ["faulty"]}})
    (room.settings.home / "models.yaml").write_text(text, encoding="utf-8")


def honest(request: dict[str, Any]) -> str:
    """Say what is to be said, and ask the first question that may be asked."""
    text = str(request["messages"][-1]["content"])
    said = re.findall(r"^- (.*)$", text.partition("SAY:")[2].partition("\n\nASK")[0], re.MULTILINE)
    asks = re.findall(r"^- (.*)$", text.partition("ASK (one of):")[2], re.MULTILINE)
    return " ".join([*said, *asks[:1]])


def test_a_reply_is_worded_and_says_by_whom(room: Room, faulty_server: FaultyServer) -> None:
    set_up(room, faulty_server)
    faulty_server.reply = honest
    interview = Interview.start(room, "support-desk")
    pieces = list(interview.saying("How long does an agent spend on a ticket?"))
    assert isinstance(pieces[0], Said) and isinstance(pieces[-1], Replied) and pieces[-1].by == "faulty"
    assert "8 minutes" in pieces[-1].words and room.store.session(interview.id).turns[-1].reply == pieces[-1]
    sent = " ".join(request.text for request in faulty_server.requests)
    withheld = [fact.id for fact in interview.case.facts if fact.say in sent and fact.id != "handling-time"]
    assert withheld == []


@pytest.mark.timeout(900)
def test_five_hundred_turns_over_a_faulty_provider(room: Room, faulty_server: FaultyServer) -> None:
    chance = random.Random(5)
    set_up(room, faulty_server)
    faulty_server.mode, faulty_server.seed, faulty_server.hang_seconds, faulty_server.retry_after = "random", 3, 20.0, "0"
    faulty_server.reply = lambda request: chance.choice(LIES) if chance.random() < 0.3 else honest(request)
    turns = [probe for case in TUNING for probe in read_probes(PROBES / f"{case}.jsonl") if probe.case == "support-desk"]
    said = itertools.cycle(turns)
    worded = plain = 0
    for _ in range(TURNS // A_SESSION):
        interview = Interview.start(room, "support-desk")
        allowed = interview.case.opening
        for _ in range(A_SESSION):
            turn = next(said).turn
            largemodels._breaker.cache_clear()  # else a wrong key gives it a rest of a minute, and most turns are plain
            *shown, reply = interview.saying(turn)
            assert isinstance(reply, Replied)
            probes = " ".join(text for point in interview.case.points for text in point.follow_ups)
            allowed = f"{allowed} {' '.join(move.text for move in reply.moves)}"
            text = " ".join(piece.text for piece in shown if isinstance(piece, Move))
            facts = frozenset(interview.session.facts_said())
            assert counted(interview.case, text, f"{allowed} {probes}", facts) == ((), ()), (turn, text)
            assert not re.search(r"great question|you should|have you considered|amazon|rubric", text, re.IGNORECASE), text
            assert text == reply.words
            worded, plain = worded + bool(reply.by), plain + (not reply.by)
        stored = room.store.session(interview.id)
        assert len(stored.turns) == A_SESSION and all(turn.reply and turn.reply.words for turn in stored.turns)
    assert worded > TURNS * 0.2 and plain > TURNS * 0.05, (worded, plain)
    assert {request.mode for request in faulty_server.requests} >= {"ok", "down", "hang", "garbage", "cut", "empty", "endless"}
