from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.app import comparison, disputes, labels, links, masks, peers, scorecards
from caseroom.app.interviews import Interview, Room
from caseroom.app.links import Link, Options
from caseroom.errors import LinkGone, SessionMoved, SessionNotFound, UsageError
from caseroom.grading.evidence import Evidence
from caseroom.store import tables
from caseroom.store.people import MOST_PEERS, PeopleStore

SAID = "My name is Ann Lee, write to ann.lee@example.com or call 06 1234 5678. How long does an agent spend on a ticket?"
KEY, OTHER = "k" * 24, "o" * 24


@pytest.fixture
def session(room: Room) -> str:
    """A finished interview that speaks of a person."""
    interview = Interview.start(room, "support-desk")
    interview.say(SAID)
    interview.say("An agent approves each draft before it is sent, said ann. Look at card 4111 1111 1111 1111.")
    interview.note("call Ann back")
    interview.end()
    return interview.id


@pytest.fixture
def link(room: Room, session: str) -> Link:
    return links.open_link(room, links.share(room, session).written, "peer")


# links


def test_a_secret_is_long_and_only_its_digest_is_stored(room: Room, session: str) -> None:
    made = links.share(room, session)
    secret = made.written.partition("-")[2]
    assert len(secret) >= 43  # 256 bits in base 64
    with room.store.database.engine.connect() as connection:
        rows = [tuple(row) for table in tables.metadata.sorted_tables for row in connection.execute(table.select())]
    assert secret not in repr(rows) and secret not in repr(made.link)
    assert made.path == f"/peer/{made.written}" and links.share(room, session, "reviewer").path.startswith("/disputes/by/")


