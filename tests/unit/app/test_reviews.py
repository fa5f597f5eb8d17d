from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.labdata import toll_folder, write_folder

from caseroom.app import labels, reviews, runs
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.app.reviews import RunQueue, differs, holding
from caseroom.app.runs import Run
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.errors import ReviewNotFound, RunError, UsageError
from caseroom.lab.decisions import ACTIONS, Flagged
from caseroom.proposal.model import Proposal, Retrieve, Review, Technical
from caseroom.store.reviews import KeptDecision, ReviewStore
from caseroom.store.runs import RunStore
from caseroom.store.sessions import SessionStore

DESIGN = Proposal(title="ours", technical=Technical(exact="code", retrieve=Retrieve("keyword"), review=Review(flagged=True, sample=1.0)))
START = datetime(2026, 1, 1, 9, tzinfo=UTC)
NASTY = '<script>alert("x")</script> & \u2028 🙂 [bold]'


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def on(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def queued(room: Room, count: int = 3, case: str = "support-desk", **more: Any) -> str:
    """A run that waits for so many decisions, without the lab."""
    run = RunStore(room.store.database).begin(
        "2026-01-01", None, {"case": case, "data": None, "title": "t", "proposal": {}, "quick": True, "review": True}
    )
    items = [Flagged(n, f"r{n}", f"question {n} {NASTY}", f"answer {n}", more.get("values", {}), "numbers", ("numbers: 3",), (("Fees", "EUR"),)) for n in range(count)]  # fmt: skip
    RunQueue(room, run.id, case, moment=lambda: START).add(items)
    RunStore(room.store.database).set(run.id, "waiting", "")
    return run.id


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> Room:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return Room(settings, shelf, engine, SessionStore(settings.database))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("data"))


def begun(own: Room, folder: Path, design: Proposal = DESIGN) -> Run:
    return runs.carry_out(own, runs.begin(own, design, data=folder, quick=True, limit=6, review=True).id)


def h_rows(run: Run) -> dict[str, Any]:
    assert run.report is not None
    section = next(section for section in run.report["sections"] if section["step"] == "hallucinations")
    return {row["name"]: row for row in section["rows"]}


def test_a_run_waits_is_decided_goes_on_and_ends(own: Room, folder: Path) -> None:
    waits = begun(own, folder)
    count = reviews.waiting(own, waits.id)
    assert waits.state == "waiting" and waits.report is None and count >= 3 and waits.why == f"{count} outputs wait for a reviewer."
    assert runs.carry_out(own, waits.id).state == "waiting" and reviews.waiting(own, waits.id) == count, "nothing is queued twice"
    decided = 0
    while item := reviews.take(own, "Ann", run=waits.id):
        assert runs.run(own, waits.id).why.startswith(f"{count - decided} output")
        action = ("approve", "modify", "reject")[decided % 3]
        reviews.decide(own, item, "Ann", action, output="Entirely other words." if action == "modify" else None, reason=NASTY)
        decided += 1
    assert decided == count and runs.run(own, waits.id).why == "Every output is decided; the run can go on."
    done = runs.carry_out(own, waits.id)
    rows = h_rows(done)
    assert done.state == "done" and rows["outputs decided by reviewers"]["design"] == f"{count} of {count}"
    assert rows["edit rate of reviewers"]["score"]["value"] > 0 and "a reviewer's time for an item" in rows
    with pytest.raises(RunError, match="its report stands"):
        reviews.decide(own, f"{waits.id}-0", "Ann", "reject")


def test_force_simulates_who_is_missing(own: Room, folder: Path) -> None:
    waits = begun(own, folder)
    item = reviews.take(own, "Ann", run=waits.id)
    assert item is not None
    reviews.decide(own, item, "Ann", "escalate")
    done = runs.carry_out(own, waits.id, force=True)
    assert done.state == "done" and "a simulated reviewer stood in for" in h_rows(done)["outputs decided by reviewers"]["note"]
    assert set(reviews.counts(own, run=done.id).items()) >= {("open", 0), ("escalated", 0), ("decided", 0)}, (
        "nothing waits for a run that is done"
    )
    assert reviews.take(own, "Bob", run=done.id) is None


def test_a_run_without_flags_does_not_wait(own: Room, folder: Path) -> None:
    done = begun(own, folder, Proposal(technical=Technical(exact="code", retrieve=Retrieve("keyword"))))
    assert done.state == "done" and h_rows(done)["outputs that waited for a reviewer"]["design"] == "0"


