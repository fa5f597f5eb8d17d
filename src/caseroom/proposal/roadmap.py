"""The roadmap of a proposal: phases with gates, monitors, who is on call, what is made of feedback. Frozen data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from caseroom.proposal.bounds import FORM, Bound

Part = Literal["prompt", "retrieval", "threshold"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the launch. The next one opens when its time is over and its gate holds."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    share: Annotated[float, Field(gt=0, le=1)]
    """Share of the traffic that the design handles, over 0 to 1; the rest is done as today."""
    days: Annotated[int, Field(ge=1, le=365)] = 14
    """How long it lasts at least, 1 to 365."""
    gate: tuple[Bound, ...] = ()
    """What must be reached in this phase before the next one opens."""
    refine: Part | None = None
    """What is refined on its end: the prompt (examples shown), the retrieval, or the threshold from which a person takes over; kept only if it measures better."""
    purpose: str | None = None
    """What it is for."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """A number that is watched after launch."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    limit: float | None = None
    """A fixed value that it must not break, beside the comparison with the weeks before; of quality and groups the least share of right outputs."""
    wrong: float | None = field(default=None, kw_only=True)
    """Of quality: the share of wrong outputs that it must not exceed. An incomplete output is neither right nor wrong."""
    omissions: float | None = field(default=None, kw_only=True)
    """Of quality: the share of what should be said and is left out that it must not exceed."""
    sample: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Of quality and groups: outputs a day that people grade, 1 to 1000; without it 30."""
    patience: Annotated[int, Field(ge=1, le=14)] = 1
    """Days in a row that it must stand out before anybody is told, 1 to 14."""
    owner: str | None = None
    """Who is told."""
    action: str | None = None
    """What they do first."""


@dataclass(frozen=True, slots=True)
class Monitors:
    """What is watched. What was not named is not watched."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    quality: Monitor | None = None
    """Share of right outputs in a sample that people grade."""
    proxies: Monitor | None = None
    """What users do: edits, thumbs down, reopened items."""
    checks: Monitor | None = None
    """Share of outputs that a check objects to."""
    abstention: Monitor | None = None
    """Share of items that go to a person."""
    latency: Monitor | None = None
    """Seconds to an output, 95th percentile."""
    errors: Monitor | None = None
    """Share of items that fail."""
    cost: Monitor | None = None
    """Money per item, of the machine."""
    inputs: Monitor | None = None
    """Drift of what comes in: kinds, words, meaning."""
    outputs: Monitor | None = None
    """Drift of what goes out: length, values."""
    groups: Monitor | None = None
    """Quality in each group."""
    attacks: Monitor | None = None
    """Instructions to the model in what comes in."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """Somebody is told and acts. Without it a person looks at the dashboards once a week."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    days: Annotated[int, Field(ge=0, le=30)] = 1
    """Days from an alert until what caused it is mended, 0 to 30."""
    owner: str | None = None
    """Who."""


@dataclass(frozen=True, slots=True)
class Roadmap:
    """From the proof to the whole, and after."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    proof: Phase | None = None
    """The proof of concept. Without any phase everything goes live on the first day."""
    test: Phase | None = None
    """The wider test."""
    full: Phase | None = None
    """Full deployment."""
    monitors: Monitors = field(default_factory=Monitors)
    """What is watched after launch."""
    on_call: OnCall | None = None
    """Who is told by an alert, and how soon it is mended."""
    rollback: bool = False
    """A broken limit switches it back."""
    feedback: bool = False
    """Edits, thumbs and reopened items flow back as labels."""
    improve: Literal["examples", "threshold", "retrieval", "classifier"] | None = None
    """What is made of the labels: better examples in the prompt, a re-fitted threshold, weights of the search, a small classifier; taken only if better."""
    improve_after: Annotated[int, Field(ge=20, le=100_000)] = 200
    """Labels that are gathered before it is tried, 20 to 100,000."""
    phases: str | None = None
    """Proof, wider test, whole."""
    first_phase: str | None = None
    """How narrow the first one is."""
    gates: str | None = None
    """The measure and value between phases."""
    monitor_quality: str | None = None
    """Quality after launch."""
    monitor_service: str | None = None
    """Latency, errors, cost."""
    alerts: str | None = None
    """The threshold, and who acts."""
    fine_tune: str | None = None
    """With which labels, for which gap."""
    content_owner: str | None = None
    """Who keeps the sources fresh."""
    business_case: str | None = None
    """Time and money."""
