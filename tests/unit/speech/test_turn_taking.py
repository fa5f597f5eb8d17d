from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.speech.base import Chance
from caseroom.speech.turns import Action, Caption, Pressed, Released, Rules, Signal, State, VoiceBegan, VoiceEnded, advance

STEP = 0.032


class Room:
    """Plays signals through the rules and keeps what was to be done."""

    def __init__(self, *, hands_free: bool = True) -> None:
        self.state, self.at, self.done = State(hands_free=hands_free), 0.0, list[Action]()

    def send(self, signal: Signal) -> None:
        self.state, actions = advance(self.state, signal)
        self.done += actions

    def sound(self, seconds: float, speech: float) -> Room:
        end = self.at + seconds
        while self.at < end:
            self.at += STEP
            self.send(Chance(self.at, speech))
        return self

    def speak(self, seconds: float) -> Room:
        return self.sound(seconds, 0.95)

    def quiet(self, seconds: float) -> Room:
        return self.sound(seconds, 0.02)

    def kinds(self) -> list[str]:
        return [action.kind for action in self.done]


def test_a_turn_begins_with_speech_and_ends_with_silence() -> None:
    room = Room().quiet(1).speak(3).quiet(2)
    assert room.kinds() == ["begin", "end"]
    begin, end = room.done
    assert begin.at == pytest.approx(1.03, abs=0.1)
    assert end.at == pytest.approx(4.0, abs=0.1)


def test_a_click_is_no_turn() -> None:
    assert Room().quiet(1).speak(0.12).quiet(3).kinds() == []


def test_a_breath_does_not_end_a_turn() -> None:
    assert Room().speak(2).quiet(0.6).speak(2).kinds() == ["begin"]


def test_patience_grows_with_the_candidates_own_pauses() -> None:
    room = Room()
    room.speak(2)
    first = room.state.patience
    assert first is not None
    for _ in range(5):
        room.send(Caption(room.at, "and then,"))  # an unfinished caption: the longer pauses are taken as pauses, and learned from
        room.quiet(1.5).speak(2)
    room.send(Caption(room.at, "That is my answer."))
    grown = room.state.patience
    assert room.kinds() == ["begin"]
    assert grown is not None
    assert grown > first + 0.5
    assert grown <= Rules().longest


def test_words_that_are_not_finished_are_waited_for() -> None:
    room = Room().speak(2)
    plain = room.state.patience
    room.send(Caption(room.at, "I would use retrieval because"))
    assert plain is not None
    assert room.state.patience == pytest.approx(2 * plain)


@pytest.mark.parametrize(
    "words", ["Let me think.", "Give me a moment, please.", "Hmm, let me just think about that for a second.", "Bear with me."]
)
def test_who_asks_for_time_is_never_cut_off(words: str) -> None:
    room = Room().speak(2)
    room.send(Caption(room.at, words))
    room.quiet(50)
    assert room.kinds() == ["begin"]
    room.quiet(200)
    assert room.kinds() == ["begin", "nudge"]  # one soft word, and no more
    room.speak(3)
    room.send(Caption(room.at, f"{words} I would begin with the users and what they do today, in their own tool."))
    room.quiet(5)
    assert room.kinds() == ["begin", "nudge", "end"]


def test_take_your_time_is_honoured() -> None:
    room = Room()
    room.send(VoiceBegan(0.0, "Take your time. What would you measure?"))
    room.quiet(2)
    room.send(VoiceEnded(room.at))
    room.quiet(40).speak(2).quiet(4)
    assert room.kinds() == ["begin"]
    room.quiet(2)
    assert room.kinds() == ["begin", "end"]


def test_one_soft_word_after_a_long_silence_and_no_more() -> None:
    room = Room()
    room.send(VoiceBegan(0.0))
    room.quiet(1)
    room.send(VoiceEnded(room.at))
    room.quiet(24)
    assert room.kinds() == []
    room.quiet(200)
    assert room.kinds() == ["nudge"]
    room.send(VoiceBegan(room.at, "Take your time."))
    room.send(VoiceEnded(room.at + 1))
    room.quiet(300)
    assert room.kinds() == ["nudge"]


def test_speaking_over_the_voice_stops_it_at_once() -> None:
    room = Room()
    room.send(VoiceBegan(0.0))
    room.quiet(1).speak(0.4)
    assert room.kinds() == ["stop_voice", "begin"]
    assert room.done[0].at - 1.0 < 0.35


def test_the_echo_of_the_voice_does_not_stop_it() -> None:
    room = Room()
    room.send(VoiceBegan(0.0))
    room.sound(5, 0.55)
    assert room.kinds() == []


def test_who_goes_on_before_the_reply_is_still_in_the_turn() -> None:
    room = Room().speak(3).quiet(1.5)
    assert room.kinds() == ["begin", "end"]
    room.speak(2).quiet(5)
    assert room.kinds() == ["begin", "end", "go_on", "end"]
    assert room.state.pauses
    assert room.state.pauses[-1] > 1.2


def test_the_key_alone_decides_where_it_is_used() -> None:
    room = Room(hands_free=False).speak(5).quiet(5)
    assert room.kinds() == []
    room.send(Pressed(room.at))
    room.quiet(20).speak(2).quiet(20)
    room.send(Released(room.at))
    assert room.kinds() == ["begin", "end"]
    assert room.done[-1].at == room.at


def test_the_key_stops_the_voice() -> None:
    room = Room(hands_free=False)
    room.send(VoiceBegan(0.0))
    room.send(Pressed(1.0))
    assert room.kinds() == ["stop_voice", "begin"]


signals = st.one_of(
    st.tuples(st.just("chance"), st.floats(0, 1)), st.tuples(st.sampled_from(["press", "release", "voice", "still"]), st.just(0.0)),
    st.tuples(st.sampled_from(["let me think", "so", "That is it."]), st.just(0.0)),
)  # fmt: skip


@given(st.lists(signals, max_size=400), st.booleans())
def test_begins_and_ends_alternate_whatever_comes(rows: list[tuple[str, float]], hands_free: bool) -> None:
    state, at, open_turn = State(hands_free=hands_free, rules=replace(Rules(), patience=0.1, blip=0.03, nudge=1.0)), 0.0, False
    for kind, value in rows:
        at += STEP
        signal: Signal
        match kind:
            case "chance":
                signal = Chance(at, value)
            case "press":
                signal = Pressed(at)
            case "release":
                signal = Released(at)
            case "voice":
                signal = VoiceBegan(at)
            case "still":
                signal = VoiceEnded(at)
            case _:
                signal = Caption(at, kind)
        state, actions = advance(state, signal)
        for action in actions:
            assert action.at <= at
            if action.kind in ("begin", "go_on"):
                open_turn = True
            elif action.kind == "end":
                assert open_turn
                open_turn = False
        assert open_turn == (state.began is not None)
