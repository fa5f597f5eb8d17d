from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.labdata import desk_records, note_folder, write_folder

from caseroom.app import labels, rating_results, rating_samples, ratings, runs
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.app.ratings import Cycle
from caseroom.app.scales import DIMENSIONS, VALUES
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.errors import CycleNotFound, RatingError, RunNotFound
from caseroom.proposal.model import Proposal, Retrieve, Technical
from caseroom.store.sessions import SessionStore

NAMES = [dimension.name for dimension in DIMENSIONS]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> Room:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return Room(settings, shelf, engine, SessionStore(settings.database))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("data"), records=desk_records(60))


def design(title: str, retrieve: Retrieve) -> Proposal:
    return Proposal(title=title, technical=Technical(exact="code", retrieve=retrieve))


def kept_run(room: Room, folder: Path, title: str = "keyword", keep: int = 10) -> str:
    made = runs.begin(room, design(title, Retrieve("hybrid" if title == "hybrid" else "keyword")), data=folder, quick=True, keep=keep)
    return runs.carry_out(room, made.id).id


@pytest.fixture(scope="module")
def pair(own: Room, folder: Path) -> list[str]:
    return [kept_run(own, folder), kept_run(own, folder, "hybrid")]


def give_all(room: Room, cycle: Cycle, rater: str, shift: int = 0) -> list[int]:
    """Rate all that is left, by the length of the output."""
    order = []
    while task := ratings.task(room, cycle.id, rater):
        order.append(task.item)
        value = len(task.output) % 4 + 1
        ratings.rate(room, cycle.id, rater, task.item, dict.fromkeys(NAMES, value + shift * (task.item % 2)))
    return order


# the sample


def test_designs_are_rated_on_the_same_records_by_kind_and_group(own: Room, pair: list[str]) -> None:
    cycle = rating_samples.from_runs(own, pair, outputs=24, double=0.5)
    by_design = {run: sorted(item.plan["record"] for item in cycle.items if item.plan["design"] == run) for run in pair}
    assert by_design[pair[0]] == by_design[pair[1]] and cycle.outputs == 24
    strata = [
        sum((i.plan["kind"], i.plan["group"]) == s for i in cycle.items) for s in {(i.plan["kind"], i.plan["group"]) for i in cycle.items}
    ]
    assert max(strata) - min(strata) <= 2, "a record more of one kind in each of two designs at most"
    assert [i.plan["design"] for i in cycle.items] != sorted(i.plan["design"] for i in cycle.items), "their order tells nothing"
    twice = {run: {i.plan["record"] for i in cycle.items if i.plan["double"] and i.plan["design"] == run} for run in pair}
    assert twice[pair[0]] == twice[pair[1]] and len(twice[pair[0]]) == 6


def test_the_simple_way_of_a_run_is_a_design_as_well(own: Room, pair: list[str]) -> None:
    cycle = rating_samples.from_runs(own, pair[:1], outputs=8, simple=True)
    assert {item.plan["design"] for item in cycle.items} == {pair[0], f"{pair[0]}, the simple way"}
    assert cycle.title != "keyword", "a run may be called by its design, and a rater reads the title"


def test_the_sample_outputs_of_a_folder_and_of_a_case(own: Room, folder: Path) -> None:
    cycle = rating_samples.from_data(own, data=folder, outputs=5, double=1)
    assert (cycle.outputs, cycle.runs, {item.plan["design"] for item in cycle.items}) == (5, (), {rating_samples.SAMPLE})
    assert rating_samples.from_data(own, case="support-desk", outputs=3).title == own.shelf.case("support-desk").title
    ratings.rate(own, cycle.id, "ann", 1, dict.fromkeys(NAMES, 5))
    assert rating_results.results(own, cycle.id).designs[0].items == 1


@pytest.mark.parametrize(
    ("more", "words"), [({"double": 1.5}, "between 0 and 1"), ({"double": -0.1}, "between 0 and 1"), ({"outputs": 0}, "an output at least")]
)
def test_numbers_that_cannot_be(own: Room, pair: list[str], folder: Path, more: dict[str, float], words: str) -> None:
    with pytest.raises(RatingError, match=words):
        rating_samples.from_runs(own, pair, **more)  # type: ignore[arg-type]
    with pytest.raises(RatingError, match=words):
        rating_samples.from_data(own, data=folder, **more)  # type: ignore[arg-type]


