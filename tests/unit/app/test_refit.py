from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from evals.gold import GOLD
from evals.split import TEST
from evals.split import TUNING as SPLIT

from caseroom.app import goldset, refit
from caseroom.app.engine import Engine
from caseroom.app.goldset import MEASURED_ON, TUNING, Marked, read_labels
from caseroom.app.interviews import Room
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings, settings_from_environment
from caseroom.errors import DataError, UsageError, WeightsError
from caseroom.grading.judge import GATE, read_gate
from caseroom.metrics.score import Score

LABELLED = ("support-desk-middling", "support-desk-weak", "visit-summaries-terse", "visit-summaries-weak")
UNSEEN = ("support-desk-speech", "visit-summaries-wrong_headed")
SPOKEN = {"covered": "made", "partial": "named", "missed": "not_made", "contradicted": "not_made"}


def said(marked: Marked) -> dict[str, Any]:
    """The row of what was said."""
    turns = [{"number": t.number, "speaker": t.speaker, "text": t.text} for t in marked.transcript.turns]
    return {"kind": "transcript", "session": marked.name, "case": marked.case, "turns": turns}


def mark(session: str, point: str, person: str, by: str = "link:a") -> dict[str, Any]:
    """The row of a mark."""
    return {
        "kind": "marks",
        "by": by,
        "at": "2026-11-28T12:00:00+00:00",
        "machine": None,
        "person": person,
        "session": session,
        "point": point,
    }


