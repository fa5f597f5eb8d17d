"""Everything that can go wrong and be told to a person. A message says what happened and what to do next; no traceback is shown.

CaseroomError                exit 1
├── UsageError               exit 2   the words of the command are off
│   └── UnknownCase                   no such case on the shelf
├── CaseError                exit 3   a case folder that does not hold
├── StoreError               exit 4   the session store
│   ├── StoreTooNew                   written by a newer caseroom
│   ├── StoreUnusable                 torn, read-only, or the disk is full
│   ├── SessionNotFound
│   ├── SessionMoved                  another process went on with this session
│   └── LinkGone                      a share link that does not work (any more)
├── TranscriptError          exit 5   a transcript that cannot be read or graded
├── WeightsError             exit 6   the embedded model files are missing or damaged
├── DataError                exit 7   a data folder or a document that does not hold
├── ProposalError            exit 8   a proposal file that does not hold
├── ModelError               exit 9   a generative model that is not there or does not answer
│   ├── ModelUnavailable              down, or too slow
│   ├── ModelRefused                  a wrong key or no credit: asking again does not help
│   ├── RateLimited                   asked too often; says when to ask again
│   ├── BudgetSpent                   the session's or the day's budget is used up
│   ├── ModelGarbage                  an answer that cannot be used: empty, endless, without form
│   ├── NotAgreed                     nobody has agreed that text may be sent there
│   └── ModelSettingsError            models.yaml does not hold; the message names line and field
├── RunError                 exit 10  a run of the lab that cannot be made, found or gone on with
│   ├── RunNotFound                   no such run
│   ├── RolloutNotFound               no such rollout
│   ├── ReviewNotFound                no such output waits, or its run is deleted
│   └── StageError                    a stage of the pipeline failed; the message names it
├── RatingError              exit 11  a rating cycle that cannot be made or rated
│   └── CycleNotFound                 no such cycle
└── MonitorError             exit 12  a watch that cannot be, or days that monitoring cannot take
"""

from __future__ import annotations


class CaseroomError(Exception):
    """The root of the tree."""

    exit_code = 1


class UsageError(CaseroomError):
    """The words of a command do not fit."""

    exit_code = 2


class UnknownCase(UsageError):
    """No case of that name is on the shelf."""


class _Listed(CaseroomError):
    """An error of many problems, one a line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class CaseError(_Listed):
    """A case folder does not hold together; `problems` names file, line and what to write instead."""

    exit_code = 3


class StoreError(CaseroomError):
    """The session store cannot do what was asked."""

    exit_code = 4


class StoreTooNew(StoreError):
    """The store was written by a newer caseroom."""


class StoreUnusable(StoreError):
    """The store cannot be read or written."""


class SessionNotFound(StoreError):
    """No session has that id."""


class SessionMoved(StoreError):
    """Another process wrote to this session since it was read."""


class LinkGone(StoreError):
    """A share link does not work: never made, expired, revoked, or its session is gone. The words are the same for all of these."""

    def __init__(self, *, known: bool = False) -> None:
        super().__init__("This link does not work any more, or never did. Ask the one who sent it for a new one.")
        self.known = known
        """Whether there was such a link."""


class TranscriptError(CaseroomError):
    """A transcript cannot be read or has nothing to grade."""

    exit_code = 5


class WeightsError(CaseroomError):
    """An embedded model file is missing or damaged."""

    exit_code = 6


class DataError(_Listed):
    """A data folder, or a document of it, does not hold; `problems` names file, line and what to write instead."""

    exit_code = 7


class ProposalError(_Listed):
    """A proposal file does not hold; `problems` names line, field and the allowed values."""

    exit_code = 8


class ModelError(CaseroomError):
    """A generative model is not there, or does not answer."""

    exit_code = 9


class ModelUnavailable(ModelError):
    """A model is down, cannot be reached, or did not answer in time."""


class ModelRefused(ModelError):
    """The provider refuses: a wrong key, no credit, a model that it does not have. Asking again does not help."""


class RateLimited(ModelError):
    """A model is asked too often."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds to wait; None where the provider does not say."""


class BudgetSpent(ModelError):
    """A budget of the settings is used up; nothing was sent."""


class ModelGarbage(ModelError):
    """An answer that cannot be used: empty, endless, or not in the form that was asked for."""


class NotAgreed(ModelError):
    """Nobody has agreed that text is sent to this provider for this purpose; nothing was sent."""


class ModelSettingsError(_Listed, ModelError):
    """The settings of the models do not hold; `problems` names file, line and what to write instead, and never a key."""


class RunError(CaseroomError):
    """A run of the lab cannot be made or gone on with."""

    exit_code = 10


class RunNotFound(RunError):
    """No run has that id."""


class RolloutNotFound(RunError):
    """No rollout has that id."""


class ReviewNotFound(RunError):
    """No output waits for a reviewer under that id."""


class StageError(RunError):
    """A stage of the pipeline failed. The message names the stage."""

    def __init__(self, stage: str, why: str) -> None:
        super().__init__(f"{stage}: {why}")
        self.stage = stage


class RatingError(CaseroomError):
    """A rating cycle cannot be made, or an output cannot be rated."""

    exit_code = 11


class CycleNotFound(RatingError):
    """No rating cycle has that id."""


class MonitorError(CaseroomError):
    """A watch that cannot be, or readings that monitoring cannot take."""

    exit_code = 12