def test_runs_that_cannot_be_rated(own: Room, folder: Path, pair: list[str], tmp_path: Path) -> None:
    unfinished = runs.begin(own, design("x", Retrieve("keyword")), data=folder, keep=10).id
    with pytest.raises(RatingError, match=f"Run {unfinished} is open; only a finished run.*runs go-on {unfinished}"):
        rating_samples.from_runs(own, [unfinished])
    with pytest.raises(RatingError, match=r"kept no outputs.*--keep 10"):
        rating_samples.from_runs(own, [kept_run(own, folder, keep=0)])
    with pytest.raises(RatingError, match="several different ones"):
        rating_samples.from_runs(own, [pair[0], pair[0]])
    with pytest.raises(RatingError, match="different data"):
        rating_samples.from_runs(own, [pair[0], kept_run(own, write_folder(tmp_path, records=desk_records(12)))])
    with pytest.raises(RunNotFound):
        rating_samples.from_runs(own, ["nothing"])
    with pytest.raises(RatingError, match=r"no ratings\.jsonl"):
        rating_samples.from_data(own, data=note_folder(tmp_path / "note"))


# rating


def test_two_raters_share_the_work_and_each_has_an_order_of_their_own(own: Room, pair: list[str]) -> None:
    cycle = rating_samples.from_runs(own, pair, outputs=20, double=0.5)
    first, second = give_all(own, cycle, "ann"), give_all(own, cycle, "bob")
    double = {item.number for item in cycle.items if item.plan["double"]}
    assert sorted(first) == list(range(1, 21)) and set(second) == double and len(second) == 10
    assert [n for n in first if n in double] != second
    assert give_all(own, cycle, "cy") == [], "nobody else is needed"
    assert [(s.rater, s.done, s.total) for s in ratings.standings(own, cycle.id)] == [("ann", 20, 20), ("bob", 10, 10)]


def test_a_rater_leaves_in_the_middle_and_goes_back(own: Room, pair: list[str]) -> None:
    cycle = rating_samples.from_runs(own, pair, outputs=6, double=1)
    one = ratings.task(own, cycle.id, "ann")
    assert one and one.previous is None and (one.done, one.total) == (0, 6)
    ratings.rate(own, cycle.id, "ann", one.item, {"accuracy": 2})
    again = ratings.task(own, cycle.id, "ann")
    assert again and again.item == one.item and again.given == {"accuracy": 2}
    ratings.rate(own, cycle.id, "ann", one.item, {"fluency": 3, "helpfulness": 4})
    two = ratings.task(own, cycle.id, "ann")
    assert two and two.item != one.item and two.previous == one.item and two.done == 1
    back = ratings.task(own, cycle.id, "ann", one.item)
    assert back and back.given == {"accuracy": 2, "fluency": 3, "helpfulness": 4}
    ratings.rate(own, cycle.id, "ann", one.item, {"accuracy": 5})
    assert [row.value for row in ratings.rows(own, cycle.id)] == [2, 3, 4, 5], "appended"
    assert ratings.sheet_of(ratings.rows(own, cycle.id))["ann", one.item]["accuracy"] == 5


def test_what_a_rater_sees_names_no_design_and_no_record(own: Room, pair: list[str]) -> None:
    cycle = rating_samples.from_runs(own, pair, outputs=4)
    task = ratings.task(own, cycle.id, "ann")
    assert task and not {"design", "record", "run", "kind", "group"} & set(task.__slots__)


def test_what_cannot_be_given(own: Room, pair: list[str]) -> None:
    cycle = rating_samples.from_runs(own, pair, outputs=4)
    for item, values, words in (
        (99, {"accuracy": 1}, "no output 99"),
        (1, {"accuracy": 6}, "from 1 to 5"),
        (1, {"style": 3}, "no dimension 'style'"),
    ):
        with pytest.raises(RatingError, match=words):
            ratings.rate(own, cycle.id, "ann", item, values)
    with pytest.raises(RatingError, match="40 characters"):
        ratings.rate(own, cycle.id, "a" * 41, 1, {"accuracy": 1})
    with pytest.raises(CycleNotFound):
        ratings.task(own, "nothing", "ann")
    assert ratings.rows(own, cycle.id) == []
    assert ratings.rater_name("  Ann \n B ") == "Ann B" and ratings.rater_name(" ").startswith("rater-")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4), st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=30))
def test_progress_never_lies(own: Room, folder: Path, moves: list[tuple[str, int, str, int]]) -> None:
    cycle = rating_samples.from_data(own, data=folder, outputs=4, double=0.5)
    for rater, item, name, value in moves:
        ratings.rate(own, cycle.id, rater, item, {name: value})
    for rater in "ab":
        mine = {
            item for (who, item), values in ratings.sheet_of(ratings.rows(own, cycle.id)).items() if who == rater and ratings.whole(values)
        }
        todo = give_all(own, cycle, rater)
        assert not mine & set(todo) and len(todo) == len(set(todo))
    raters = [
        {who for (who, item), v in ratings.sheet_of(ratings.rows(own, cycle.id)).items() if item == n and ratings.whole(v)}
        for n in range(1, 5)
    ]
    assert all(len(found) >= 1 + cycle.items[n].plan["double"] for n, found in enumerate(raters)), (
        "every output has the raters that it needs"
    )