def test_values_are_edited_line_by_line(own: Room, tmp_path: Path) -> None:
    waits = begun(own, toll_folder(tmp_path))
    item = reviews.take(own, "Ann", run=waits.id)
    assert item is not None
    found = reviews.review(own, item)
    with pytest.raises(UsageError, match="sets no value"):
        reviews.decide(own, item, "Ann", "modify", output="colour: red")
    lines = [f"{line.split(':')[0]}: 7" if line.startswith("toll") else line for line in found.item.output.splitlines()]
    assert reviews.decide(own, item, "Ann", "modify", output="\r\n".join(lines)).holds is not None
    assert runs.carry_out(own, waits.id, force=True).state == "done"


def test_the_first_decision_holds_and_the_second_is_kept(room: Room) -> None:
    item = f"{queued(room)}-0"
    reviews.decide(room, item, "Ann", "approve")
    found = reviews.decide(room, item, "Bob", "reject", reason="wrong fee")
    assert found.holds is not None and (found.holds.reviewer, found.holds.action) == ("Ann", "approve")
    assert [(d.reviewer, d.action, d.reason) for d in found.others] == [("Bob", "reject", "wrong fee")] and differs(
        found.holds, found.others[0]
    )
    undone = reviews.decide(room, item, "Ann", "modify", output="better")
    assert undone.holds is not None and undone.holds.output == "better" and len(undone.decisions) == 3, "undo is a new decision"


def test_an_escalated_item_goes_to_another(room: Room, clock: Clock) -> None:
    run = queued(room, 1)
    item = reviews.take(room, "Ann", run=run, moment=clock)
    assert item is not None and reviews.decide(room, item, "Ann", "escalate", moment=clock).state == "escalated"
    assert reviews.take(room, "Ann", moment=clock) is None, "not to who escalated it"
    assert reviews.take(room, "Bob", moment=clock) == item
    found = reviews.decide(room, item, "Bob", "reject", moment=clock)
    assert found.state == "decided" and found.holds is not None and found.holds.reviewer == "Bob" and reviews.waiting(room, run) == 0


def test_who_leaves_in_the_middle_loses_nothing(room: Room, clock: Clock) -> None:
    run = queued(room, 2)
    first = reviews.take(room, "Ann", run=run, moment=clock)
    assert first == f"{run}-0" == reviews.take(room, "Ann", run=run, moment=clock), "it is still hers"
    assert reviews.take(room, "Bob", run=run, moment=clock) == f"{run}-1", "not the same one"
    assert reviews.take(room, "Cy", run=run, moment=clock) is None and reviews.review(room, first, clock).held_by == "Ann"
    assert not reviews.hold(room, first, "Cy", clock)
    clock.on(10.1)
    assert reviews.review(room, first, clock).held_by is None
    assert reviews.take(room, "Cy", run=run, moment=clock) == first
    found = reviews.decide(room, first, "Ann", "approve", moment=clock)
    assert found.holds is not None and found.holds.reviewer == "Ann", "who comes back may still decide"


def test_what_was_measured(room: Room, clock: Clock) -> None:
    run = queued(room, 3)
    clock.on(30)
    item = reviews.take(room, "Ann", run=run, moment=clock)
    assert item is not None
    clock.on(2)
    reviews.decide(room, item, "Ann", "approve", moment=clock)
    reviews.decide(room, f"{run}-1", "Ann", "reject", moment=clock)
    reviews.decide(room, f"{run}-1", "Bob", "approve", moment=clock)
    assert RunQueue(room, run, "support-desk").decided() is None, "one waits"
    made = RunQueue(room, run, "support-desk", force=True).decided()
    assert made is not None and made.waiting == 3
    one, two = made.decisions
    assert (one.minutes, one.waited, one.sent, one.others) == (2.0, 32.0, "answer 0", 0)
    assert (two.minutes, two.waited, two.sent, two.others, two.differing) == (None, 32.0, None, 1, 1)


