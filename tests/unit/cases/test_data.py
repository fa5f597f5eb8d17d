from __future__ import annotations

import json
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from caseroom.cases.data import CaseData, load_data
from caseroom.errors import DataError

TASK = """\
format: 1
kind: answer
ask: Write the reply.
channel: the reply box
person: a colleague
baseline: {kind: search, about: The first hit.}
goals: [{id: right, metric: right_rate, words: [right], target: 0.9}]
"""
ECONOMICS = """\
{format: 1, currency: EUR, items_a_day: 100, days_a_year: 250, wage_per_minute: 0.5, minutes: {today: 8, approve: 1, correct: 4, review: 2},
wait_minutes: 60, wrong_today: 0.05, cost_of_wrong: 20, cost_of_missed_handover: 200, cost_of_leak: 300, noticed: 0.6,
reviewers: {a_day: 20, noticed: 0.85}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with one record."""
    (tmp_path / "task.yaml").write_text(TASK, encoding="utf-8")
    (tmp_path / "economics.yaml").write_text(ECONOMICS, encoding="utf-8")
    (tmp_path / "records.jsonl").write_text('{"id": "a", "input": "Hello?"}\n', encoding="utf-8")
    return tmp_path


def read(data: CaseData) -> tuple[list[str], list[str]]:
    """Ids of the records that are given, and the problems that are raised after them."""
    ids = []
    try:
        for record in data.records():
            ids.append(record.id)
    except DataError as error:
        return ids, error.problems
    return ids, []


def test_a_record_has_what_it_does_not_say_as_nothing(folder: Path) -> None:
    data = load_data(folder)
    record = next(data.records())
    assert (record.role, record.answerable, record.handover, record.reference, record.facts) == ("everyone", True, False, None, [])
    assert (data.documents, data.tables, data.examples, data.attacks, data.ratings) == (None, [], (), (), ())


def test_good_rows_are_given_before_a_bad_one_is_told_with_its_line(folder: Path) -> None:
    rows = [
        '{"id": "a", "input": "x"}',
        "",
        '{"id": "b"}',
        "not JSON",
        '{"id": "c", "input": "x", "day": "2026-02-30"}',
        '{"id": "d", "input": "x"}',
    ]
    (folder / "records.jsonl").write_text("\n".join(rows), encoding="utf-8")
    ids, problems = read(load_data(folder))
    assert ids == ["a", "d"]
    assert [problem.split("records.jsonl:")[1][:1] for problem in problems] == ["3", "4", "5"]
    assert "input: is missing" in problems[0]


def test_an_id_that_stands_twice_is_told_with_both_lines(folder: Path) -> None:
    (folder / "records.jsonl").write_text('{"id": "a", "input": "x"}\n{"id": "a", "input": "y"}\n', encoding="utf-8")
    assert "records.jsonl:2: id 'a' stands in line 1, too" in read(load_data(folder))[1][0]


def test_reading_stops_after_twenty_problems(folder: Path) -> None:
    (folder / "records.jsonl").write_text("{}\n" * 500, encoding="utf-8")
    assert len(read(load_data(folder))[1]) < 50


@pytest.mark.parametrize("content", [b"\xff\xfe{\x00}\x00", b'{"id": "a", "input": "caf\xe9"}'])
def test_what_is_not_utf8_is_told(folder: Path, content: bytes) -> None:
    (folder / "records.jsonl").write_bytes(content)
    assert "save it as UTF-8" in read(load_data(folder))[1][0]


def test_all_files_are_read_in_their_form(folder: Path) -> None:
    attack = {
        "id": "a",
        "family": "stale",
        "input": "x",
        "day": "2026-03-01",
        "documents": [{"id": "d", "text": "Old."}],
        "through": ["old"],
    }
    rated = {"id": "o", "record": "a", "output": "x", "ratings": [{"rater": "r1", "accuracy": 5, "fluency": 1, "helpfulness": 3}]}
    for name, row in (("attacks", attack), ("ratings", rated), ("examples", {"id": "e", "input": "x", "output": "y", "good": False})):
        (folder / f"{name}.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (folder / "documents").mkdir()
    (folder / "tables").mkdir()
    (folder / "tables" / "b.csv").write_text("x\n1\n", encoding="utf-8")
    data = load_data(folder)
    assert data.attacks[0].documents[0].valid and data.attacks[0].day == date(2026, 3, 1)
    assert not data.examples[0].good and data.ratings[0].ratings[0].helpfulness == 3
    assert data.documents == folder / "documents" and [path.name for path in data.tables] == ["b.csv"]


@pytest.mark.parametrize(
    "row", [{"id": "a", "family": "unheard", "input": "x"}, {"id": "a", "family": "stale", "input": "x", "trough": ["x"]}]
)
def test_an_attack_of_no_family_or_with_an_unknown_key_is_told(folder: Path, row: dict[str, object]) -> None:
    (folder / "attacks.jsonl").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(DataError, match=r"attacks\.jsonl:1"):
        _ = load_data(folder).attacks


def test_what_is_missing_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        load_data(tmp_path / "nowhere")
    with pytest.raises(DataError) as caught:
        load_data(tmp_path)
    assert [name in "\n".join(caught.value.problems) for name in ("task.yaml", "economics.yaml", "records.jsonl")] == [True] * 3


def test_the_version_is_that_of_the_content(folder: Path) -> None:
    before = load_data(folder).version
    assert before == load_data(folder).version
    (folder / "tables").mkdir()
    (folder / "tables" / "t.csv").write_text("x\n", encoding="utf-8")
    assert before != load_data(folder).version


def test_of_twenty_thousand_records_only_the_ids_stay_in_memory(folder: Path) -> None:
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        for number in range(20_000):
            file.write(json.dumps({"id": f"r{number}", "input": "x" * 1000}) + "\n")
    data = load_data(folder)
    tracemalloc.start()
    count = sum(1 for _ in data.records())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 8_000_000  # the file has 20 MB
    assert len(list(data.records(limit=3))) == 3
