"""The tools of a case in another state of the world: an index with new or missing pieces, tables that are half there, another model. Shares all that is as usual."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from caseroom.cases.drift import Drift, EventForm
from caseroom.models.base import GenerativeModel
from caseroom.models.memory import Remembered
from caseroom.pipeline.documents import Chunk
from caseroom.pipeline.exact import Exact, Tables
from caseroom.pipeline.index import Index
from caseroom.pipeline.ingest import read_documents
from caseroom.pipeline.route import even
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Ingest, Model
from caseroom.rollout.updated import Updated

_HALF = 0.5


class Shifted(Workshop):
    """A workshop after an event. What the event leaves alone is the usual workshop's own."""

    def __init__(self, usual: Workshop, event: EventForm, drift: Drift) -> None:
        super().__init__(usual.data, usual.encoder, usual.entailment, usual.reader, usual.progress)
        self._usual, self._event, self._drift = usual, event, drift

    @cached_property
    def exact(self) -> Exact:
        """Look-ups and sums, over what is left of the tables."""
        if self._event.kind != "half_index" or self._event.of != "tables":
            return self._usual.exact
        with tempfile.TemporaryDirectory() as folder:
            return Exact(self.data.task, Tables([_halved(path, Path(folder)) for path in self.data.tables]))

    @cached_property
    def remembered(self) -> Remembered:
        """All past items."""
        return self._usual.remembered

    @cached_property
    def shelf(self) -> Remembered:
        """The good past items."""
        return self._usual.shelf

    def index(self, ingest: Ingest) -> Index:
        """The index after the event.

        Raises:
            DataError: documents that cannot be read.
        """
        key = (ingest.chunk_words, ingest.overlap)
        if key not in self._indexes:
            usual = self._usual.index(ingest)
            chunks = self._chunks(usual.snapshot().chunks, ingest)
            self._indexes[key] = usual if chunks is None else _index(usual, chunks)
        return self._indexes[key]

    def _chunks(self, chunks: Iterable[Chunk], ingest: Ingest) -> list[Chunk] | None:
        """The pieces that are searched now; None where the event leaves them as they are. The old version of a changed document stays among them."""
        if self._event.kind == "half_index" and self._event.of == "documents":
            return [kept for chunk in chunks if (kept := _half(chunk)) is not None]
        if not self._event.documents:
            return None
        documents = [document for path in self._drift.documents(self._event) for document in read_documents(path)]
        return [*chunks, *(piece for document in documents for piece in self.cut(document, ingest))]

    def model(self, model: Model) -> GenerativeModel:
        """The model that a design names, as it answers now.

        Raises:
            ModelError: a local model whose file or runtime is not there.
        """
        usual = self._usual.model(model)
        if self._event.kind != "model_update":
            return usual
        if model not in self._models:
            self._models[model] = Updated(usual)
        return self._models[model]


def _index(usual: Index, chunks: list[Chunk]) -> Index:
    made = Index(usual.encoder)
    made.add(chunks)
    return made


def _half(chunk: Chunk) -> Chunk | None:
    """A piece after half a refresh: in one half nothing changed, in the other what holds is missing and what was superseded is served."""
    if even("half an index", chunk.id) >= _HALF:
        return chunk
    return None if chunk.valid else replace(chunk, valid=True)


def _halved(path: Path, folder: Path) -> Path:
    """A table without the rows of half of the names in its first column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    kept = [row for row in rows if even("half a table", path.stem, row[0] if row else "") >= _HALF]
    made = folder / path.name
    with made.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *kept])
    return made
