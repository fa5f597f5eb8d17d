from __future__ import annotations

from dataclasses import replace

from tests.unit.lab.conftest import Rows

from caseroom.lab.keys import work_key
from caseroom.lab.pages import chosen_metrics, to_html
from caseroom.lab.people import settle
from caseroom.lab.report import Row, Section
from caseroom.lab.sections import Sections
from caseroom.lab.study import Study
from caseroom.lab.verdict import shown
from caseroom.lab.writing import report
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Assess, Bound, Evaluation, Goal, Ground, Monitor, Monitors, OnCall, Phase, Roadmap, Said


def sections(study: Study, desk: Workshop) -> dict[str, Section]:
    return {section.step: section for section in report(study, desk.data, case="c", title="t", notes=[]).sections}


def rows_of(section: Section) -> dict[str, Row]:
    return {row.name: row for row in section.rows}


def test_the_candidates_words_stand_in_their_section(study: Study, desk: Workshop) -> None:
    said = {"hallucinations.abstain": Said("it says that it does not know", 7), "ground.user": Said(None, 1)}
    proposal = replace(study.proposal, said=said, ground=replace(study.proposal.ground, user="agents"))
    found = sections(replace(study, proposal=proposal), desk)
    assert [(w.path, w.quote, w.turn) for w in found["ground"].words] == [("ground.user", "agents", 1)]
    assert found["hallucinations"].words[0].quote == "it says that it does not know" and found["assess"].words == ()


def test_ground_names_goal_and_limits(study: Study, desk: Workshop) -> None:
    ground = sections(study, desk)["ground"]
    assert ground.remark.startswith("No goal was set in step G")
    assert [row.note.split(":")[0] for row in ground.rows] == ["goal", "limit"]
    assert "the business's own, not said" in ground.rows[0].note and f"today {shown('resolution_minutes', 240)}" in ground.rows[0].note


def test_assess_says_which_way_is_worth_more(study: Study, desk: Workshop) -> None:
    assess = sections(study, desk)["assess"]
    assert "is worth more" in assess.remark and "Canned replies" in assess.remark
    shares = [
        rows_of(assess)[name].score for name in ("right, before people", "incomplete", "wrong, before people", "passed on to a person")
    ]
    assert abs(sum(score.value or 0.0 for score in shares if score) - 1.0) < 1e-9


def test_technical_tells_time_and_what_the_search_found(study: Study, desk: Workshop) -> None:
    rows = rows_of(sections(study, desk)["technical"])
    assert list(rows)[:7] == [f"{stage}: time" for stage in ("intake", "retrieve", "prompt", "generate", "validate", "review", "respond")]
    assert rows["documents that answer, found"].note == "8 of 8"


def test_slices_leave_out_what_is_unscored(study: Study, desk: Workshop, rows: Rows) -> None:
    columns = rows("right", "unscored", "wrong", count=4, kind=0.0)
    columns.kinds.append("simple")
    design = replace(study.design, columns=columns)
    people = settle(columns, study.proposal, desk.data.economics)
    found = rows_of(sections(replace(study, design=design, people=people, simple=design, simple_people=people), desk)["evaluation"])
    assert found["kind simple: right"].score is not None
    assert (found["kind simple: right"].score.value, found["kind simple: right"].score.n) == (0.5, 8)
    assert found["kind simple: right"].note == "8 of 12 records scored; wrong 50.0%"
    kinds = rows("unscored", count=4, kind=0.0)
    kinds.kinds.append("simple")
    none = replace(study.design, columns=kinds)
    bare = rows_of(sections(replace(study, design=none, people=settle(kinds, study.proposal, desk.data.economics)), desk)["evaluation"])
    assert (bare["kind simple: right"].design, bare["kind simple: right"].note) == ("unscored", "none of 4 scored")


def test_what_few_records_score_is_said_beside_each_figure_and_makes_no_claim(study: Study, desk: Workshop, rows: Rows) -> None:
    columns = rows("wrong", *["unscored"] * 9, count=6, route="look")
    design = replace(study.design, columns=columns)
    study = replace(study, simple=design, simple_people=settle(columns, study.proposal, desk.data.economics))
    people = settle(columns, study.proposal, desk.data.economics)
    phase = Phase(share=0.05, days=7, gate=(Bound("right_rate", 0.0),))
    proposal = replace(study.proposal, roadmap=Roadmap(proof=phase), evaluation=Evaluation(metrics=("right_rate",)))
    made = report(replace(study, design=design, people=people, proposal=proposal), desk.data, case="c", title="t", notes=[])
    assert (made.reached, made.scored, made.records) == (None, 6, 60)
    assert made.verdict.startswith("No verdict, since 6 records are too few") and "; 6 of 60 records scored" in made.verdict
    assess, roadmap, evaluation = (
        rows_of(next(s for s in made.sections if s.step == step)) for step in ("assess", "roadmap", "evaluation")
    )
    for name in ("wrong, before people", "Right", "Minutes per item", "Value per item"):
        assert assess[name].note == "6 of 60 scored"
    assert assess["Handled"].note == ""
    assert roadmap["value a year, against today"].design == "too few records to tell"
    assert roadmap["gate after the proof of concept: Right"].note == "wanted at least 0.0%: too few records to tell"
    assert evaluation["Right"].note == "chosen; 6 of 60 scored" and chosen_metrics(made.to_dict()) == {"right_rate"}
    page = to_html(made.to_dict())
    assert "has too few records" in page and "6 of 60 scored" in page and "6 of them scored" in page