def test_a_link_that_does_not_hold_tells_nothing(room: Room, session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = links.share(room, session, days=2)
    assert links.open_link(room, made.written, "peer").session == session
    words = set()
    for written, role in (("", "peer"), ("nothing", "peer"), (f"{made.link.id}-", "peer"), (f"{made.written}x", "peer"), (made.written[:-1], "peer"), (made.written, "reviewer"), ("é-é", "peer")):  # fmt: skip
        with pytest.raises(LinkGone) as told:
            links.open_link(room, written, role)
        words.add(str(told.value))
        assert not told.value.known
    later = datetime.now(UTC) + timedelta(days=2)
    monkeypatch.setattr(links, "today", lambda: later)
    with pytest.raises(LinkGone) as told:
        links.open_link(room, made.written, "peer")
    assert told.value.known and {*words, str(told.value)} == words and made.written not in str(told.value)


def test_revoked_is_revoked_and_the_marks_stand(room: Room, session: str) -> None:
    made = links.share(room, session)
    peers.save(room, made.link, KEY, peers.Change(points={"1.01": "made"}))
    links.revoke(room, made.link.id)
    assert links.revoke(room, made.link.id).revoked
    with pytest.raises(LinkGone):
        links.open_link(room, made.written, "peer")
    assert [peer.marks.points for peer in peers.of_session(room, session)] == [{"1.01": "made"}]
    with pytest.raises(UsageError, match="peers show"):
        links.revoke(room, "nothing")


def test_all_goes_with_the_session(room: Room, session: str) -> None:
    made = links.share(room, session)
    peers.save(room, made.link, KEY, peers.Change(points={"1.01": "made"}))
    room.store.delete(session)
    with pytest.raises(LinkGone):
        links.open_link(room, made.written, "peer")
    with pytest.raises(SessionNotFound):
        links.share(room, session)
    with pytest.raises(SessionNotFound):
        peers.of_session(room, session)
    with room.store.database.engine.connect() as connection:
        for table in (tables.share_links, tables.peers, tables.peer_marks):
            assert connection.execute(table.select()).all() == []


@pytest.mark.parametrize(("role", "days", "options"), [("owner", 1, Options()), ("peer", 0, Options()), ("peer", 366, Options()), ("peer", 1, Options(names=("x",)))])  # fmt: skip
def test_a_link_that_cannot_be(room: Room, session: str, role: str, days: int, options: Options) -> None:
    with pytest.raises(UsageError):
        links.share(room, session, role, days, options)


# masks


def test_private_data_is_hidden_wherever_it_stands(room: Room, session: str) -> None:
    made = links.share(room, session, options=Options(mask=True))
    shown = "\n".join(said.text for _, turns in peers.view(room, made.link).turns for said in turns)
    assert not any(part in shown for part in ("Ann", "said ann", "Lee", "example.com", "1234", "4111")) and "[EMAIL" in shown
    assert "call [PERSON" in shown  # in the notes, too
    plain = "\n".join(said.text for _, turns in peers.view(room, links.share(room, session).link).turns for said in turns)
    assert SAID in plain


def test_board_and_notes_are_left_out_on_request(room: Room, session: str) -> None:
    made = links.share(room, session, options=Options(notes=False, board=False))
    assert all(step is not None for step, _ in peers.view(room, made.link).turns)


def test_a_quote_that_cuts_an_address_shows_no_half_of_it(room: Room, session: str) -> None:
    shown = masks.masks(room.store.session(session), Options(mask=True))
    start, end = SAID.index("lee@"), SAID.index(".com")
    assert shown.quote(Evidence(1, start, end), SAID[start:end]) == "[EMAIL 1]"
    before, words, after = shown.around(Evidence(1, start, end))
    assert "ann" not in before.lower() and words == "[EMAIL 1]" and "com" not in after.partition(" ")[0]


# marks


def test_saves_append_and_two_windows_do_not_undo_each_other(room: Room, link: Link) -> None:
    peers.save(room, link, KEY, peers.Change(name="Bo", points={"1.01": "made"}, levels={"ground": 3}))
    peers.save(room, link, KEY, peers.Change(points={"1.02": "named"}, notes={"ground": "good"}))
    marks = peers.save(room, link, KEY, peers.Change(points={"1.01": "not_made"}))
    assert marks == peers.Marks("Bo", {"1.01": "not_made", "1.02": "named"}, {"ground": 3}, {"ground": "good"})
    peers.save(room, link, KEY, peers.Change(points={"1.01": "not_made"}))  # nothing new
    kept = PeopleStore(room.store.database).peer(link.id, KEY)
    assert kept and [save.number for save in kept.saves] == [1, 2, 3] and kept.saves[0].body["points"] == {"1.01": "made"}


def test_two_browsers_are_two_peers(room: Room, session: str, link: Link) -> None:
    peers.save(room, link, KEY, peers.Change(points={"1.01": "made"}))
    peers.save(room, link, OTHER, peers.Change(points={"1.01": "named"}))
    assert [peer.name for peer in peers.of_session(room, session)] == ["Peer 1", "Peer 2"]
    assert peers.marks_of(room, link, KEY).points == {"1.01": "made"}


def test_many_at_once_lose_nothing(room: Room, session: str, link: Link) -> None:
    points = [point.id for sheet in peers.view(room, link).sheets for point in sheet.points][:12]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda point: peers.save(room, link, KEY, peers.Change(points={point: "made"})), points))
    assert set(peers.marks_of(room, link, KEY).points) == set(points) and len(peers.of_session(room, session)) == 1


def test_done_is_done(room: Room, link: Link) -> None:
    with pytest.raises(UsageError, match="Mark a point"):
        peers.finish(room, link, KEY)
    peers.save(room, link, KEY, peers.Change(levels={"ground": 2}))
    assert peers.finish(room, link, KEY).done and peers.finish(room, link, KEY).done
    with pytest.raises(UsageError, match="done"):
        peers.save(room, link, KEY, peers.Change(levels={"ground": 3}))
    assert peers.marks_of(room, link, KEY).levels == {"ground": 2}


@pytest.mark.parametrize(
    "change",
    [peers.Change(points={"9.99": "made"}), peers.Change(points={"1.01": "perfect"}), peers.Change(levels={"ground": 5}), peers.Change(levels={"nowhere": 1}),
     peers.Change(notes={"ground": "x" * 4_001}), peers.Change(name="x" * 61)],
)  # fmt: skip
def test_what_cannot_be_marked(room: Room, session: str, link: Link, change: peers.Change) -> None:
    with pytest.raises(UsageError):
        peers.save(room, link, KEY, change)
    assert peers.of_session(room, session) == []


def test_an_open_interview_is_not_marked_yet(room: Room) -> None:
    made = links.share(room, Interview.start(room, "support-desk").id)
    assert not peers.view(room, made.link).ended
    with pytest.raises(UsageError, match="not over"):
        peers.save(room, made.link, KEY, peers.Change(points={"1.01": "made"}))


