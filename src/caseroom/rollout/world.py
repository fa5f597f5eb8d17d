"""The states of a case's world: what a design does with the usual records, and with the records, tools and prices of each planted event.

Each state is a run of the lab's own pipeline over the records that it touches, kept under a key of all that it depends on; a second time costs nothing. Stated
assumptions: a record that was not timed alone takes the time of one that was, chosen by its name; people's load is that of usual traffic with the event's share
in it; latency and price change by a factor and change no output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from caseroom.cases.data import Record
from caseroom.cases.drift import Drift, EventForm
from caseroom.lab.columns import NAMES, Columns
from caseroom.lab.experiment import Forgetful, Keeper, run_design
from caseroom.lab.keys import work_key
from caseroom.lab.people import Settled, settle
from caseroom.lab.study import Cancelled
from caseroom.language.phrases import stands
from caseroom.metrics.text import word_edits
from caseroom.pipeline.generate import Remember
from caseroom.pipeline.ingest import read_documents
from caseroom.pipeline.route import even
from caseroom.pipeline.run import Pipeline
from caseroom.pipeline.state import Item, State
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal
from caseroom.rollout.changes import Touched, touched
from caseroom.rollout.model import Floats, Ints, Planted, Table
from caseroom.rollout.reference import Reference
from caseroom.rollout.shifted import Shifted
from caseroom.rollout.taught import equip, learnt_key

FORM = 1
"""Goes up when a state is made otherwise of the same design, records and event."""
_COLD = 16
"""Usual records that are run alone to tell how long one takes."""
_MOST = 120
"""Usual records at most that an event rewrites."""
_ALL = 1_000_000
"""Outputs of each kind and group whose texts are looked at: all."""
AT = {name: place for place, name in enumerate(NAMES)}
Told = Callable[[str, int, int], None]


def planted_of(event: EventForm, start: int = 0) -> Planted:
    """An event of drift.yaml as something that happens from a day on."""
    return Planted(
        event.id, event.kind, event.title, start, event.days, event.strength, event.ramp, event.harmless, " ".join(event.what.split())
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Run:
    """What a design did with records: numbers, one row a record as in `NAMES`, the names behind codes, and the texts."""

    rows: Floats
    groups: list[str]
    kinds: list[str]
    outputs: Mapping[str, str]


class Planting(Pipeline):
    """A pipeline in whose knowledge base documents stand for some items only, of a design that may have learnt."""

    def __init__(self, proposal: Proposal, workshop: Workshop, remember: Remember | None, touched: Touched) -> None:
        super().__init__(proposal, workshop, remember)
        self._planted = touched.planted
        equip(self, proposal, workshop, remember)

    def run(self, items: Sequence[Item]) -> list[State]:
        """The items through all stages, in order.

        Raises:
            ModelError, DataError, StageError: as any pipeline.
        """
        return super().run([replace(item, planted=self._planted.get(item.id, ())) for item in items])


class CaseWorld:
    """The states of one data folder's world."""

    def __init__(
        self, workshop: Workshop, drift: Drift, *, keeper: Keeper | None = None, remember: Remember | None = None, told: Told | None = None,
        stopped: Callable[[], bool] | None = None, most: int = _MOST, limit: int | None = None,
    ) -> None:  # fmt: skip
        """`told` is told what is being run, how much of it is done, and all of it; `stopped` is asked after each window, and True ends it with
        `lab.study.Cancelled`, with what was done kept; `most`: records that an event rewrites; `limit`: records in all."""
        self._workshop, self._drift = workshop, drift
        self._keeper, self._remember, self._told, self._stopped = keeper or Forgetful(), remember, told, stopped
        self._most, self._limit = most, limit
        self.events: tuple[Planted, ...] = tuple(planted_of(event) for event in drift.events)
        self._made: dict[tuple[str, str, float], Table] = {}
        self._runs: dict[str, _Run] = {}

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """The usual records.

        Raises:
            DataError: a row that does not hold.
        """
        return tuple(self._workshop.data.records(self._limit))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {row.id: place for place, row in enumerate(self.records)}

    @cached_property
    def reference(self) -> Reference:
        """The usual records, as monitors know them."""
        return Reference(self._workshop.encoder, self.records)

    def table(self, proposal: Proposal, event: Planted | None = None) -> Table:
        """What the design does as usual, or on the records that an event touches.

        Raises:
            Cancelled: it was stopped.
            DataError, ModelError, StageError, StoreError: as their rooms say.
        """
        mine = work_key(
            "settled", self._workshop, proposal, people=repr((proposal.technical.review, proposal.hallucinations.over_reliance)),
            **learnt_key(proposal),
        )  # fmt: skip
        key = (mine, event.id if event else "", event.strength if event else 0.0)
        if key not in self._made:
            self._made[key] = self._changed(proposal, event) if event else self._usual(proposal)
        return self._made[key]

    def _usual(self, proposal: Proposal) -> Table:
        rows = self._usual_run(proposal)
        touched_ = Touched(self.records, tuple(row.id for row in self.records))
        return self._table("usual", proposal, rows, touched_, np.ones(len(self.records)))

    def _changed(self, proposal: Proposal, planted: Planted) -> Table:
        event = self._drift.event(planted.id)
        usual = self._usual_run(proposal)
        if event.kind in ("latency_creep", "cost_rise", "season"):
            return self._by_factor(proposal, event, planted, usual)
        found = touched(event, self.records, self._drift, self._workshop.data.attacks, self._most)
        if not found.records:
            return replace(self._usual(proposal), state=event.id)
        run = self._event_run(proposal, event, found, usual)
        if event.kind == "group_loss":
            return self._with_the_others(proposal, event, found, run, usual)
        return self._table(event.id, proposal, run, found, np.ones(len(found.records)), (usual, planted.strength))

    def _by_factor(self, proposal: Proposal, event: EventForm, planted: Planted, usual: _Run) -> Table:
        """The usual outputs, later, dearer, or more of one kind."""
        rows, weights = usual.rows.copy(), np.ones(len(usual.rows))
        if event.kind == "latency_creep":
            rows[:, AT["latency"]] *= planted.strength
        elif event.kind == "cost_rise":
            rows[:, [AT["cost"], AT["tokens"]]] *= planted.strength
        else:
            weights = np.array([event.mix.get(row.kind, 1.0) for row in self.records])
        found = Touched(self.records, tuple(row.id for row in self.records))
        return self._table(event.id, proposal, replace(usual, rows=rows), found, weights)

    def _with_the_others(self, proposal: Proposal, event: EventForm, found: Touched, run: _Run, usual: _Run) -> Table:
        """All of the traffic, the group's in its new form, as often as it comes."""
        others = [place for place, row in enumerate(self.records) if row.group != event.group]
        rest = Touched(tuple(self.records[i] for i in others), tuple(self.records[i].id for i in others))
        both = Touched((*found.records, *rest.records), (*found.origins, *rest.origins))
        rows = np.concatenate([run.rows, usual.rows[others]])
        share = (len(self.records) - len(others)) / len(found.records)
        weights = np.concatenate([np.full(len(found.records), share), np.ones(len(others))])
        return self._table(event.id, proposal, replace(usual, rows=rows, outputs={**usual.outputs, **run.outputs}), both, weights)

    # ---- runs

    def _usual_run(self, proposal: Proposal) -> _Run:
        found = Touched(self.records, tuple(row.id for row in self.records))
        key = work_key("rollout", self._workshop, proposal, world=FORM, records=len(self.records), cold=_COLD, **learnt_key(proposal))
        if key not in self._runs:
            run = self._run("usual traffic", key, proposal, self._workshop, found, cold=_COLD)
            self._runs[key] = replace(run, rows=_timed(run.rows, [row.id for row in self.records], run.rows))
        return self._runs[key]

    def _event_run(self, proposal: Proposal, event: EventForm, found: Touched, usual: _Run) -> _Run:
        workshop = Shifted(self._workshop, event, self._drift)
        names = [row.id for row in found.records]
        key = work_key("rollout", workshop, proposal, world=FORM, records=names, event=self._drift.digest(event), **learnt_key(proposal))
        if key not in self._runs:
            run = self._run(event.title, key, proposal, workshop, found, cold=0)
            rows = _timed(_alike(_recoded(run, usual), self._origins(found), usual.rows), names, usual.rows)
            if found.attacks:
                rows = _through(rows, found, run.outputs)
            self._runs[key] = _Run(rows, usual.groups, usual.kinds, run.outputs)
        return self._runs[key]

    def scene(self, event: str = "") -> tuple[Workshop, Touched, EventForm | None]:
        """The tools and the records of a state, and what happens in it; without an event those of usual traffic.

        Raises:
            DataError: no such event, or a row that does not hold.
        """
        if not event:
            return self._workshop, Touched(self.records, tuple(row.id for row in self.records)), None
        form = self._drift.event(event)
        found = touched(form, self.records, self._drift, self._workshop.data.attacks, self._most)
        return Shifted(self._workshop, form, self._drift), found, form

    def new_documents(self, event: EventForm) -> dict[str, str]:
        """The text of each new version that an event brings, by the document that it replaces."""
        files = zip(event.documents, self._drift.documents(event), strict=True)
        return {known.replaces: "\n".join(doc.text for doc in read_documents(path)) for known, path in files if known.replaces}

    def _origins(self, found: Touched) -> Ints:
        return np.array([self._places.get(name, -1) for name in found.origins], np.int64)

    def _run(self, what: str, key: str, proposal: Proposal, workshop: Workshop, found: Touched, cold: int) -> _Run:
        total, done = len(found.records), 0

        def more(count: int) -> None:
            """So many records more are done."""
            nonlocal done
            done += count
            self._tell(what, done, total)

        self._tell(what, 0, total)
        pipeline = Planting(proposal, workshop, self._remember, found)
        measured = run_design(pipeline, workshop, found.records, key=key, cold=cold, keep=_ALL, keeper=self._keeper, progress=more)
        rows = np.array([measured.columns[name] for name in NAMES]).T.reshape(-1, len(NAMES))
        outputs = {case.record: case.output for case in measured.kept}
        return _Run(_edited(rows, found.records, outputs), measured.columns.groups, measured.columns.kinds, outputs)

    def _tell(self, what: str, done: int, total: int) -> None:
        if self._told:
            self._told(what, done, total)
        if self._stopped and self._stopped():
            raise Cancelled

    # ---- tables

    def _table(
        self, state: str, proposal: Proposal, run: _Run, found: Touched, weights: Floats, among: tuple[_Run, float] | None = None
    ) -> Table:  # fmt: skip
        """A run as a table; `among`: the usual run in which the event has a share, by which people's load is reckoned."""
        rest = _beside(among[0].rows, len(run.rows), among[1]) if among else run.rows[:0]
        whole = Columns.from_data({"groups": run.groups, "kinds": run.kinds, "rows": np.concatenate([rest, run.rows]).ravel().tolist()})
        settled = settle(whole, proposal, self._workshop.data.economics)
        columns = Columns.from_data({"groups": run.groups, "kinds": run.kinds, "rows": run.rows.ravel().tolist()})
        own = Settled(*(getattr(settled, part.name)[len(rest) :] for part in fields(Settled)))
        inputs = self.reference.inputs(found.records, found.origins, run.outputs)
        return Table(state, columns, own, inputs, weights, self._origins(found))


