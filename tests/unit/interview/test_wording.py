from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from caseroom.app.engine import Engine
from caseroom.cases.model import Case
from caseroom.errors import ModelError
from caseroom.events import Move, Replied, Said, Session, advance, from_dict, to_dict
from caseroom.interview.vetting import Vetting
from caseroom.interview.wording import Worded, Wording
from caseroom.models.chat import Answer, Ask


@dataclass
class Scripted:
    """Says what it is told to, letter by letter; an error in the script is raised there."""

    script: list[str | Exception]
    name: str = "scripted"
    signature: str = "scripted:1"
    sends_to: str = ""
    asked: list[Ask] = field(default_factory=list)

    def ask(self, ask: Ask) -> Answer:
        return Answer("".join(self.stream(ask)))

    def stream(self, ask: Ask) -> Iterator[str]:
        self.asked.append(ask)
        line = self.script.pop(0)
        if isinstance(line, Exception):
            raise line
        for piece in line.split("|"):
            if piece == "BREAK":
                raise ModelError("it hung up")
            yield from piece


Make = Callable[..., tuple[list[str], Worded, Scripted]]


@pytest.fixture
def word(engine: Engine, support: Case) -> Make:
    """Word a reply: what was shown, how it went, and the model with what it was asked."""

    def make(moves: list[Move], *script: str | Exception, turn: str = "How long does it take?", others: tuple[Move, ...] = ()) -> tuple[list[str], Worded, Scripted]:  # fmt: skip
        model = Scripted(list(script))
        wording = Wording(support, Vetting(support, engine.encoder, engine.entailment), model)
        session = Session(case=support.id, minutes=support.minutes)
        session = advance(session, Said(1, turn, 1.0))
        *shown, last = wording.reply(session, moves, others)
        assert isinstance(last, Worded)
        return [str(piece) for piece in shown], last, model

    return make


@pytest.fixture
def fact(support: Case) -> Move:
    return Move("fact", support.fact("handling-time").say, ("handling-time",))


PROBE, OTHER = Move("probe", "What makes you want that here?", ("2.01",)), Move("probe", "How would you know that it works?", ("5.01",))


def test_a_good_reply_is_shown_sentence_by_sentence(word: Make, fact: Move) -> None:
    shown, worded, _ = word([fact], "Okay. On average an agent works on a ticket for 8 minutes, from opening it to closing it.")
    assert shown == ["Okay.", "On average an agent works on a ticket for 8 minutes, from opening it to closing it."]
    assert worded.text == " ".join(shown) and worded.by == "scripted"


def test_failing_twice_is_the_plain_reply(word: Make, fact: Move) -> None:
    shown, worded, model = word([fact], "It takes 9 minutes.", "Great question! It takes 8 minutes.")
    assert shown == [] and worded.text == "" and worded.moves == (fact,) and len(model.asked) == 2


def test_a_second_try_may_be_shown(word: Make, fact: Move) -> None:
    shown, worded, _ = word([fact], "It takes 9 minutes.", fact.text)
    assert shown == [fact.text] and worded.by


def test_what_it_leaves_out_is_said_plainly(word: Make, fact: Move) -> None:
    shown, worded, _ = word([fact, PROBE], "I follow. You should buy a bigger model.")
    assert shown == ["I follow.", fact.text, PROBE.text] and "hint" in worded.why


def test_breaking_off_in_the_middle_loses_nothing_and_repeats_nothing(word: Make, fact: Move) -> None:
    shown, worded, model = word([fact], "I follow. An ag|BREAK")
    assert shown == ["I follow.", fact.text] and "hung up" in worded.why and len(model.asked) == 1


def test_a_model_that_is_down_is_asked_once(word: Make, fact: Move) -> None:
    shown, worded, model = word([fact], ModelError("down"))
    assert shown == [] and worded.text == "" and worded.why == "down" and len(model.asked) == 1


def test_it_may_choose_among_the_follow_ups(word: Make) -> None:
    shown, worded, _ = word([PROBE], "I follow. And how would you know that it's working?", others=(PROBE, OTHER))
    assert worded.moves == (OTHER,) and shown[-1].endswith("working?")


def test_it_is_never_given_what_is_withheld(word: Make, fact: Move, support: Case) -> None:
    _, _, model = word([fact, PROBE], fact.text + " " + PROBE.text)
    prompt = " ".join(message.text for message in model.asked[0].messages)
    assert all(other.say not in prompt for other in support.facts if other.id != "handling-time")
    assert all(point.statement not in prompt for point in support.points)


@pytest.mark.parametrize("kind", ["decline", "crowded", "clock", "time"])
def test_some_moves_are_never_worded(word: Make, kind: str) -> None:
    move = Move("decline" if kind == "decline" else kind, "Plain words.")  # type: ignore[arg-type]
    shown, worded, model = word([move], "anything")
    assert not shown and not worded.text and not model.asked


def test_an_endless_reply_is_cut(word: Make, fact: Move) -> None:
    shown, _, _ = word([fact], "I follow. " * 200)
    assert len(" ".join(shown).split()) < 80


def test_a_reply_keeps_how_it_was_said() -> None:
    moves = (Move("fact", "A.", ("f",)), Move("clock", "Half the time is over.", ("half",)))
    plain, worded = Replied(1, moves, 2.0), Replied(1, moves, 2.0, (), "Said so.", "qwen")
    assert plain.said == moves and worded.words == "Said so. Half the time is over."
    assert from_dict(to_dict(worded)) == worded and "worded" not in to_dict(plain) and from_dict(to_dict(plain)) == plain
