"""What stages work with: the models of the house, the tables, the memory and an index for each way of cutting the documents. Made once, shared by all designs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from caseroom.cases.data import CaseData, Example
from caseroom.errors import ModelError
from caseroom.language.encoder import Encoder
from caseroom.language.entailment import Entailment
from caseroom.language.reader import Reader
from caseroom.models.base import GenerativeModel, Shown
from caseroom.models.extractive import Extractive
from caseroom.models.local import Local
from caseroom.models.memory import Remembered
from caseroom.models.recall import Recall
from caseroom.pipeline.chunking import chunk
from caseroom.pipeline.documents import Chunk, Document
from caseroom.pipeline.exact import Exact, Tables, plain
from caseroom.pipeline.index import Index
from caseroom.pipeline.ingest import read_documents
from caseroom.pipeline.simple import Simple
from caseroom.proposal.model import Ingest, Model

Progress = Callable[[int, int], None]


@dataclass
class Workshop:
    """The tools for one data folder."""

    data: CaseData
    encoder: Encoder
    entailment: Entailment
    reader: Reader
    progress: Progress | None = None
    notes: list[str] = field(default_factory=list)
    """What ingestion left out, and other things for a person to look at."""
    remote: Callable[[str | None], GenerativeModel] | None = None
    """Finds a provider's model by the name in the settings; without it there is none."""
    _indexes: dict[tuple[int, int], Index] = field(default_factory=dict, repr=False)
    _models: dict[Any, GenerativeModel] = field(default_factory=dict, repr=False)

    @cached_property
    def exact(self) -> Exact:
        """Look-ups and sums."""
        return Exact(self.data.task, Tables(self.data.tables))

    @cached_property
    def simple(self) -> Simple:
        """The baseline."""
        return Simple(self.data.task, self.exact, self.index(Ingest()) if self.data.documents else None)

    @cached_property
    def remembered(self) -> Remembered:
        """All past items, good and bad: what a model was trained on."""
        return Remembered(self.encoder, [shown(example) for example in self.data.examples])

    @cached_property
    def shelf(self) -> Remembered:
        """The good past items: what a prompt may show."""
        return Remembered(self.encoder, [shown(example) for example in self.data.examples if example.good])

    def index(self, ingest: Ingest) -> Index:
        """The index of the documents, cut as asked. Superseded ones are in it; a search leaves them out if told to.

        Raises:
            DataError: documents that cannot be read.
        """
        key = (ingest.chunk_words, ingest.overlap)
        if key not in self._indexes:
            made = Index(self.encoder)
            if self.data.documents:
                documents = list(read_documents(self.data.documents, tell=lambda note: self._note(f"{note.source}: {note.message}")))
                pieces = [piece for document in documents for piece in self.cut(document, ingest)]
                made.add(pieces, self.progress)
            self._indexes[key] = made
        return self._indexes[key]

    @staticmethod
    def cut(document: Document, ingest: Ingest) -> list[Chunk]:
        """A document in pieces; an overlap that is no smaller than a piece counts as half of one."""
        return chunk(document, words=ingest.chunk_words, overlap=min(ingest.overlap, ingest.chunk_words // 2))

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def model(self, model: Model) -> GenerativeModel:
        """The model that a design names.

        Raises:
            ModelError: a local model whose file or runtime is not there, or a provider that is not set up.
        """
        if model not in self._models:
            if model.name == "recall":
                self._models[model] = Recall(self.remembered)
            elif model.name == "local":
                self._models[model] = Local(model.file)
            elif model.name == "api":
                self._models[model] = self._provider(model.provider)
            else:
                self._models[model] = Extractive(self.encoder, self.entailment, self.remembered)
        return self._models[model]

    def _provider(self, name: str | None) -> GenerativeModel:
        if self.remote is None:
            raise ModelError(
                "The design asks a provider, but none can be asked here. Write technical.model.name: extractive and no hallucinations.verifier."
            )
        return self.remote(name)


def shown(example: Example) -> Shown:
    """A past item as a model remembers it."""
    values = {**example.fields, **example.values}
    return Shown(example.input, example.output or "", tuple((name, plain(value)) for name, value in values.items()))