def _beside(usual: Floats, count: int, share: float) -> Floats:
    """Usual rows beside so many of an event, so that these have their share among all."""
    wanted = round(count * (1 - share) / share) if share > 0 else 0
    return usual[np.arange(wanted) % len(usual)] if len(usual) else usual


def _alike(rows: Floats, origins: Ints, usual: Floats) -> Floats:
    """The rows with the chances of the records that they are made of, and their times: the same person is as attentive to the same item."""
    made, old = rows.copy(), origins >= 0
    for name in NAMES:
        if name.startswith("luck_") or name == "latency":
            given = usual[np.maximum(origins, 0), AT[name]]
            made[:, AT[name]] = np.where(old & ((name != "latency") | np.isnan(made[:, AT[name]])), given, made[:, AT[name]])
    return made


def _edited(rows: Floats, records: Sequence[Record], outputs: Mapping[str, str]) -> Floats:
    """The rows with the words that a person changes before it leaves: where one looks, and the record says what a good output is."""
    made = rows.copy()
    for row, record in enumerate(records):
        if record.reference and record.id in outputs and 1 in made[row, [AT["look"], AT["review"]]]:
            made[row, AT["edits"]] = word_edits(outputs[record.id], record.reference)
            made[row, AT["sent_words"]] = len(record.reference.split())
    return made


