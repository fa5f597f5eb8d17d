"""The retrieve stage: which passages an item's model is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from caseroom.pipeline.documents import EVERYONE, Document
from caseroom.pipeline.retrieve import Passage, Query, Retrieval, retrieve
from caseroom.pipeline.state import Filled, State, told
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal


class Search:
    """Fills `passages`."""

    name = "retrieve"

    def __init__(self, proposal: Proposal, workshop: Workshop) -> None:
        technical = proposal.technical
        self._how = Retrieval(
            technical.retrieve.method, technical.retrieve.top_k, technical.ingest.current_only, technical.retrieve.permissions
        )
        self._ingest, self._workshop = technical.ingest, workshop

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace."""
        if self._how.method == "none":
            return [(state, told("no search")) for state in states]
        index = self._workshop.index(self._ingest)
        found: list[list[Passage]] = [[] for _ in states]
        if len(index):
            queries = [Query(state.item.input, frozenset({EVERYONE, state.item.role})) for state in states]
            found = retrieve(index, queries, self._how)
        filled = []
        for state, passages in zip(states, found, strict=True):
            with_planted = self._with_planted(state, passages)
            names = ", ".join(dict.fromkeys(passage.chunk.document for passage in with_planted)) or "nothing"
            filled.append((replace(state, passages=tuple(with_planted)), told(f"found {names}", signature=index.signature)))
        return filled

    def _with_planted(self, state: State, passages: list[Passage]) -> list[Passage]:
        """The passages, with the documents planted for this item where their nearness puts them."""
        planted = [document for document in state.item.planted if self._may_see(document, state)]
        if not planted:
            return passages
        pieces = [piece for document in planted for piece in self._workshop.cut(document, self._ingest)]
        encoder = self._workshop.encoder
        texts = [piece.text for piece in pieces] + [passage.chunk.text for passage in passages]
        nearness = encoder.encode(texts) @ encoder.encode([state.item.input])[0]
        every = [*(Passage(piece, 0.0, 0, ()) for piece in pieces), *passages]
        order = sorted(range(len(every)), key=lambda i: -float(nearness[i]))[: self._how.top_k]
        return [replace(every[i], rank=rank, score=float(nearness[i])) for rank, i in enumerate(order, 1)]

    def _may_see(self, document: Document, state: State) -> bool:
        return not (self._how.current_only and not document.valid) and not (
            self._how.permissions and document.access not in (EVERYONE, state.item.role)
        )
