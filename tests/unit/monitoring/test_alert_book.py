"""The book of alerts: open, acknowledged, closed; silences; incidents; nothing is overwritten."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from caseroom.errors import MonitorError
from caseroom.monitoring.alerts import Alert, Book, Silence, incidents
from caseroom.monitoring.board import Board
from caseroom.monitoring.measured import Share
from caseroom.monitoring.watch import Level, Watch


def alert(id: str = "a@3", raised: int = 3, level: Level = "ticket") -> Alert:
    return Alert(id, id.split("@")[0], raised, raised, raised, level, 0.5, 0.9, 1e-5, "it fell", "ana", "look")


def test_an_alert_is_acknowledged_then_closed_and_all_of_it_is_kept() -> None:
    book = Book()
    book.append(3, "raised", alert())
    assert book.acknowledge("a@3", 4, "ana", "I look").state == "acknowledged"
    assert book.close("a@3", 5, "ana", "rolled back").state == "closed"
    assert [(entry.day, entry.what, entry.who, entry.alert.state) for entry in book.entries] == [
        (3, "raised", "", "open"), (4, "acknowledged", "ana", "acknowledged"), (5, "closed", "ana", "closed"),
    ]  # fmt: skip
    with pytest.raises(MonitorError, match="closed already"):
        book.close("a@3", 6, "ana")
    with pytest.raises(MonitorError, match="No alert has the id 'b'"):
        book.acknowledge("b", 6, "ana")


def test_the_book_is_the_fold_of_its_entries() -> None:
    book = Book()
    for id in ("a@3", "b@4"):
        book.append(3, "raised", alert(id))
    book.acknowledge("b@4", 5, "ana")
    book.silence(Silence("a", 4, 9, "release"))
    again = Book.from_data(json.loads(json.dumps(book.to_data())))
    assert (again.alerts(), again.entries, again.silences) == (book.alerts(), book.entries, book.silences)


def test_alerts_of_days_side_by_side_are_one_incident() -> None:
    found = incidents([alert("c@9", 9), alert("a@3", 3), alert("b@4", 4, "page"), replace(alert("d@6", 6), state="closed")])
    assert [[one.id for one in incident.alerts] for incident in found] == [["a@3", "b@4"], ["d@6"], ["c@9"]]
    assert (found[0].level, found[0].since, found[0].last, found[0].open, found[1].open) == ("page", 3, 4, True, False)


def test_silences_need_a_reason_and_an_order() -> None:
    with pytest.raises(MonitorError, match="needs a reason"):
        Book().silence(Silence("a", 1, 2, " "))
    with pytest.raises(MonitorError, match="before it begins"):
        Book().silence(Silence("a", 3, 2, "x"))


@pytest.mark.parametrize("name", ["quality", "*"])
def test_what_goes_on_after_a_silence_is_raised_again(name: str) -> None:
    board = Board([Watch("quality", "q", "share", "down")])
    board.learn({day: {"q": Share(90, 100)} for day in range(28)})
    board.silence(name, 30, 32, "a release")
    told = {day: [one.is_new(day) for one in board.see(day, {"q": Share(50, 100)})] for day in range(28, 36)}
    assert told == {28: [True], 29: [False], 30: [], 31: [], 32: [], 33: [True], 34: [False], 35: [False]}
    assert [entry.what for entry in board.book.entries] == ["raised", *["went on"] * 4, "raised again", *["went on"] * 2]
    assert len(board.alerts()) == 1
    with pytest.raises(MonitorError, match="There is no watch 'other'"):
        board.silence("other", 1, 2, "x")


def test_what_begins_in_a_silence_is_written_down_and_told_after_it() -> None:
    board = Board([Watch("quality", "q", "share", "down")])
    board.learn({day: {"q": Share(90, 100)} for day in range(28)})
    board.silence("quality", 28, 30, "a release")
    assert [board.see(day, {"q": Share(50, 100)}) for day in range(28, 31)] == [[], [], []]
    assert board.alerts()[0].since == 28
    (again,) = board.see(31, {"q": Share(50, 100)})
    assert again.is_new(31)


def test_an_acknowledged_alert_goes_on_as_such() -> None:
    board = Board([Watch("quality", "q", "share", "down")])
    board.learn({day: {"q": Share(90, 100)} for day in range(28)})
    (first,) = board.see(28, {"q": Share(50, 100)})
    board.acknowledge(first.id, 28, "ana")
    (next_,) = board.see(29, {"q": Share(50, 100)})
    assert (next_.id, next_.state, next_.last) == (first.id, "acknowledged", 29)