def test_a_link_that_went_round_is_closed(room: Room, link: Link) -> None:
    store = PeopleStore(room.store.database)
    for n in range(MOST_PEERS):
        store.join(link.id, f"key {n}", links.stamp())
    with pytest.raises(UsageError, match="link of your own"):
        peers.save(room, link, KEY, peers.Change(points={"1.01": "made"}))


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(peers.MARKS), max_size=3), max_size=6))
def test_the_newest_mark_of_each_point_holds(saves: list[dict[str, str]]) -> None:
    marks, expected = peers.Marks(), dict[str, str]()
    for points in saves:
        marks = peers._after(marks, json.loads(json.dumps({"points": points})))
        expected |= points
    assert marks.points == expected


# side by side


def test_self_peers_and_machine_side_by_side(room: Room, session: str, link: Link) -> None:
    card = scorecards.scorecard(room, session).card
    points = [point for step in card.steps for point in step.points]
    assert comparison.compare(room, session, card).people == ()
    for key, name, other in ((KEY, "Bo", None), (OTHER, "", points[0].id)):
        same = {point.id: comparison.MARK_OF[point.verdict] for point in points if point.verdict in comparison.MARK_OF}
        if other:
            same[other] = "named" if same.get(other) != "named" else "made"
        peers.save(room, link, key, peers.Change(name=name, points=same, levels={"ground": 1}, notes={"ground": "<b>bold</b>"}))
    peers.finish(room, link, KEY)
    assert comparison.compare(room, session, card).people == ("Bo",)
    peers.finish(room, link, OTHER)
    found = comparison.compare(room, session, card)
    assert found.people == ("Bo", "Peer 2") and [row.differ for row in found.steps[0].points].count(True) == 1
    assert found.steps[0].peers == (1, 1) and found.steps[0].notes == (("Bo", "<b>bold</b>"), ("Peer 2", "<b>bold</b>"))
    by = {row.between: row for row in found.agreement}
    assert by["Bo and the machine, on points"].score.value == 1.0
    peer_two = by["Peer 2 and the machine, on points"].score.value
    assert peer_two is not None and 0.8 < peer_two < 1.0
    assert "too few items to say" in by["All, on levels"].words


# disputes


@pytest.fixture
def disputed(room: Room, session: str) -> str:
    Interview(room, session).dispute("1.02", "An agent approves each draft")
    return session


def test_decisions_stand_beside_each_other(room: Room, disputed: str) -> None:
    assert disputes.queue(room) == [(disputed, 0, False)]
    disputes.decide(room, disputed, 0, "named", " only half ", seen=0)
    with pytest.raises(SessionMoved, match="meanwhile"):
        disputes.decide(room, disputed, 0, "made", "I read it first", by="link:abc", seen=0)
    found = disputes.decide(room, disputed, 0, "made", "whole after all", by="link:abc", seen=1)
    assert [(d.number, d.by, d.decision, d.reason) for d in found.decisions] == [
        (1, "owner", "named", "only half"),
        (2, "link:abc", "made", "whole after all"),
    ]
    assert found.decision == found.decisions[-1] and disputes.queue(room) == [(disputed, 0, True)]
    for number, decision, reason in ((1, "made", "x"), (-1, "made", "x"), (0, "perhaps", "x"), (0, "made", " "), (0, "made", "x" * 2_001)):
        with pytest.raises(UsageError):
            disputes.decide(room, disputed, number, decision, reason)


def test_decisions_and_marks_come_home_as_labels(room: Room, disputed: str, link: Link) -> None:
    card = scorecards.scorecard(room, disputed).card
    disputes.decide(room, disputed, 0, "made", "it is there")
    peers.save(room, link, KEY, peers.Change(name="Bo", points={"1.01": "named"}, levels={"ground": 2}))
    peers.save(room, link, KEY, peers.Change(points={"1.01": "made"}))
    rows = list(labels.rows(room))
    assert all(set(labels.REQUIRED) <= set(row) for row in rows) and "Bo" not in json.dumps(rows)
    decided = next(row for row in rows if row["by"] == "owner")
    assert (
        decided["person"] == "made"
        and decided["words"] == "An agent approves each draft"
        and decided["judge"] == card.judge
        and decided["machine"]
    )
    marks = [(row.get("point") or row["step"], row["person"], row["holds"]) for row in rows if row["by"] == f"link:{link.id}/1"]
    assert marks == [("1.01", "named", False), ("ground", 2, True), ("1.01", "made", True)]
    room.store.delete(disputed)
    assert list(labels.rows(room)) == [] and disputes.queue(room) == []