def test_figures_of_another_case_are_not_held_against_this_data(study: Study, desk: Workshop) -> None:
    ground = Ground(Goal("latency_ms", today=540.0, target=3.0), limits=(Bound("wrong_rate", 0.5), Bound("edit_rate", 0.2)))
    phase = Phase(share=0.05, days=7, gate=(Bound("right_rate", 0.88),))
    own = replace(
        study.proposal, case="support-desk", ground=ground, roadmap=Roadmap(proof=phase),
        evaluation=Evaluation(launch_bar=Bound("right_rate", 0.9)), assess=Assess(stop=Bound("right_rate", 0.4)),
    )  # fmt: skip
    other = report(replace(study, proposal=own), desk.data, case="/data/mine", title="t", notes=["n"])
    assert "was written for support-desk, and this is other data" in other.remarks[0] and other.remarks[-1] == "n"
    assert (other.goal.metric, other.goal.bound, other.goal.today) == ("latency_ms", None, None)
    assert [(limit.metric, limit.bound, limit.said) for limit in other.limits] == [("wrong_rate", 0.06, False)], "the data's own"
    roadmap = rows_of(next(s for s in other.sections if s.step == "roadmap"))
    assert "proof of concept" in roadmap and not [name for name in roadmap if name.startswith(("gate", "launch", "what would"))]
    same = replace(own, ground=Ground(Goal("resolution_minutes", today=540.0, target=3.0)))
    found = report(replace(study, proposal=same), desk.data, case="/data/mine", title="t", notes=[]).goal
    assert (found.bound, found.today) == (120, 240), "the data's own figures for the same goal"
    at_home = report(replace(study, proposal=own), desk.data, case="support-desk", title="t", notes=[])
    assert at_home.goal.bound == 3.0 and not any("other data" in remark for remark in at_home.remarks)


def test_evaluation_shows_what_was_chosen(study: Study, desk: Workshop) -> None:
    found = sections(study, desk)["evaluation"]
    assert [row.name for row in found.rows if row.note == "chosen"] == ["ROUGE-L", "BLEU", "Selection ratio", "Exactness"]
    assert rows_of(found)["Selection ratio"].design == "unscored"
    none = sections(replace(study, proposal=replace(study.proposal, evaluation=Evaluation())), desk)["evaluation"]
    assert none.remark == "No metric was chosen." and none.rows == ()


def test_the_roadmap_reads_the_bars(study: Study, desk: Workshop) -> None:
    bars = replace(
        study.proposal, evaluation=Evaluation(launch_bar=Bound("right_rate", 0.0)), assess=Assess(stop=Bound("selection_ratio", 0.8))
    )
    found = rows_of(sections(replace(study, proposal=bars), desk)["roadmap"])
    assert found["launch bar: Right"].note == "wanted at least 0.0%: reached"
    assert found["what would end it: Selection ratio"].note.endswith(": not measured"), (
        "what was not measured was neither reached nor missed"
    )
    assert "a year" in next(iter(found))


def test_sections_need_no_order_of_calls(study: Study, desk: Workshop) -> None:
    made = report(study, desk.data, case="c", title="t", notes=[])
    assert Sections(study, desk.data, made.goal, list(made.limits)).all() == made.sections


def test_the_roadmap_shows_phases_gates_monitors_and_who_is_on_call(study: Study, desk: Workshop) -> None:
    plan = Roadmap(
        proof=Phase(0.05, 14, (Bound("right_rate", 0.0), Bound("human_accuracy", 4.0)), "prompt", "to learn"), full=Phase(0.125),
        monitors=Monitors(quality=Monitor(0.9, 30, 2, "the lead", "pauses it"), latency=Monitor(2.0), inputs=Monitor()), on_call=OnCall(0, "the lead"),
        rollback=True, feedback=True, improve="classifier", improve_after=1500,
    )  # fmt: skip
    found = sections(replace(study, proposal=replace(study.proposal, roadmap=plan)), desk)["roadmap"]
    rows = rows_of(found)
    assert "`caseroom rollout` runs these weeks" in found.remark
    assert (rows["proof of concept"].design, rows["proof of concept"].note) == (
        "5% of the traffic, 14 days or more",
        "to learn; then the prompt is refined",
    )
    assert rows["full deployment"].design == "12.5% of the traffic, 14 days or more" and "wider test" not in rows
    assert rows["gate after the proof of concept: Right"].note == "wanted at least 0.0%: the run reaches it"
    assert rows["gate after the proof of concept: Accuracy, rated"].note.endswith(": not measured in a run")
    assert (
        rows["watched: quality"].design == "at least 90.0%, 30 graded a day, 2 days in a row"
        and rows["watched: quality"].note == "the lead: pauses it"
    )
    assert rows["watched: latency"].design == "at most 2 s" and rows["watched: inputs"].design == "against the weeks before"
    assert rows["on call"].design == "mended the same day" and rows["improved"].note == "after 1,500 labels, if it is better"
    assert "everything goes live on the first day" in sections(study, desk)["roadmap"].remark


def test_a_roadmap_changes_no_key_of_what_was_computed(desk: Workshop, study: Study) -> None:
    plan = replace(
        study.proposal, roadmap=Roadmap(proof=Phase(0.05), monitors=Monitors(quality=Monitor())), said={"roadmap.proof": Said("x", 1)}
    )
    assert work_key("design", desk, plan) == work_key("design", desk, study.proposal)