def write(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """A file of labels."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """200 labels that people would have given, made of the gold labels of four interviews."""
    gold = {marked.name: marked for marked in goldset.gold(GOLD)}
    made: list[dict[str, Any]] = []
    for marked in (gold[name] for name in LABELLED):
        points = [p.id for p in Shelf([]).case(marked.case).points if p.step != "communication" and p.id not in marked.unclear]
        of_all_steps = sorted(points, key=lambda point: point[::-1])[:50]
        made += [mark(marked.name, point, SPOKEN[marked.verdicts.get(point, "missed")]) for point in of_all_steps]
    return [*(said(gold[name]) for name in LABELLED), *made]


@pytest.fixture(scope="module")
def some_gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two gold interviews that the labels do not speak of."""
    folder = tmp_path_factory.mktemp("gold")
    (folder / "labels").mkdir()
    for name in UNSEEN:
        shutil.copy(GOLD / f"{name}.txt", folder)
        for which in goldset.PASSES:
            shutil.copy(GOLD / "labels" / f"{name}.{which}.jsonl", folder / "labels")
    return folder


def test_the_split_is_that_of_the_evaluations() -> None:
    assert (TUNING, MEASURED_ON) == (SPLIT, TEST)


def test_two_hundred_labels_are_judged_by_their_own_comparison(
    room: Room, rows: list[dict[str, Any]], some_gold: Path, tmp_path: Path
) -> None:
    done = refit.refit(room, write(tmp_path / "labels.jsonl", rows), some_gold)
    assert (done.labels, done.fitted_on) == (200, 150)
    kept = done.to_dict()
    assert kept["accepted"] == (not done.objections)
    if not done.objections:
        for one in done.compared:
            assert one.new.kappa.value >= one.old.kappa.value  # type: ignore[operator]
            assert one.new.false_credit.value <= one.old.false_credit.value  # type: ignore[operator]
    assert done.old.signature == read_gate(GATE).signature
    assert done.new.weights == done.old.weights and done.new.thresholds["contradicted"] == done.old.thresholds["contradicted"]
    json.dumps(kept)


def test_a_judge_that_gives_credit_for_little_is_replaced(room: Room, rows: list[dict[str, Any]], some_gold: Path, tmp_path: Path) -> None:
    generous = read_gate(GATE).with_thresholds({"credit": 0.05, "sure": 0.05, "doubtful": 0.05, "whole": 0.95, "contradicted": 0.6})
    file = tmp_path / "generous.json"
    file.write_text(refit.to_json(generous), encoding="utf-8")
    engine = Engine(room.engine.cache, file)
    engine.encoder, engine.entailment = room.engine.encoder, room.engine.entailment
    done = refit.refit(replace(room, engine=engine), write(tmp_path / "labels.jsonl", rows), some_gold)
    assert done.objections == ()
    assert [one.on for one in done.compared] == ["the gold set", "the labels held out"]
    for one in done.compared:
        assert one.new.false_credit.value < one.old.false_credit.value  # type: ignore[operator]
    written = tmp_path / "judge.json"
    written.write_text(refit.to_json(done.new), encoding="utf-8")
    assert read_gate(written) == done.new


def test_too_few_labels_say_how_many_are_needed_and_why_rows_do_not_count(room: Room, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    claimed = [*rows[:150], *({**row, "by": "candidate"} for row in rows[150:])]
    with pytest.raises(UsageError, match=r"(?s)146 labels .* at least 200 .*54 left out: a candidate's own claim"):
        refit.refit(room, write(tmp_path / "labels.jsonl", claimed), GOLD)


def test_labels_of_one_interview_cannot_be_held_out(
    room: Room, rows: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refit, "FEWEST_LABELS", 10)
    one = [row for row in rows if row["session"] == LABELLED[0]]
    with pytest.raises(UsageError, match="of 1 interviews; 3 are needed"):
        refit.refit(room, write(tmp_path / "labels.jsonl", one), GOLD)


def test_which_rows_are_labels(room: Room, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    session, test_case = LABELLED[0], {**rows[0], "session": "kept", "case": TEST[0]}
    more = [
        rows[0], test_case,
        mark(session, "1.01", "not_made"), mark(session, "1.01", "made"),  # the newest of one person holds
        mark(session, "1.02", "made"), mark(session, "1.02", "named", by="link:b"),  # people differ
        mark("kept", "1.01", "made"), mark("gone", "1.01", "made"), mark(session, "9.99", "made"), mark(session, "1.03", "dunno"),
        {"kind": "reviews", "by": "reviewer", "at": "", "machine": "", "person": "approve", "run": "r"},
    ]  # fmt: skip
    found = read_labels(room, write(tmp_path / "labels.jsonl", more))
    assert [(marked.name, dict(marked.verdicts)) for marked in found.interviews] == [(session, {"1.01": "covered"})]
    assert found.left_out == {
        "decided as 'dunno'": 1, "not about a point of an interview": 1, "people differ": 1,
        "of a session that is not here; export with --transcripts": 1, "of a case that is kept for measuring": 1,
        "of a point that the judge does not read": 1,
    }  # fmt: skip


def test_a_session_of_the_store_needs_no_transcript_in_the_file(room: Room, tmp_path: Path) -> None:
    from caseroom.app.interviews import Interview

    interview = Interview.start(room, "support-desk", tick=lambda: 0.0)
    interview.say("How long does an agent spend on a ticket?")
    found = read_labels(room, write(tmp_path / "labels.jsonl", [mark(interview.id, "1.02", "made")]))
    assert [turn.text for turn in found.interviews[0].transcript.candidate()] == ["How long does an agent spend on a ticket?"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", ":2: not JSON"),
        ("[1]", ":2: not a row but list"),
        ('{"kind": "marks", "point": "1.01", "session": "x"}', ":2: is no row of labels"),
    ],
)
def test_a_line_that_is_no_label_is_named(room: Room, tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=told):
        read_labels(room, path)


def test_without_a_gold_set_nothing_may_replace_a_judge(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name it with --gold"):
        list(goldset.gold(tmp_path))


def score(value: float | None, n: int = 50) -> Score:
    return Score("s", value, value, value, n, "s")


def figures(kappa: float | None, false_credit: float | None, n: int = 50) -> refit.Figures:
    return refit.Figures(n, score(kappa), score(false_credit, n), score(0.1), score(0.9))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (figures(0.5, 0.05), figures(0.5, 0.05), None),
        (figures(0.5, 0.05), figures(0.6, 0.04), None),
        (figures(0.5, 0.05), figures(0.499, 0.01), "κ falls from 0.500 to 0.499"),
        (figures(0.5, 0.05), figures(0.9, 0.06), "false credit rises from 0.050 to 0.060"),
        (figures(0.5, 0.05), figures(None, 0.05), "κ cannot be told"),
        (figures(0.5, 0.05), figures(0.5, 0.0, n=9), "false credit cannot be told: 9 points are too few"),
    ],
)
def test_neither_less_agreement_nor_more_false_credit_is_accepted(old: refit.Figures, new: refit.Figures, told: str | None) -> None:
    objection = refit.Compared("the gold set", old, new).objection
    assert objection is None if told is None else told in str(objection)


def test_whole_interviews_are_held_out_the_same_each_time() -> None:
    marked = [Marked(f"s{n}", "support-desk", None, {str(p): "made" for p in range(10)}, whole=False) for n in range(9)]  # type: ignore[arg-type]
    fitting, held = refit.split(marked)
    assert len(held) == 3 and not {m.name for m in fitting} & {m.name for m in held}
    assert refit.split(marked[::-1]) == (fitting, held)


def test_a_refitted_judge_grades_only_where_a_person_points_to_it(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    new = read_gate(GATE).with_thresholds(read_gate(GATE).thresholds | {"credit": 0.5})
    file = tmp_path / "judge.json"
    file.write_text(refit.to_json(replace(new, signature="claims-another")), encoding="utf-8")
    monkeypatch.setenv("CASEROOM_JUDGE", str(file))
    settings = settings_from_environment()
    assert settings.judge == file
    case = Shelf([]).case("support-desk")
    signature = Engine(engine.cache, settings.judge).signature(case)
    assert f"judge:{new.signature}" in signature and signature != engine.signature(case)
    monkeypatch.delenv("CASEROOM_JUDGE")
    assert settings_from_environment().judge is None


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"features": 1}'])
def test_a_file_that_is_no_judge_is_refused(tmp_path: Path, body: str) -> None:
    file = tmp_path / "judge.json"
    file.write_text(body, encoding="utf-8")
    with pytest.raises(WeightsError, match="cannot be read as a judge"):
        Engine(tmp_path, file)
    with pytest.raises(WeightsError, match="without CASEROOM_JUDGE"):
        read_gate(tmp_path / "missing.json")


def test_a_judge_of_another_version_is_refused(tmp_path: Path) -> None:
    data = json.loads(GATE.read_text(encoding="utf-8"))
    for change in ({"thresholds": {"credit": 0.5}}, {"features": data["features"][1:]}, {"thresholds": data["thresholds"] | {"sure": 1.5}}):
        file = tmp_path / "judge.json"
        file.write_text(json.dumps(data | change), encoding="utf-8")
        with pytest.raises(WeightsError, match="another version"):
            read_gate(file)


def test_a_room_opens_with_the_judge_of_its_settings(tmp_path: Path) -> None:
    from caseroom.app.interviews import open_room

    room = open_room(Settings(home=tmp_path, judge=GATE))
    assert room.engine.gate == read_gate(GATE)
