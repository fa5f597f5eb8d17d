from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom import events as ev

STARTED = ev.Started("support-desk", "v1", "engine", "2026-01-01T00:00:00+00:00", (("ground", 6.0), ("assess", 5.0)))
OPENED = ev.Replied(0, (ev.Move("open", "Hello."),), 0.0)

texts = st.text(max_size=40)
times = st.floats(min_value=0, max_value=1e5, allow_nan=False)
moves = st.lists(
    st.builds(ev.Move, st.sampled_from(["fact", "probe", "acknowledge"]), texts, st.lists(texts, max_size=2).map(tuple)), max_size=3
)
any_event = st.one_of(
    st.builds(ev.Said, st.integers(1, 9), texts, times),
    st.builds(ev.Replied, st.integers(0, 9), moves.map(tuple), times, st.lists(texts, max_size=2).map(tuple)),
    st.builds(ev.Entered, st.sampled_from(["ground", "assess", "roadmap"]), times, st.integers(0, 9)),
    st.builds(ev.Paused, times),
    st.builds(ev.Resumed, times),
    st.builds(ev.Undone, st.integers(1, 9), times),
    st.builds(ev.SelfScored, st.lists(st.tuples(st.sampled_from(["ground", "assess"]), st.integers(0, 4)), max_size=2).map(tuple), times),
    st.builds(ev.Ended, st.sampled_from(["closed", "early", "time"]), times),
)


@given(any_event)
def test_an_event_survives_json(event: ev.Event) -> None:
    assert ev.from_dict(json.loads(json.dumps(ev.to_dict(event)))) == event


@given(st.lists(any_event, max_size=30))
def test_the_fold_takes_any_order_and_time_never_goes_back(events: list[ev.Event]) -> None:
    last = 0.0
    for end in range(len(events) + 1):
        session = ev.replay([STARTED, *events[:end]])
        assert session.length == end + 1
        assert session.at >= last
        last = session.at


def test_a_later_version_is_told_apart() -> None:
    with pytest.raises(KeyError):
        ev.from_dict({"type": "Sang", "at": 0.0})


def test_a_turn_its_reply_and_its_undoing() -> None:
    said: list[ev.Event] = [
        ev.Said(1, "How many?", 5.0),
        ev.Replied(1, (ev.Move("fact", "2,400.", ("volume",)),), 6.0),
        ev.Said(2, "Fine.", 9.0),
    ]
    session = ev.replay([STARTED, OPENED, *said])
    assert [turn.text for turn in session.turns] == ["How many?", "Fine."]
    assert session.facts_said() == {"volume": 1}
    assert session.turns[-1].reply is None
    undone = ev.replay([STARTED, OPENED, *said, ev.Undone(1, 12.0)])
    assert undone.turns == ()
    assert undone.next_turn == 1
    assert undone.facts_said() == {}


def test_seconds_are_counted_per_step() -> None:
    session = ev.replay([STARTED, ev.Entered("ground", 0.0, 0), ev.Entered("assess", 60.0, 3), ev.Said(4, "x", 100.0)])
    assert session.seconds_in() == {"ground": 60.0, "assess": 40.0}


def test_undoing_a_turn_takes_back_the_step_it_entered() -> None:
    entered: list[ev.Event] = [ev.Entered("ground", 0.0, 0), ev.Said(1, "Now the architecture.", 50.0), ev.Entered("technical", 50.0, 1)]
    assert ev.replay([STARTED, *entered]).step == "technical"
    assert ev.replay([STARTED, *entered, ev.Undone(1, 55.0)]).step == "ground"
