"""A person holds the interview: turns wait for them, what they say is the case's, and the score sees it as if the machine had said it."""

from __future__ import annotations

import pytest

from caseroom import events as ev
from caseroom.app import hosting, links, scorecards
from caseroom.app.interviews import Interview, Room
from caseroom.app.links import Link, Options
from caseroom.errors import SessionMoved, UsageError
from caseroom.store import tables

ASK = "How long does an agent spend on a ticket?"


@pytest.fixture
def interview(room: Room) -> Interview:
    made = Interview.start(room, "support-desk")
    made.prepare()
    return made


@pytest.fixture
def link(room: Room, interview: Interview) -> Link:
    made = links.share(room, interview.id, role="host")
    assert made.path.startswith("/host/")
    return links.open_link(room, made.written, "host")


def waits(interview: Interview) -> str:
    mark = hosting.pending(interview.session)
    assert mark
    return mark


def test_a_turn_waits_for_the_person(interview: Interview, link: Link) -> None:
    assert interview.say(ASK) is None and interview.unanswered and interview.held
    with pytest.raises(UsageError, match="has not answered"):
        interview.say("Hello?")
    shown = hosting.view(interview, link)
    asked = next(one for one in shown.suggested if one.id.startswith("fact:"))
    assert "8 minutes" in asked.text and not asked.said
    assert {f.say for f in interview.case.facts} == {one.text for _, facts in shown.facts for one in facts}
    assert sum(len(p.follow_ups) for p in interview.case.points) == sum(len(probes) for _, probes in shown.probes)

    messy, probe = interview.case.turns[0], interview.case.points[0]
    chosen = [f"probe:{probe.id}:1", f"turn:{messy.id}", asked.id, asked.id]
    hosting.reply(interview, waits(interview), chosen, "  Good question.\r\nWell: ")
    reply = interview.session.turns[-1].reply
    assert reply and reply.moves[:4] == (
        ev.Move("acknowledge", "Good question.\nWell:", ("host",)),
        ev.Move("fact", asked.text, (asked.id.removeprefix("fact:"),)),
        ev.Move(messy.kind, messy.say, (messy.id,)),
        ev.Move("probe", probe.follow_ups[0], (probe.id,)),
    )
    assert reply.at >= interview.session.turns[-1].at
    shown = hosting.view(interview, link)
    assert shown.pending is None and shown.suggested == ()
    assert [one.id for _, facts in shown.facts for one in facts if one.said] == [asked.id]


def test_only_a_fact_of_the_case_counts_as_asked(room: Room, interview: Interview, link: Link) -> None:
    interview.say(ASK)
    hosting.reply(interview, waits(interview), [], "About 8 minutes a ticket, I think.")
    interview.say("And how many tickets are there?")
    fact = hosting.view(interview, link).suggested[0].id
    hosting.reply(interview, waits(interview), [fact])
    interview.end()
    assert interview.session.facts_said() == {fact.removeprefix("fact:"): 2}
    assert scorecards.scorecard(room, interview.id).card.steps
    with pytest.raises(UsageError, match="over"):
        hosting.reply(interview, "", [fact])
    with pytest.raises(UsageError, match="over"):
        links.share(room, interview.id, role="host")


def test_the_room_keeps_time_and_steps(room: Room) -> None:
    now = [0.0]
    interview = Interview.start(room, "support-desk", lambda: now[0])
    links.share(room, interview.id, role="host")
    now[0] = 10.0
    interview.say("I assume that half of the tickets are simple. Now let me move to evaluation.")
    assert interview.session.step == "evaluation" and interview.session.turns[-1].step == "evaluation"
    now[0] = 60 * interview.case.total_minutes()
    hosting.reply(interview, waits(interview), [], "Go on.")
    reply = interview.session.turns[-1].reply
    assert reply and reply.at == now[0] and [move.kind for move in reply.moves] == ["acknowledge", "clock"] and reply.assumptions
    assert sum(isinstance(e, ev.Entered) for e in room.store.events(interview.id)) == 2


def test_a_reply_that_cannot_be(room: Room, interview: Interview, link: Link) -> None:
    interview.say(ASK)
    mark = waits(interview)
    messy = f"turn:{interview.case.turns[0].id}"
    for chosen, words in (([], " "), (["fact:none"], ""), ([f"fact:{f.id}" for f in interview.case.facts][:13], ""), ([], "x" * 4001)):
        with pytest.raises(UsageError):
            hosting.reply(interview, mark, chosen, words)
    second = Interview(room, interview.id)
    hosting.reply(interview, mark, [messy])
    with pytest.raises(SessionMoved) as told:  # it was read before the first one answered
        hosting.reply(second, mark, [], "Me too.")
    assert interview.id not in str(told.value)
    with pytest.raises(SessionMoved):
        hosting.reply(Interview(room, interview.id), mark, [], "Me too.")
    interview.say("Let me think.")
    with pytest.raises(UsageError, match="once"):
        hosting.reply(interview, waits(interview), [messy])
    before = waits(interview)
    interview.undo()
    interview.say("Let me think again.")
    with pytest.raises(SessionMoved):
        hosting.reply(interview, before, [], "Yes.")


@pytest.mark.parametrize("way", ["revoked", "expired"])
def test_without_the_link_the_machine_goes_on(room: Room, interview: Interview, link: Link, way: str) -> None:
    interview.say(ASK)
    if way == "revoked":
        links.revoke(room, link.id)
    else:
        with room.store.database.engine.begin() as connection:
            connection.execute(tables.share_links.update().values(expires=links.stamp()))
    assert not interview.held
    assert "8 minutes" in " ".join(move.text for move in interview.answer().moves)
    assert interview.say("And what does an error cost?") is not None


def test_other_links_hold_nothing_and_masks_hold(room: Room, interview: Interview) -> None:
    links.share(room, interview.id)
    assert not interview.held
    made = links.share(room, interview.id, role="host", options=Options(mask=True))
    interview.say("Write to ann.lee@example.com.")
    turns = hosting.view(interview, made.link).turns
    assert "[EMAIL 1]" in turns[-1].text and "ann.lee" not in repr(turns)
