"""A chain of models: the first that answers speaks. At its end stands nobody: the caller's own plain way, which needs no model.

Whatever went wrong with a link is noted. A stream that has begun is not begun again by another model.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from caseroom.errors import BudgetSpent, ModelError, ModelUnavailable, NotAgreed
from caseroom.models.breaker import Breaker
from caseroom.models.chat import Answer, Ask, ChatModel
from caseroom.models.relay import relayed

EMBEDDED = "embedded engine"
"""The name of who speaks where no model does."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A link that did not answer."""

    name: str
    kind: str
    """The name of the error's class."""
    why: str


@dataclass(frozen=True, slots=True)
class Link:
    """A model and its breaker."""

    model: ChatModel
    breaker: Breaker


class LeftAlone(ModelUnavailable):
    """A model that failed again and again is not asked for a while."""


class NobodyAnswered(ModelUnavailable):
    """No link of a chain answered; `failed` says why."""

    def __init__(self, failed: Sequence[Failed]) -> None:
        super().__init__("No model answered. " + " ".join(one.why for one in failed))
        self.failed = tuple(failed)


class Chain:
    """Links in order."""

    def __init__(self, links: Sequence[Link], noted: Callable[[Failed], None] | None = None) -> None:
        """`noted` hears of each link that fails, also where a later one answers."""
        self._links, self._noted = tuple(links), noted
        self.name = " > ".join(link.model.name for link in links)

    @property
    def signature(self) -> str:
        """The links'."""
        return "chain:1|" + ">".join(link.model.signature for link in self._links)

    @property
    def sends_to(self) -> str:
        """All hosts that text may go to."""
        return ", ".join(dict.fromkeys(link.model.sends_to for link in self._links if link.model.sends_to))

    def ask(self, ask: Ask) -> Answer:
        """The answer of the first link that has one.

        Raises:
            ModelError: none has; of a single link its own error, NotAgreed or BudgetSpent where that holds for all, else NobodyAnswered.
        """
        failed: list[tuple[Failed, ModelError]] = []
        for link in self._links:
            if not self._open(link, failed):
                continue
            try:
                answer = link.model.ask(ask)
            except ModelError as error:
                self._note(link, error, failed)
                continue
            except BaseException:
                link.breaker.let_go()
                raise
            link.breaker.good()
            return answer
        raise _worst(failed)

    def try_ask(self, ask: Ask) -> tuple[Answer | None, tuple[Failed, ...]]:
        """The answer, or None at the end of the chain, where the embedded engine speaks; and which links failed."""
        failed: list[Failed] = []
        try:
            return Chain(self._links, failed.append).ask(ask), tuple(failed)
        except ModelError:
            return None, tuple(failed)

    def stream(self, ask: Ask) -> Generator[str, None, Answer | None]:
        """Pieces of text of the first link that begins to speak.

        Raises:
            ModelError: as `ask`; or the one that spoke broke off.
        """
        failed: list[tuple[Failed, ModelError]] = []
        for link in self._links:
            if not self._open(link, failed):
                continue
            said: list[str] = []
            try:
                whole = yield from relayed(link.model.stream(ask), said.append)
            except ModelError as error:
                self._note(link, error, failed)
                if said:
                    raise
                continue
            except BaseException:  # whoever listened has gone
                link.breaker.let_go()
                raise
            link.breaker.good()
            return whole
        raise _worst(failed)

    def _open(self, link: Link, failed: list[tuple[Failed, ModelError]]) -> bool:
        if seconds := link.breaker.closed_for():
            error = LeftAlone(f"{link.model.name} failed and is left alone for {seconds:.0f} more seconds.")
            failed.append((Failed(link.model.name, "LeftAlone", str(error)), error))
            if self._noted:
                self._noted(failed[-1][0])
            return False
        return True

    def _note(self, link: Link, error: ModelError, failed: list[tuple[Failed, ModelError]]) -> None:
        link.breaker.bad(error)
        failed.append((Failed(link.model.name, type(error).__name__, str(error)), error))
        if self._noted:
            self._noted(failed[-1][0])


def _worst(failed: Sequence[tuple[Failed, ModelError]]) -> ModelError:
    errors = [error for _, error in failed]
    if len(errors) == 1:
        return errors[0]
    for kind in (NotAgreed, BudgetSpent):
        if errors and all(isinstance(error, kind) for error in errors):
            return errors[0]
    return NobodyAnswered([one for one, _ in failed])