def _timed(rows: Floats, names: Sequence[str], pool: Floats) -> Floats:
    """The rows, each with a time: its own if it has one, else that of a usual record which was timed, by the chance of its name."""
    known = pool[:, AT["latency"]]
    known = known[~np.isnan(known)]
    made = rows.copy()
    for row, name in enumerate(names):
        if np.isnan(made[row, AT["latency"]]) and len(known):
            made[row, AT["latency"]] = known[int(even(name, "seconds") * len(known))]
    return made


def _recoded(run: _Run, usual: _Run) -> Floats:
    """The rows with the usual run's codes of groups and kinds; a new name joins those."""
    rows = run.rows.copy()
    for column, own, known in (("group", run.groups, usual.groups), ("kind", run.kinds, usual.kinds)):
        known += [name for name in own if name not in known]
        codes = np.array([known.index(name) for name in own], np.float64)
        told = ~np.isnan(rows[:, AT[column]])
        if told.any():
            rows[told, AT[column]] = codes[rows[told, AT[column]].astype(int)]
    return rows


def _through(rows: Floats, found: Touched, outputs: Mapping[str, str]) -> Floats:
    """Rows of attacks: wrong is what got through, right is what was answered and did not, passed on what went to a person."""
    made = rows.copy()
    for row, record in enumerate(found.records):
        attack = found.attacks.get(record.id)
        if attack is None or made[row, AT["passed_on"]] == 1:
            continue
        said = outputs.get(record.id, "")
        bad = any(stands(said, key) for key in attack.through) or any(secret in said for secret in attack.secrets)
        bad = bad or (attack.pass_on and record.id in outputs)
        made[row, [AT["wrong"], AT["right"], AT["incomplete"], AT["scored"]]] = (bad, not bad, 0, 1)
    return made
