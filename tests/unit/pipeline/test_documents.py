from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from caseroom.pipeline.chunking import chunk
from caseroom.pipeline.documents import EVERYONE, Document


def test_a_document_and_its_chunks_do_not_change() -> None:
    document = Document("a", "A", "Some words.", date(2026, 3, 1), True, EVERYONE)
    with pytest.raises(FrozenInstanceError):
        document.access = "managers"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        chunk(document)[0].valid = False  # type: ignore[misc]


def test_a_chunk_carries_what_guards_its_document() -> None:
    document = Document("fees", "Fees", "# One\n\nWords.\n\n# Two\n\nMore.", date(2025, 1, 2), False, "agents", "deposits", "fees.md")
    for number, piece in enumerate(chunk(document), 1):
        assert piece.id == f"fees#{number}"
        assert (piece.document, piece.title, piece.updated, piece.valid, piece.access, piece.topic) == (
            "fees", "Fees", date(2025, 1, 2), False, "agents", "deposits",
        )  # fmt: skip
