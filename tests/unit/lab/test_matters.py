from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from tests.labdata import desk_records, ratings, write_folder

from caseroom.app.engine import Engine
from caseroom.cases.data import load_data
from caseroom.lab.cautions import cautions
from caseroom.lab.matters import Matter, matter_of, matters
from caseroom.metrics.score import Score
from caseroom.pipeline.workshop import Workshop


def test_metrics_against_people_and_worth(desk: Workshop) -> None:
    found = matters(desk.data, desk.encoder)
    by_name = {matter.metric: matter for matter in found}
    assert {"bleu", "rougeL", "bertscore", "facts", "edit_rate", "length", "human_accuracy"} <= set(by_name)
    assert by_name["facts"].value.value is None, "what an output is worth is worked out from its facts"
    assert (by_name["rouge1"].value.value or 0) > (by_name["human_fluency"].value.value or 0)
    ranks = [next((s.value for s in (m.value, m.accuracy) if s.value is not None), -2.0) for m in found]
    assert ranks == sorted(ranks, reverse=True)
    assert [matter_of(json.loads(json.dumps(asdict(matter)))) for matter in found] == found


def test_without_ratings_nothing_is_told(visit: Workshop) -> None:
    assert matters(visit.data, visit.encoder) == []


def test_without_references_or_facts_nothing_is_0(engine: Engine, tmp_path: Path) -> None:
    bare = [{key: row[key] for key in ("id", "input")} for row in desk_records()]
    folder = write_folder(tmp_path, records=bare, rated=False)
    rated = [*ratings(desk_records()), {"id": "z", "record": "no such record", "output": "x", "ratings": [{"rater": "a", "accuracy": 1, "fluency": 1, "helpfulness": 1}]}]  # fmt: skip
    (folder / "ratings.jsonl").write_text("\n".join(map(json.dumps, rated)), encoding="utf-8")
    found = {matter.metric: matter for matter in matters(load_data(folder), engine.encoder)}
    assert all(matter.value.value is None for matter in found.values()), "what an output is worth is not known"
    assert all(found[name].accuracy.value is None for name in ("bleu", "rougeL", "bertscore", "facts", "edit_rate"))
    assert found["length"].accuracy.value is not None
    said = cautions([asdict(matter) for matter in found.values()])
    assert any(
        line.startswith("Unscored: worth; expected facts and figures: no record of a rated output names an expected fact") for line in said
    )
    assert any("BLEU" in line and "has a reference" in line for line in said)


def test_why_a_correlation_is_unscored_and_that_few_outputs_tell_little() -> None:
    told, few, alike = (
        Score("agreement", 0.5, 0.1, 0.8, 12, "s"),
        Score("agreement", None, None, None, 9, "s"),
        Score("agreement", None, None, None, 12, "s"),
    )
    rows = [asdict(Matter("bleu", "BLEU", told, few, told, told)), asdict(Matter("length", "length", told, alike, told, told))]
    assert cautions(rows) == [
        "Unscored: BLEU with people: helpfulness: only 9 outputs have both, 10 are needed.",
        "Unscored: length with people: helpfulness: no variation, all 12 outputs are alike on one side.",
        "Only 12 rated outputs: too few to tell one metric from another (30 would be better), so the intervals are wide.",
    ]
    assert cautions([asdict(Matter("bleu", "BLEU", *[replace(told, n=30)] * 4))]) == [] == cautions([])
