"""A study: the design, the simple way beside it, the attacks, each part changed alone, and whether the metrics matter. Everything a report is made of."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

from caseroom.errors import RunError
from caseroom.lab.decisions import Queue, Reviews, hands
from caseroom.lab.experiment import Forgetful, Keeper, Measured, run_design
from caseroom.lab.keys import work_key
from caseroom.lab.matters import Matter, matter_of, matters
from caseroom.lab.people import Settled, settle
from caseroom.lab.redteam import MITIGATIONS, Attacked, Family, attack, families
from caseroom.lab.switches import Effect, Variant, effect, variants, words
from caseroom.lab.verdict import goal_of
from caseroom.pipeline.generate import Remember
from caseroom.pipeline.run import Pipeline
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Hallucinations, Model, Proposal, Technical

_PAIRED = 400
"""Records on which parts are changed one at a time; the design itself runs on all."""


_COLD, _COLD_CHANGED = 12, 4
"""Records of the design, and of each changed one, that are run alone to tell how long one takes."""


class Cancelled(Exception):
    """Somebody stopped the run; what was done is kept."""


class Unanswered(RunError):
    """A provider left some of the run unanswered; what was answered is kept."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{_requests(count)} got no answer: the provider was down or too slow. Nothing else is lost: `caseroom runs go-on` asks only for what is "
            "missing; with `--force` that counts as failed."
        )


def _requests(count: int) -> str:
    return f"{count} request{'s' if count > 1 else ''}"


class Waiting(Exception):
    """Outputs wait for a person; the run goes on when they are decided."""


@dataclass(frozen=True, slots=True)
class Study:
    """What was found."""

    proposal: Proposal
    design: Measured
    people: Settled
    simple: Measured
    simple_people: Settled
    effects: tuple[Effect, ...]
    families: tuple[Family, ...]
    attacked: tuple[Attacked, ...]
    matters: tuple[Matter, ...]
    reviews: Reviews | None = None
    """What people decided; None where reviewers are simulated."""


