"""The proposal: the six sections of an answer as frozen data. What was not said is off. No behaviour.

A field of words is the candidate's own, kept and shown and not executed; every other field is executed by the lab or the rollout.
The docstring under a field is its comment in the file and its description in the JSON schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from caseroom.proposal.bounds import FORM
from caseroom.proposal.bounds import Bound as Bound
from caseroom.proposal.bounds import MetricName as MetricName
from caseroom.proposal.fields import follow
from caseroom.proposal.roadmap import Monitor as Monitor
from caseroom.proposal.roadmap import Monitors as Monitors
from caseroom.proposal.roadmap import OnCall as OnCall
from caseroom.proposal.roadmap import Part as Part
from caseroom.proposal.roadmap import Phase as Phase
from caseroom.proposal.roadmap import Roadmap as Roadmap

Check = Literal["numbers", "grounding", "citations", "topic", "injection", "schema", "privacy", "verifier"]
ModelName = Literal["extractive", "recall", "baseline", "local", "api"]
Method = Literal["none", "keyword", "dense", "hybrid"]
ReviewerName = Literal["careful", "tired", "rubber_stamp"]


@dataclass(frozen=True, slots=True)
class Goal:
    """The yardstick of the whole run."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    metric: MetricName
    """One of docs/metrics.md."""
    today: float | None = None
    """The value of today, if it was asked for."""
    target: float | None = None
    """The value to reach, if there is one."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the problem is, for whom, and how success is measured."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    goal: Goal | None = None
    """What success is measured by: metric, today, target."""
    limits: tuple[Bound, ...] = ()
    """What must not be broken on the way."""
    user: str | None = None
    """Who works with it."""
    process: str | None = None
    """What they do by hand today."""
    bottleneck: str | None = None
    """Where the time or the errors sit."""
    volume: str | None = None
    """How many items come in."""
    mix: str | None = None
    """Easy and hard ones, peaks, the tail."""
    baseline: str | None = None
    """Today's time, cost, quality."""
    tried: str | None = None
    """What was tried before, and why it failed."""
    error_cost: str | None = None
    """What a wrong output costs."""
    constraints: str | None = None
    """Law, privacy, languages, money, dates."""
    systems: str | None = None
    """Where it has to fit in."""
    owner: str | None = None
    """Who answers for it, who can say no."""
    scope: str | None = None
    """What is in and out at first."""
    problem: str | None = None
    """The problem in one or two sentences."""


@dataclass(frozen=True, slots=True)
class Assess:
    """Whether AI belongs there, and for which parts."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    decision: Literal["genai", "split", "rules", "classical", "process"] | None = None
    """The core: generation, a split, rules or SQL, classical machine learning, a changed process."""
    mode: Literal["assist", "draft", "automate"] = "automate"
    """assist or draft: a person looks at every output before it leaves; automate: nobody does."""
    baseline: str | None = None
    """The simple way that it has to beat. The case's own runs beside it in any case."""
    stop: Bound | None = None
    """The result that would end it."""
    stop_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """Days from the launch before which that result ends nothing, 1 to 365; without it each week counts."""
    reason: str | None = None
    """Why, from the task."""
    data: str | None = None
    """What data there is."""
    labels: str | None = None
    """Past decided examples."""
    model_role: str | None = None
    """What a model is still good for."""
    build_or_buy: str | None = None
    """Build, buy, or use what is there."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """From documents to chunks."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    chunk_words: Annotated[int, Field(ge=20, le=2000)] = 120
    """Words of a chunk, 20 to 2000."""
    overlap: Annotated[int, Field(ge=0, le=500)] = 20
    """Words that two chunks share."""
    current_only: bool = False
    """Superseded and withdrawn documents are taken out."""


@dataclass(frozen=True, slots=True)
class Retrieve:
    """Which passages a model is shown."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    method: Method = "none"
    """Which search finds them; hybrid fuses keyword and dense by rank."""
    top_k: Annotated[int, Field(ge=1, le=50)] = 5
    """How many, 1 to 50."""
    permissions: bool = False
    """Only what the asker may read, checked before the search."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    budget: Annotated[int, Field(ge=20, le=20_000)] = 600
    """Words of sources at most."""
    examples: Annotated[int, Field(ge=0, le=8)] = 0
    """Good past examples shown, the nearest ones, 0 to 8."""
    words: str | None = None
    """How it is built."""


@dataclass(frozen=True, slots=True)
class Model:
    """What writes."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    name: ModelName = "extractive"
    """extractive: the supporting sentences | recall: the nearest remembered example | baseline: the case's rules | local: a GGUF file | api: a provider."""
    file: str | None = None
    """The GGUF file of a local model."""
    provider: str | None = None
    """The model of an api, by its name in `caseroom models list`; without it the first of the purpose lab."""
    words: str | None = None
    """Which model, and why."""


