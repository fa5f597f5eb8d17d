"""The six sections of a report: the candidate's own words, and what was measured of what they proposed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from caseroom.cases.data import CaseData
from caseroom.lab import planned, reviewed
from caseroom.lab.experiment import Measured
from caseroom.lab.measures import difference, measure, scored
from caseroom.lab.people import Settled
from caseroom.lab.report import Row, Section, Words
from caseroom.lab.study import Study
from caseroom.lab.verdict import Yardstick, interval, scored_of, shown
from caseroom.metrics import score
from caseroom.metrics.registry import BY_NAME
from caseroom.metrics.score import BOOTSTRAP, Score, few, sign
from caseroom.proposal.model import MetricName, quoted
from caseroom.steps import BY_ID, STEP_IDS

_OUTCOMES = {
    "right": "right, before people",
    "incomplete": "incomplete",
    "wrong": "wrong, before people",
    "passed_on": "passed on to a person",
}
_ALWAYS: tuple[MetricName, ...] = ("right_rate", "wrong_rate", "handled_rate", "minutes_per_item", "harm_per_item", "value_per_item")


class Sections:
    """Makes the sections of one study."""

    def __init__(self, study: Study, data: CaseData, goal: Yardstick, limits: list[Yardstick]) -> None:
        self._study, self._data, self._goal, self._limits = study, data, goal, limits
        self._currency = data.economics.currency

    def all(self) -> tuple[Section, ...]:
        """The six, in order."""
        made: dict[str, Callable[[], tuple[str, list[Row]]]] = {
            "ground": self._ground, "assess": self._assess, "technical": self._technical, "hallucinations": self._hallucinations,
            "evaluation": self._evaluation, "roadmap": self._roadmap,
        }  # fmt: skip
        return tuple(Section(step, BY_ID[step].title, self._words(step), *self._tupled(made[step]())) for step in STEP_IDS)

    @staticmethod
    def _tupled(made: tuple[str, list[Row]]) -> tuple[str, tuple[Row, ...]]:
        return made[0], tuple(made[1])

    def _words(self, step: str) -> tuple[Words, ...]:
        return tuple(
            Words(path, quoted(self._study.proposal, path), said.turn)
            for path, said in self._study.proposal.said.items()
            if path.startswith(f"{step}.")
        )

    def _row(self, name: MetricName, note: str = "") -> Row:
        """A metric of the design beside the simple way's."""
        mine = measure(name, self._study.design.columns, self._study.people)
        other = measure(name, self._study.simple.columns, self._study.simple_people)
        note = "; ".join(filter(None, (note, self._scored(mine))))
        return Row(BY_NAME[name].title, interval(name, mine, self._currency), shown(name, other.value, self._currency), note, mine, other)

    def _scored(self, mine: Score) -> str:
        return scored_of(mine, len(self._study.design.columns))

    def _ground(self) -> tuple[str, list[Row]]:
        rows = []
        for number, mark in enumerate((self._goal, *self._limits)):
            wanted = shown(mark.metric, mark.bound, self._currency) if mark.bound is not None else "no value set"
            unknown = "too few records to tell" if few(mark.design) else ""
            held = {True: "holds", False: "broken" if number else "missed", None: unknown}[mark.held]
            today = f"today {shown(mark.metric, mark.today, self._currency)}" if mark.today is not None else ""
            own = "" if mark.said else "the business's own, not said"
            note = "; ".join(filter(None, (f"{'limit' if number else 'goal'}: {wanted}", held, own, today, self._scored(mark.design))))
            simple = shown(mark.metric, mark.simple.value, self._currency)
            rows.append(Row(mark.title, interval(mark.metric, mark.design, self._currency), simple, note, mark.design, mark.simple))
        remark = "" if self._goal.said else "No goal was set in step G, so the business's own is the yardstick."
        return remark, rows

    def _assess(self) -> tuple[str, list[Row]]:
        rows = [
            Row(title, interval("right_rate", _share(self._study.design, name)), shown("right_rate", _share(self._study.simple, name).value),
                self._scored(_share(self._study.design, name)), _share(self._study.design, name), _share(self._study.simple, name))
            for name, title in _OUTCOMES.items()
        ]  # fmt: skip
        rows += [self._row(name) for name in _ALWAYS]
        return self._which_is_worth_more(), rows

    def _which_is_worth_more(self) -> str:
        """The design and the simple way, pair by pair; a difference that cannot be told from chance is none."""
        mine, other = (measure("value_per_item", m.columns, p) for m, p in self._both())
        if mine.value is None or other.value is None:
            return ""
        ours, theirs = ((m.columns, p) for m, p in self._both())
        apart = difference("value_per_item", theirs, ours)
        values = (
            f"{shown('value_per_item', mine.value, self._currency)} an item against {shown('value_per_item', other.value, self._currency)}"
        )
        if not score.tells(apart):
            said = "Which is worth more cannot be told on these records"
        else:
            said = "The simple way is worth more" if other.value > mine.value else "The design is worth more than the simple way"
        return f"{said}: {values}. The simple way: {self._data.task.baseline.about}"

    def _both(self) -> tuple[tuple[Measured, Settled], tuple[Measured, Settled]]:
        return (self._study.design, self._study.people), (self._study.simple, self._study.simple_people)

    def _technical(self) -> tuple[str, list[Row]]:
        design = self._study.design
        count = max(1, len(design.columns))
        rows = [Row(f"{stage}: time", f"{seconds / count * 1000:.2f} ms a record") for stage, seconds in design.stages.items()]
        rows.append(self._row("latency_ms", "p95, from end to end"))
        rows.append(self._row("cost_per_item", "people's time and the model"))
        found, every = np.nansum(design.columns["docs_found"]), np.nansum(design.columns["docs_all"])
        if every and self._study.proposal.technical.retrieve.method != "none":
            recall = score.share_of_sums("recall", np.nan_to_num(design.columns["docs_found"]), np.nan_to_num(design.columns["docs_all"]),
                                 sign("recall", BOOTSTRAP, k=self._study.proposal.technical.retrieve.top_k))  # fmt: skip
            rows.append(
                Row("documents that answer, found", interval("right_rate", recall), note=f"{found:.0f} of {every:.0f}", score=recall)
            )
        tokens = float(np.nansum(design.columns["tokens"])) / count
        rows.append(Row("tokens", f"{tokens:.0f} a record"))
        if cost := float(np.nansum(design.columns["cost"])):
            rows.append(
                Row("the model's price", f"{cost / count:.6f} a record", note=f"{cost:.4f} for all {count}, in the currency of its price")
            )
        return "", rows

    def _hallucinations(self) -> tuple[str, list[Row]]:
        study = self._study
        names: list[MetricName] = ["grounded_rate", "omission_rate", "exactness", "abstention_precision", "abstention_recall"]
        if self._data.task.decision:
            names.append("selection_ratio")
        rows = [row for name in names if (row := self._row(name)).score is not None and row.score.value is not None]
        flagged = _mean("flagged", study.design)
        rows.append(Row("outputs that a check objects to", interval("right_rate", flagged), score=flagged))
        if study.reviews is not None:
            rows += reviewed.rows(study.reviews, study.design.columns, study.people, study.proposal, self._data.economics)
        return "", rows

    def _evaluation(self) -> tuple[str, list[Row]]:
        chosen = self._study.proposal.evaluation.metrics
        rows = [self._row(name, "chosen") for name in chosen if name not in ("human_accuracy", "human_fluency", "human_helpfulness")]
        remark = "" if chosen else "No metric was chosen."
        if self._study.proposal.evaluation.slices:
            rows += self._slices()
        return remark, rows

    def _slices(self) -> list[Row]:
        rows = []
        for column, names in (("kind", self._study.design.columns.kinds), ("group", self._study.design.columns.groups)):
            for code, name in enumerate(names):
                every = self._study.design.columns[column] == code
                here = every & (self._study.design.columns["scored"] == 1)
                right, wrong = (np.where(here, values, np.nan) for values in (self._study.people.left_right, self._study.people.left_wrong))
                mine = score.share(name, right, sign("right_rate", BOOTSTRAP, slice=f"{column}/{name}"))
                bad = score.share(name, wrong, sign("wrong_rate", BOOTSTRAP, slice=f"{column}/{name}"))
                rows.append(
                    Row(
                        f"{column} {name}: right",
                        interval("right_rate", mine),
                        note=_of(mine.n, int(every.sum()), shown("wrong_rate", bad.value)),
                        score=mine,
                    )
                )
        return rows

    def _roadmap(self) -> tuple[str, list[Row]]:
        value = measure("value_per_item", self._study.design.columns, self._study.people)
        items = self._data.economics.items_a_day * self._data.economics.days_a_year
        rows: list[Row] = []
        if value.value is not None:
            a_year = [f"{number * items:,.0f} {self._currency}" for number in (value.value, value.low, value.high) if number is not None]
            between = f" [{', '.join(a_year[1:])}]" if len(a_year) == 3 else ""
            note = "; ".join(filter(None, (f"{items:,.0f} items", self._scored(value))))
            rows.append(Row("value a year, against today", "too few records to tell" if few(value) else a_year[0] + between, note=note))
        for title, bound, words in (
            ("launch bar", self._study.proposal.evaluation.launch_bar, {True: "reached", False: "not reached", None: "not measured"}),
            ("what would end it", self._study.proposal.assess.stop, {True: "goes on", False: "this ends it", None: "not measured"}),
        ):
            if bound is not None:
                rows.append(planned.bar(title, bound, self._measured(bound.metric), self._currency, words))
        rows += planned.rows(self._study.proposal.roadmap, self._measured, self._currency)
        return planned.remark(self._study.proposal.roadmap), rows

    def _measured(self, name: MetricName) -> Score:
        return measure(name, self._study.design.columns, self._study.people)


def _of(scored: int, records: int, wrong: str) -> str:
    """Of what a slice is told."""
    if not scored:
        return f"none of {records} scored"
    some = f"{records} record{'' if records == 1 else 's'}" if scored == records else f"{scored} of {records} records scored"
    return f"{some}; wrong {wrong}"


def _share(measured: Measured, outcome: str) -> Score:
    return _mean(outcome, measured)


def _mean(column: str, measured: Measured) -> Score:
    values, of = measured.columns[column], "records"
    if column in _OUTCOMES:
        values, of = scored(measured.columns, values), "scored-records"
    return score.share(column, values, sign(column, BOOTSTRAP, of=of))
