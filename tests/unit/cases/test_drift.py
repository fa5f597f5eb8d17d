"""drift.yaml and its records: the strict form, what is named when it does not hold, and what an event's digest depends on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from tests.labdata import write_folder

from caseroom.app.datacheck import check_folder
from caseroom.cases import drift
from caseroom.cases.data import load_data
from caseroom.cases.drift import read_drift
from caseroom.errors import DataError
from caseroom.rollout import model

WORDS = (
    "  - {id: slang, kind: vocabulary, title: Slang, what: They write otherwise., strength: 0.4, words: {deposit: safe, engineer: fixer}}\n"
)
NEW = '{"id": "d1", "event": "coffee", "input": "Do you rent coffee machines?", "answerable": false}\n'
LINE = "  - {id: coffee, kind: new_line, title: Coffee machines, what: A new line., strength: 0.2}\n"


def _folder(tmp_path: Path, events: str, rows: str = "", **documents: str) -> Path:
    folder = write_folder(tmp_path / "data")
    (folder / "drift.yaml").write_text("format: 1\nevents:\n" + events, encoding="utf-8")
    if rows:
        (folder / "drift-records.jsonl").write_text(rows, encoding="utf-8")
    for name, text in documents.items():
        (folder / "drift").mkdir(exist_ok=True)
        (folder / "drift" / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def _problems(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_drift(folder)
    return "\n".join(caught.value.problems)


def test_a_folder_without_a_file_has_the_common_events(tmp_path: Path) -> None:
    found = read_drift(write_folder(tmp_path / "data"))
    assert {event.kind for event in found.events} >= {"model_update", "half_index", "latency_creep", "cost_rise", "injections", "season"}
    assert any(event.harmless for event in found.events)


def test_the_kinds_are_those_of_the_weeks() -> None:
    assert get_args(drift.EventKind) == get_args(model.EventKind)


def test_own_events_come_first_replace_common_ones_and_leave_others_out(tmp_path: Path) -> None:
    own = (
        WORDS
        + "  - {id: half-index, kind: half_index, title: Half, what: Half of it., of: tables}\nwithout: {cost-rise: nobody pays here}\n"
    )
    found = read_drift(_folder(tmp_path, own))
    assert [event.id for event in found.events[:2]] == ["slang", "half-index"]
    assert found.event("half-index").of == "tables"
    assert "cost-rise" not in {event.id for event in found.events}
    with pytest.raises(DataError, match="no event is called 'cost-rise'"):
        found.event("cost-rise")


@pytest.mark.parametrize(
    ("events", "line", "says"),
    [
        ("  - {id: slang, kind: vocabulary, title: Slang, what: Words.}\n", 3, "a vocabulary needs words or templates"),
        ("  - {id: slang, kind: slang, title: Slang, what: Words.}\n", 3, "is not allowed; write one of"),
        ("  - id: slow\n    kind: latency_creep\n    title: Slow\n    what: Slower.\n    strength: 0.5\n", 3, "a factor above 1"),
        (WORDS.replace("0.4", "1.4"), 3, "a share of the traffic"),
        (WORDS.replace("words: {", "families: [stale], words: {"), 3, "families is for injections"),
        ("  - {id: t, kind: vocabulary, title: T, what: T., templates: [Hello]}\n", 3, "needs {input}"),
        ("  - {id: g, kind: group_loss, title: G, what: G., group: second-language}\n", 3, "what becomes of the group's inputs"),
        (WORDS + WORDS, 4, "stands twice"),
        (WORDS + "without: {nothing-such: why}\n", 4, "is no common event"),
        (LINE, 3, "needs records"),
        (WORDS.replace("kind: vocabulary", "kind: vocabulary, colour: red"), 3, "is not a key of this file"),
        ("  - {id: p, kind: policy_change, title: P, what: P., documents: [{file: new.md}]}\n", 3, "new.md is not in"),
    ],
)
def test_what_does_not_hold_is_named_with_its_line(tmp_path: Path, events: str, line: int, says: str) -> None:
    said = _problems(_folder(tmp_path, events))
    assert f"drift.yaml:{line}: " in said
    assert says in said


def test_records_are_read_as_strictly(tmp_path: Path) -> None:
    folder = _folder(tmp_path, LINE, NEW + NEW.replace('"event": "coffee", ', "").replace("d1", "d2"))
    assert "drift-records.jsonl:2: event: is missing" in _problems(folder)
    (folder / "drift-records.jsonl").write_text(NEW + NEW.replace('coffee",', 'tea",').replace("d1", "d2"), encoding="utf-8")
    assert "d2: event 'tea' is no policy_change or new_line" in _problems(folder)


def test_what_changes_after_launch_is_no_part_of_the_datas_version(tmp_path: Path) -> None:
    bare = load_data(write_folder(tmp_path / "bare")).version
    assert load_data(_folder(tmp_path, LINE, NEW, page="---\nid: page\n---\nNew.\n")).version == bare


def test_a_digest_depends_on_the_material_only(tmp_path: Path) -> None:
    folder = _folder(tmp_path, LINE, NEW)
    found = read_drift(folder)
    first = found.digest(found.event("coffee"))
    (folder / "drift.yaml").write_text(
        "format: 1\nevents:\n" + LINE.replace("Coffee machines", "Coffee").replace("0.2", "0.3"), encoding="utf-8"
    )
    found = read_drift(folder)
    assert found.digest(found.event("coffee")) == first
    (folder / "drift-records.jsonl").write_text(NEW.replace("coffee machines", "espresso machines"), encoding="utf-8")
    found = read_drift(folder)
    assert found.digest(found.event("coffee")) != first


def test_the_check_of_a_folder_covers_what_can_change(tmp_path: Path) -> None:
    rows = [json.loads(NEW) | {"id": f"d{n}", "input": f"Do you rent coffee machines? ({n})"} for n in range(6)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    check_folder(_folder(tmp_path, LINE + WORDS, text))


@pytest.mark.parametrize(
    ("events", "rows", "says"),
    [
        (WORDS.replace("words:", "kinds: [legal], words:"), "", "no record is of the kind 'legal'"),
        ("  - {id: g, kind: group_loss, title: G, what: G., group: nobody, cut: 9}\n", "", "no record is of the group 'nobody'"),
        (WORDS.replace("deposit: safe, engineer: fixer", "zebra: horse, ibis: hen"), "", "2 of 2 stand in no input"),
        (LINE, NEW, "touches 1 records"),
        (LINE, NEW.replace('"answerable": false', '"documents": ["nowhere"]'), "no document has the id 'nowhere'"),
        (LINE, NEW.replace(', "answerable": false', ""), "nothing is said of what is right"),
    ],
)
def test_what_does_not_fit_the_data_is_named(tmp_path: Path, events: str, rows: str, says: str) -> None:
    with pytest.raises(DataError) as caught:
        check_folder(_folder(tmp_path, events, rows))
    assert says in "\n".join(caught.value.problems)