# results


def test_means_differences_agreement_and_metrics(own: Room, pair: list[str]) -> None:
    cycle = rating_samples.from_runs(own, pair, outputs=24, double=1)
    give_all(own, cycle, "ann")
    give_all(own, cycle, "bob", shift=1)
    found = rating_results.results(own, cycle.id)
    assert [design.title for design in found.designs] == [f"keyword ({pair[0]})", f"hybrid ({pair[1]})"]
    assert all(design.items == 12 and 1 <= (design.means[name].value or 0) <= 5 for design in found.designs for name in NAMES)
    assert "Grounded claims" in dict(found.designs[0].automatic)
    assert found.differences[0].scores["accuracy"].n == 12
    assert all(row.score.value is not None and row.score.n == 24 and "over 24 items" in row.words for row in found.agreement)
    assert {matter.metric for matter in found.matters} >= {"bleu", "rougeL", "human_accuracy"} and found.unsaid == ""
    accuracy = next(matter for matter in found.matters if matter.metric == "human_accuracy").accuracy
    assert accuracy.value == pytest.approx(1) and accuracy.n == 24, "by these ratings, not the folder's own"


def test_where_raters_differ_most_comes_first(own: Room, folder: Path) -> None:
    cycle = rating_samples.from_data(own, data=folder, outputs=4, double=1)
    for rater, values in (("ann", (5, 4, 3, 3)), ("bob", (1, 4, 5, 4))):
        for item, value in enumerate(values, 1):
            ratings.rate(own, cycle.id, rater, item, {"accuracy": value, "fluency": 3, "helpfulness": 3})
    apart = rating_results.results(own, cycle.id).apart
    assert [(row.item.number, row.spread) for row in apart] == [(1, 4), (3, 2)]
    assert apart[0].given["bob"]["accuracy"] == 1


def test_too_few_items_are_said_instead_of_a_number(own: Room, folder: Path) -> None:
    cycle = rating_samples.from_data(own, data=folder, outputs=4, double=1)
    empty = rating_results.results(own, cycle.id)
    assert empty.unsaid.startswith("No output is rated") and all(mean.value is None for mean in empty.designs[0].means.values())
    for rater in ("ann", "bob"):
        give_all(own, cycle, rater)
    for row in rating_results.results(own, cycle.id).agreement:
        assert row.score.value is None and "too few items to say: 4 items are rated twice, at least 10" in row.words


def test_a_deleted_run(own: Room, folder: Path) -> None:
    run, other = kept_run(own, folder), kept_run(own, folder, "hybrid")
    cycle = rating_samples.from_runs(own, [run, other], outputs=12, double=1)
    give_all(own, cycle, "ann")
    mine = next(item.number for item in cycle.items if item.plan["design"] == run)
    runs.delete(own, run)
    with pytest.raises(RatingError, match=r"was deleted, and its texts with it.*go on with the next"):
        ratings.rate(own, cycle.id, "bob", mine, {"accuracy": 5})
    assert ratings.cycle(own, cycle.id).gone == 6
    assert len(give_all(own, cycle, "bob")) == 6, "the rest can be rated"
    found = rating_results.results(own, cycle.id)
    assert found.designs[0].title == f"{run} (deleted)" and found.designs[0].items == 6 and found.designs[0].automatic == ()
    assert found.matters


def test_data_that_changed_or_went(own: Room, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data", records=desk_records(12))
    cycle = rating_samples.from_data(own, data=folder, outputs=3)
    give_all(own, cycle, "ann")
    (folder / "documents" / "new.md").write_text("# New\n", encoding="utf-8")
    assert "has changed since" in rating_results.results(own, cycle.id).unsaid
    folder.rename(tmp_path / "elsewhere")
    assert "cannot be read" in rating_results.results(own, cycle.id).unsaid


# labels


def test_every_value_is_a_label(own: Room, pair: list[str]) -> None:
    cycle = rating_samples.from_runs(own, pair, outputs=4)
    for value in (2, 5):
        ratings.rate(own, cycle.id, "ann", 1, {"accuracy": value})
    found = [row for row in labels.rows(own, "ratings") if row["cycle"] == cycle.id]
    assert [(row["by"], row["person"], row["holds"]) for row in found] == [("rater:ann", 2, False), ("rater:ann", 5, True)]
    assert all(set(labels.REQUIRED) <= set(row) for row in found) and found[0]["output"] and found[0]["design"] in pair
    assert list(itertools.islice((json.loads(line) for line in labels.to_lines(found).splitlines()), 2)) == found
