from __future__ import annotations

from pathlib import Path

import pytest

from caseroom.cases.task import read_economics, read_task
from caseroom.errors import DataError

ANSWER = """\
format: 1
kind: answer
ask: Write the reply.
channel: the reply box
person: a colleague
baseline: {kind: search, about: The first hit.}
goals:
  - {id: right, metric: right_rate, words: [right], target: 0.9}
"""
FIELDS = ANSWER.replace("kind: answer", "kind: fields\nfields:\n  - {name: category, kind: label, values: {food: things to eat}}")
ECONOMICS = """\
format: 1
currency: EUR
items_a_day: 100
days_a_year: 250
wage_per_minute: 0.5
minutes: {today: 8, approve: 1, correct: 4, review: 2}
wait_minutes: 60
wrong_today: 0.05
cost_of_wrong: 20
cost_of_missed_handover: 200
cost_of_leak: 300
noticed: 0.6
reviewers: {a_day: 20, noticed: 0.85}
"""


def problems(folder: Path, text: str) -> str:
    """What is said of a task.yaml that does not hold."""
    (folder / "task.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_task(folder)
    return "\n".join(caught.value.problems)


def test_a_small_task_has_what_it_does_not_say_as_off_or_empty(tmp_path: Path) -> None:
    (tmp_path / "task.yaml").write_text(ANSWER, encoding="utf-8")
    task = read_task(tmp_path)
    assert (task.kind, task.enough, task.lookups, task.handover, task.decision) == ("answer", 0.6, [], [], None)


def test_a_field_without_question_and_statement_is_only_computed(tmp_path: Path) -> None:
    text = FIELDS + "compute: {tax: ':a * 2'}\n"
    (tmp_path / "task.yaml").write_text(text.replace("things to eat}}", "things to eat}}\n  - {name: tax, kind: money}"), encoding="utf-8")
    assert [field.is_read for field in read_task(tmp_path).fields] == [False, False]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind: answer", "kind: reply", "'answer', 'note' or 'fields'"),
        ("channel: the reply box\n", "", "channel: is missing"),
        ("ask: Write", "chanel: x\nask: Write", "is not a key of this file"),
        ("kind: answer", "kind: note", "a note needs `sections`"),
        ("kind: answer", "kind: fields", "kind `fields` needs `fields`"),
        ("kind: answer", "kind: answer\ndecision: outcome", "'outcome' is none of the fields"),
        ("kind: answer", "kind: answer\njudged_by: [tax]", "judged_by or baseline.fields: tax"),
        ("kind: answer", "kind: answer\nlookups: [{name: a, sql: DELETE FROM orders}]", "a look-up reads only"),
        ("kind: answer", "kind: answer\nlookups: [{name: A b, sql: SELECT 1}]", "does not fit"),
        ("metric: right_rate", "metric: rightness", "is not allowed"),
        ("goals:\n  - {id: right, metric: right_rate, words: [right], target: 0.9}", "goals: []", "give at least 1"),
        ("kind: answer", "kind: answer\nenough: 1.5", "less than or equal to 1"),
        ("kind: answer", "kind: answer\nkind: note", "stands twice"),
    ],
)
def test_what_does_not_hold_is_told_with_file_and_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    said = problems(tmp_path, ANSWER.replace(old, new))
    assert told in said and f"{tmp_path / 'task.yaml'}:" in said


def test_a_label_needs_values_and_a_flag_a_statement(tmp_path: Path) -> None:
    assert "a label needs `values`" in problems(tmp_path, FIELDS.replace(", values: {food: things to eat}", ""))
    flag = FIELDS.replace("kind: label, values: {food: things to eat}", "kind: flag, question: Is it?")
    assert "a flag needs a `statement`" in problems(tmp_path, flag)


def test_the_money_is_read_strictly(tmp_path: Path) -> None:
    (tmp_path / "economics.yaml").write_text(ECONOMICS, encoding="utf-8")
    assert read_economics(tmp_path).minutes.correct == 4
    (tmp_path / "economics.yaml").write_text(ECONOMICS.replace("items_a_day: 100", "items_a_day: 0"), encoding="utf-8")
    with pytest.raises(DataError, match=r"economics\.yaml:3: items_a_day"):
        read_economics(tmp_path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="this file is needed"):
        read_task(tmp_path)