@pytest.mark.parametrize(
    ("name", "action", "more", "said"),
    [
        ("Ann", "wave", {}, "write one of approve, modify, reject, escalate"),
        ("Ann", "modify", {}, "needs the output"),
        ("Ann", "modify", {"output": " \n"}, "needs the output"),
        ("Ann", "modify", {"output": "answer 0 "}, "was not changed"),
        ("Ann", "modify", {"output": "x" * 200_001}, "at most 200000"),
        ("Ann", "approve", {"reason": "x" * 4_001}, "at most 4000"),
        (" ", "approve", {}, "Say who reviews"),
        ("x" * 61, "approve", {}, "Say who reviews"),
        ("a\x00b", "approve", {}, "Say who reviews"),
    ],
)  # fmt: skip
def test_what_is_no_decision_is_told_and_not_kept(room: Room, name: str, action: str, more: dict[str, str], said: str) -> None:
    item = f"{queued(room)}-0"
    with pytest.raises(UsageError, match=said):
        reviews.decide(room, item, name, action, output=more.get("output"), reason=more.get("reason", ""))
    assert reviews.review(room, item).decisions == ()


def test_items_go_with_their_run(room: Room) -> None:
    run = queued(room)
    reviews.decide(room, f"{run}-0", "Ann", "approve")
    reviews.take(room, "Ann", run=run)
    runs.delete(room, run)
    assert reviews.page(room) == [] and reviews.counts(room)["open"] == 0
    with pytest.raises(ReviewNotFound, match="its run may be deleted"):
        reviews.review(room, f"{run}-0")
    with pytest.raises(ReviewNotFound, match="its run may be deleted"):
        reviews.decide(room, f"{run}-0", "Ann", "approve")
    store = ReviewStore(room.store.database)
    assert store.leases(f"{run}-1") == [] and store.decisions(f"{run}-0") == [] and not store.lease(f"{run}-0", 1, "Ann", "2026")


def test_pages_by_run_case_and_state(room: Room) -> None:
    one, two = queued(room, 3), queued(room, 4, case="sales-tax")
    reviews.decide(room, f"{one}-1", "Ann", "approve")
    assert len(reviews.page(room)) == 7 and [item.number for item in reviews.page(room, run=two, offset=1, limit=2)] == [1, 2]
    assert {item.case for item in reviews.page(room, case="sales-tax")} == {"sales-tax"}
    assert [item.id for item in reviews.page(room, run=one, state="decided")] == [f"{one}-1"]
    assert reviews.counts(room, run=one) == {"open": 2, "escalated": 0, "decided": 1, "left": 0}


def test_decisions_are_labels_without_names(room: Room) -> None:
    item = f"{queued(room, 2)}-0"
    reviews.decide(room, item, "Ann", "modify", output="better", reason=NASTY)
    reviews.decide(room, item, "Bob", "approve")
    reviews.decide(room, item, "Ann", "reject")
    found = list(labels.rows(room, "reviews"))
    assert [(row["person"], row["reviewer"], row["holds"]) for row in found] == [
        ("modify", 1, False),
        ("approve", 2, False),
        ("reject", 1, True),
    ]
    assert all(set(labels.REQUIRED) <= set(row) and row["machine"] == "answer 0" and row["by"] == "reviewer" for row in found)
    assert found[0]["output"] == "better" and "Ann" not in labels.to_lines(found) and labels.to_lines(found).count("\n") == 3


def test_two_at_once_never_get_the_same_item(room: Room) -> None:
    run, got = queued(room, 12), list[str | None]()

    def one(name: str) -> None:
        got.append(reviews.take(room, name, run=run))

    threads = [threading.Thread(target=one, args=(f"R{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 6 and None not in got


def test_two_who_decide_at_once_are_both_kept(room: Room) -> None:
    item = f"{queued(room, 1)}-0"
    threads = [threading.Thread(target=reviews.decide, args=(room, item, f"R{n}", "approve")) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [decision.number for decision in reviews.review(room, item).decisions] == [1, 2, 3, 4, 5]


def _decisions() -> Iterator[st.SearchStrategy[tuple[str, str]]]:
    yield st.tuples(st.sampled_from("ABC"), st.sampled_from(ACTIONS))


@given(st.lists(next(_decisions()), max_size=8))
def test_what_holds_is_the_last_word_of_the_first_who_did_not_escalate(made: list[tuple[str, str]]) -> None:
    decisions = [KeptDecision(n, who, f"{n}", action, None, "", "") for n, (who, action) in enumerate(made)]
    holds = holding(decisions)
    assert (holds is None) == (not made)
    if holds is not None and holds.action != "escalate":
        assert holds == [d for d in decisions if d.reviewer == holds.reviewer][-1], "nobody's earlier word holds against their later one"
    for cut in range(len(decisions)):
        before, after = holding(decisions[:cut]), holding(decisions[: cut + 1])
        assert after is not None and (after == before or after == decisions[cut]), "a decision never brings back an older one"
