"""The labelled set of a rollout as files: the common chat form, masked, in two parts, with where it comes from; refused where it would be too small. Another design by the door."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.labdata import Row, desk_records, toll_folder, toll_records, write_folder

from caseroom.app import rollout_labels, rollouts
from caseroom.app.interviews import Room
from caseroom.errors import RunError, UsageError
from caseroom.proposal.model import Hallucinations, Proposal, Retrieve, Roadmap, Technical
from caseroom.rollout.chat import ROLES, UNKNOWN, problems
from caseroom.rollout.lessons import held_out
from caseroom.rollout.settings import Settings

PROPOSAL = Proposal(
    title="a desk", technical=Technical(exact="code", retrieve=Retrieve("hybrid")), hallucinations=Hallucinations(grounding=True),
    roadmap=Roadmap(feedback=True, improve_after=300),
)  # fmt: skip
SETTINGS = Settings(weeks=3, a_day=80.0, events=())


def records() -> list[Row]:
    """The rental desk's, each signed by somebody who leaves a number."""
    rows = desk_records(60)
    for number, row in enumerate(rows):
        row["input"] += f"\nCall me on 06 1234 56{number:02}.\nBest regards, Mira Kovac"
        row["fields"] = {**row.get("fields", {}), "customer_email": f"mira{number}@post.example"}
        if row.get("reference"):
            row["reference"] = f"Dear Mira Kovac,\n{row['reference']}"
    return rows


def done(room: Room, folder: Path, proposal: Proposal = PROPOSAL, settings: Settings = SETTINGS) -> str:
    begun = rollouts.begin(room, proposal, settings, data=folder)
    rollouts.carry_out(room, begun.id)
    return begun.id


def read_back(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert all(problems(line) is None for line in lines), [problems(line) for line in lines]
    return [json.loads(line) for line in lines]


def test_the_labelled_set_reads_back_by_the_common_form_and_holds_nothing_private(room: Room, tmp_path: Path) -> None:
    name = done(room, write_folder(tmp_path / "desk", records=records()))
    made = rollout_labels.labelled(room, name)
    paths = rollout_labels.write(made, tmp_path / "labels.jsonl")
    assert [path.name for path in paths] == ["labels.jsonl", "labels.held-out.jsonl", "labels.provenance.json"]
    train, held = read_back(paths[0]), read_back(paths[1])
    assert len(train) == len(made.train) > len(held) == len(made.held_out) > 0
    for row in [*train, *held]:
        assert [one["role"] for one in row["messages"]] == list(ROLES)
        assert row["messages"][0]["content"].startswith("Write the reply to this customer.")
        whole = json.dumps(row)
        assert "Kovac" not in whole and "Mira" not in whole and "06 1234" not in whole and "@post" not in whole
    answers = {row["messages"][2]["content"] for row in train}
    assert UNKNOWN in answers and any(answer.startswith("Dear [PERSON") for answer in answers)
    inputs = [row["messages"][1]["content"] for row in train]
    assert any("within 14 days" in text for text in inputs)  # what the search found stands in the prompt
    assert not {row["messages"][1]["content"] for row in held} & set(inputs)


def test_where_it_comes_from_stands_beside_it(room: Room, tmp_path: Path) -> None:
    name = done(room, write_folder(tmp_path / "desk", records=records()))
    made = rollout_labels.labelled(room, name)
    said = made.provenance
    assert said["rollout"] == name and said["seed"] == 7 and said["data_version"] and said["signature"].startswith("rollout|")
    assert (
        said["rows"] == {"train": len(made.train), "held_out": len(made.held_out)}
        and sum(said["signals"].values()) <= said["labels_in_all"] <= 300
    )
    assert said["masked"]["phone"] >= made.count and said["masked"]["person"] >= made.count and said["days"][0] <= said["days"][1] < 21
    report = rollouts.rollout(room, name).report
    assert report is not None
    held = {index for _, index, *_ in report["feedback"]["labels"] if held_out(f"r{index:03}", 7)}
    assert len(made.held_out) <= len(held) and json.loads(json.dumps(said)) == said
    assert "Kovac" not in json.dumps(report["feedback"])


def test_values_are_answered_as_json(room: Room, tmp_path: Path) -> None:
    rows = toll_records(40)
    for row in rows:
        row["values"]["toll"] = 99.0  # whatever the design says is wrong, so users send it back
    made = rollout_labels.labelled(
        room, done(room, toll_folder(tmp_path / "toll", rows), replace(PROPOSAL, hallucinations=Hallucinations()))
    )
    answers = [json.loads(row["messages"][2]["content"]) for row in made.train]
    assert answers and all(
        set(answer) == {"vehicle", "weight", "permit"} for answer in answers
    )  # what a model reads, not what code works out


def test_too_few_labels_and_none_are_refused_and_why(room: Room, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "desk", records=records())
    few = done(room, folder, settings=replace(SETTINGS, weeks=1, a_day=4.0))
    with pytest.raises(UsageError, match=r"at least 10 are needed.* More weeks, more items a day"):
        rollout_labels.labelled(room, few)
    none = done(room, folder, replace(PROPOSAL, roadmap=Roadmap()))
    with pytest.raises(UsageError, match="the roadmap says nothing of feedback"):
        rollout_labels.labelled(room, none)
    begun = rollouts.begin(room, PROPOSAL, SETTINGS, data=folder)
    with pytest.raises(RunError, match="it has labels when it is done"):
        rollout_labels.labelled(room, begun.id)


def test_another_design_goes_through_the_door(room: Room, tmp_path: Path) -> None:
    name = done(room, write_folder(tmp_path / "desk", records=records()))
    recalls = replace(
        PROPOSAL, title="from memory", technical=replace(PROPOSAL.technical, model=replace(PROPOSAL.technical.model, name="recall"))
    )
    found = rollout_labels.compare_candidate(room, name, recalls)
    assert found.title == "from memory" and found.verdict.records > 10 and json.dumps(found.to_data())
    assert not found.verdict.taken and found.verdict.why.startswith("Refused: ")
    with pytest.raises(UsageError, match="the design that runs already"):
        rollout_labels.compare_candidate(room, name, replace(PROPOSAL, title="the same"))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{", "no JSON"), ('{"messages": []}', "the roles are"), ('{"text": "x"}', "`messages` alone"),
        ('{"messages": [{"role": "system", "content": ""}]}', "a content that is a text"),
        ('{"messages": [{"role": "system", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]}', "in this order"),
    ],
)  # fmt: skip
def test_what_is_not_the_common_form_is_told(line: str, wrong: str) -> None:
    assert wrong in str(problems(line))