@dataclass(frozen=True, slots=True)
class Respond:
    """How an output reaches people."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    citations: bool = False
    """Each sentence names its source."""
    words: str | None = None
    """Format and place."""


@dataclass(frozen=True, slots=True)
class Review:
    """Which outputs a person sees before they leave."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    flagged: bool = False
    """Outputs that a check objects to, or that must be handed over, wait for a reviewer."""
    sample: Annotated[float, Field(ge=0, le=1)] = 0.0
    """This share of the others is looked at, too, 0 to 1."""
    a_day: Annotated[float, Field(ge=0)] | None = None
    """How many a day reviewers can see; without it as the case says."""
    reviewer: ReviewerName = "careful"
    """Who stands in for the reviewer: careful, tired (attention falls over the day and after many right ones), or rubber_stamp (waves through)."""
    words: str | None = None
    """Who sees what, by which trigger."""


@dataclass(frozen=True, slots=True)
class Technical:
    """The pipeline."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    exact: Literal["code", "model"] = "model"
    """Who works out the exact parts: look-ups and rules in code, or the model."""
    ingest: Ingest = field(default_factory=Ingest)
    retrieve: Retrieve = field(default_factory=Retrieve)
    prompt: Prompt = field(default_factory=Prompt)
    model: Model = field(default_factory=Model)
    respond: Respond = field(default_factory=Respond)
    review: Review = field(default_factory=Review)
    failure: Literal["person", "baseline"] | None = None
    """Who takes over when a stage fails or a check objects: a person, or the simple way. Without it the output leaves as it is."""
    flow: str | None = None
    """One request from end to end."""


@dataclass(frozen=True, slots=True)
class Hallucinations:
    """The switches against what can go wrong."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    grounding: bool = False
    """The model answers from the given sources only, never from memory."""
    abstain: bool = False
    """It says that it does not know when the sources do not support an answer."""
    checks: tuple[Check, ...] = ()
    """Outputs are checked: numbers | grounding | citations | topic | injection | schema | privacy | verifier."""
    mask: bool = False
    """Private data is masked before the model, and put back in the output."""
    handover: bool = False
    """Items on the trigger list go to a person, whatever the machine could say."""
    bias_test: bool = False
    """Groups are compared with paired inputs; the selection-rate ratio is a limit."""
    over_reliance: bool = False
    """A measure against waving through: planted errors, a second look."""
    verifier: str | None = None
    """The model that the check verifier asks, by its name in `caseroom models list`; without it a small model of this machine."""
    worst: str | None = None
    """The worst wrong output, and who is hurt."""
    words: str | None = None
    """Other risks and measures."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How one would know that it works."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    metrics: tuple[MetricName, ...] = ()
    """The metrics that were chosen."""
    launch_bar: Bound | None = None
    """What must be reached before it goes live."""
    slices: bool = False
    """Results by kind and by group."""
    human: str | None = None
    """People's ratings: dimensions, sample, agreement."""
    business_metric: str | None = None
    """The measure of the business, tied to the goal."""
    test_set: str | None = None
    """Source, size, hard cases, labels."""
    parts: str | None = None
    """Retrieval and answers measured apart."""
    safety: str | None = None
    """Unsupported claims, missed hand-overs, leaks."""
    online: str | None = None
    """Shadow, A/B, staged."""
    counter_metric: str | None = None
    """What would show that the metric is being gamed."""
    report: str | None = None
    """How the owner reads it."""


@dataclass(frozen=True, slots=True)
class Said:
    """The words that set a field."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    quote: str | None = None
    """The candidate's own words; none where they are the field's value themselves."""
    turn: int | None = None
    """The turn of the interview."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    format: Literal[1] = 1
    case: str | None = None
    """The case that it answers; none for one's own data."""
    title: str = ""
    """A name for the report."""
    ground: Ground = field(default_factory=Ground)
    assess: Assess = field(default_factory=Assess)
    technical: Technical = field(default_factory=Technical)
    hallucinations: Hallucinations = field(default_factory=Hallucinations)
    evaluation: Evaluation = field(default_factory=Evaluation)
    roadmap: Roadmap = field(default_factory=Roadmap)
    said: dict[str, Said] = field(default_factory=dict)
    """Which words set a field, by the field's path."""


def quoted(proposal: Proposal, path: str) -> str:
    """The words behind a field: those that set it, or its own."""
    said = proposal.said.get(path)
    return said.quote if said and said.quote else str(get(proposal, path) or "")


def get(proposal: Proposal, path: str) -> Any:
    """The value at a path like `technical.retrieve.method`; `hallucinations.checks.numbers` is whether the check is among them. What lies in an empty part is None.

    Raises:
        AttributeError: no such field.
    """
    follow(Proposal, path)
    value: Any = proposal
    for name in path.split("."):
        if value is None:
            return None
        value = name in value if isinstance(value, tuple) else getattr(value, name)
    return value