@dataclass
class Lab:
    """Runs studies over one data folder."""

    workshop: Workshop
    remember: Remember | None = None
    keeper: Keeper = field(default_factory=Forgetful)
    told: Callable[[str, int, int], None] | None = None
    """Is told what is being done, how much of it is done, and all of it."""
    stopped: Callable[[], bool] | None = None
    """Asked after each window; True stops the run."""
    limit: int | None = None
    """Records at most."""
    keep: int = 0
    """Outputs of each kind and group that are kept to be rated, of the design and of the simple way."""
    queue: Queue | None = None
    """Where the design's flagged outputs wait for people; without it reviewers are simulated."""
    force: bool = False
    """Whether what a provider left unanswered counts as failed, and does not end the run without a report."""
    unanswered: int = field(default=0, init=False)
    """Requests that a provider left unanswered."""

    def study(self, proposal: Proposal, *, quick: bool = False) -> Study:
        """Run a proposal; `quick` leaves out what is run again with one part changed.

        Raises:
            Cancelled: it was stopped.
            Waiting: outputs wait for a person.
            Unanswered: a provider left requests unanswered.
            DataError, ModelError, StageError, StoreError: as their rooms say.
        """
        design = self._measured("design", proposal, texts=True, keep=self.keep)
        reviews = self._reviews()
        simple = self._measured("simple", simple_way(proposal), texts=True, keep=self.keep)
        people, simple_people = self._settled(design, proposal, reviews), self._settled(simple, proposal, None)
        found, attacked = self._attacked(proposal, quick)
        told = self._matters()
        changed = [] if quick else [self._effect(variant, proposal, design, people) for variant in self._variants(proposal)]
        if self.unanswered and not self.force:
            raise Unanswered(self.unanswered)
        return Study(
            proposal,
            design,
            people,
            simple,
            simple_people,
            tuple(changed),
            tuple(found),
            tuple(a for a in attacked if a.through),
            tuple(told),
            reviews,
        )

    def _reviews(self) -> Reviews | None:
        if self.queue is None:
            return None
        if (decided := self.queue.decided()) is None:
            raise Waiting
        return decided

    def _settled(self, measured: Measured, proposal: Proposal, reviews: Reviews | None) -> Settled:
        data = self.workshop.data
        found = hands(reviews, measured.columns, data.records(self._count), data.task) if reviews else None
        return settle(measured.columns, proposal, data.economics, found)

    @cached_property
    def _count(self) -> int:
        """Records in the data, the first `limit` of them."""
        return sum(1 for _ in self.workshop.data.records(self.limit))

    def _measured(self, part: str, proposal: Proposal, *, texts: bool, most: int | None = None, keep: int = 0) -> Measured:
        count = min(self._count, most or self._count)
        done = 0

        def more(added: int) -> None:
            """So many records more are done."""
            nonlocal done
            done += added
            self._tell(part, done, count)

        self._tell(part, 0, count)
        cold = _COLD if most is None else _COLD_CHANGED
        queue = self.queue if part == "design" else None
        also = {**({"keep": keep} if keep else {}), **({"flagged": True} if queue is not None else {})}
        key = work_key("design", self.workshop, proposal, texts=texts, records=count, cold=cold, **also)
        pipeline = Pipeline(proposal, self.workshop, self.remember)
        measured = run_design(
            pipeline, self.workshop, self.workshop.data.records(count), key=key, texts=texts, cold=cold, keep=keep, keeper=self.keeper,
            progress=more, queue=queue,
        )  # fmt: skip
        self.unanswered += measured.unanswered
        return measured

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.told:
            self.told(what, done, total)
        if self.stopped and self.stopped():
            raise Cancelled

    def _variants(self, proposal: Proposal) -> list[Variant]:
        return list(variants(proposal, self.workshop.data))

    def _effect(self, variant: Variant, proposal: Proposal, design: Measured, people: Settled) -> Effect:
        """The effect of one changed part. What changes only people is settled again from the outputs that are there."""
        goal = goal_of(proposal, self.workshop.data.task)[0]
        economics = self.workshop.data.economics
        texts = goal in ("edit_rate", "bleu", "rouge1", "rouge2", "rougeL", "bertscore")
        other = self._measured(variant.part, variant.proposal, texts=texts, most=_PAIRED)
        mine = design.columns.first(len(other.columns))  # reviewers see as many of the same items
        return effect(
            variant, goal, (mine, settle(mine, proposal, economics)), (other.columns, settle(other.columns, variant.proposal, economics))
        )

    def _attacked(self, proposal: Proposal, quick: bool) -> tuple[list[Family], list[Attacked]]:
        if not self.workshop.data.attacks:
            return [], []
        named = set(itertools.chain.from_iterable(MITIGATIONS.values()))
        changed = [] if quick else [variant for variant in self._variants(proposal) if variant.switch.path in named]
        every: list[tuple[str, str, Sequence[Attacked]]] = []
        self._tell("attacks", 0, len(changed) + 1)
        done = self._attack(proposal)
        for number, variant in enumerate(changed, 1):
            self._tell("attacks", number, len(changed) + 1)
            every.append((variant.switch.path, words(variant.after), self._attack(variant.proposal)))
        self._tell("attacks", len(changed) + 1, len(changed) + 1)
        return families(done, every), done

    def _attack(self, proposal: Proposal) -> list[Attacked]:
        key = work_key("attacks", self.workshop, proposal)
        for body in self.keeper.done(key):
            return [Attacked(**row) for row in body["attacked"]]
        done = attack(Pipeline(proposal, self.workshop, self.remember), self.workshop.data.attacks, self.workshop.data.task)
        if lacking := sum(row.unanswered for row in done):
            self.unanswered += lacking
        else:
            self.keeper.keep(key, 0, {"attacked": [asdict(row) for row in done]})
        return done

    def _matters(self) -> list[Matter]:
        self._tell("ratings", 0, 1)
        key = work_key("matters", self.workshop)
        kept = next(iter(self.keeper.done(key)), None)
        found = [matter_of(row) for row in kept["matters"]] if kept else matters(self.workshop.data, self.workshop.encoder)
        if kept is None:
            self.keeper.keep(key, 0, {"matters": [asdict(row) for row in found]})
        self._tell("ratings", 1, 1)
        return found


def simple_way(proposal: Proposal) -> Proposal:
    """The simple way as a design of its own, under the same eyes: whoever looks at the design's outputs looks at its."""
    plain = Technical(exact="code", model=Model("baseline"), review=proposal.technical.review, failure="person")
    return replace(
        proposal, technical=plain, hallucinations=Hallucinations(handover=True, over_reliance=proposal.hallucinations.over_reliance)
    )
