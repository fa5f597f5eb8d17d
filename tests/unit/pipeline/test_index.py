from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.errors import DataError
from caseroom.language.encoder import Encoder
from caseroom.pipeline.chunking import chunk
from caseroom.pipeline.documents import EVERYONE, Chunk, Document
from caseroom.pipeline.index import Index
from caseroom.pipeline.keyword import Keyword
from caseroom.pipeline.retrieve import Query, Retrieval, retrieve

TEXTS = {
    "cards": "A lost card is blocked by phone at once.",
    "deposits": "The rate of a deposit is fixed for a year.",
    "loans": "# Loans\n\nA loan may be repaid early.\n\n# Fees\n\nThe fee of a loan is one percent.",
}


def chunks(name: str, text: str | None = None) -> list[Chunk]:
    return chunk(Document(name, name.capitalize(), text or TEXTS[name], date(2026, 3, 1), True, EVERYONE))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


def index_of(encoder: Encoder | None, *names: str) -> Index:
    index = Index(encoder)
    for name in names:
        index.add(chunks(name))
    return index


def test_bm25_is_the_formula() -> None:
    """Lucene's variant, as Kamphuis et al. (2020) write it down."""
    texts = [["fee", "fee", "card"], ["card"], ["loan", "rate", "year", "fee"]]
    average = 8 / 3
    idf = np.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    wanted = [idf * n / (n + 1.5 * (1 - 0.75 + 0.75 * length / average)) for n, length in ((2, 3), (0, 1), (1, 4))]
    np.testing.assert_allclose(Keyword(texts).scores(["fee", "unknown"]), wanted, rtol=1e-6)
    np.testing.assert_array_equal(Keyword([]).scores(["fee"]), [])


def test_a_document_added_again_replaces_its_chunks(encoder: Encoder) -> None:
    index = index_of(encoder, "cards", "loans")
    assert len(index) == 3
    index.add(chunks("loans", "A loan is never repaid early."))
    assert len(index) == 2
    (found,) = retrieve(index, [Query("fee of a loan")], Retrieval("hybrid"))
    assert [p.chunk.text for p in found if p.chunk.document == "loans"] == ["A loan is never repaid early."]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(sorted(TEXTS))), max_size=12))
@settings(max_examples=40, deadline=None)
def test_only_what_was_added_last_is_there_whatever_the_order(steps: list[tuple[bool, str]]) -> None:
    index, held = Index(None), set[str]()
    for add, name in steps:
        if add:
            index.add(chunks(name))
            held.add(name)
        else:
            index.delete(name)
            held.discard(name)
        found = retrieve(index, [Query("card deposit loan rate fee")], Retrieval("keyword", top_k=10))[0]
        assert {passage.chunk.document for passage in found} == held
    assert index.signature == index_of(None, *sorted(held, reverse=True)).signature
    assert len(index) == sum(len(chunks(name)) for name in held)


def test_a_deleted_document_is_gone_from_the_disk_too(encoder: Encoder, tmp_path: Path) -> None:
    index = index_of(encoder, "cards", "loans")
    index.save(tmp_path)
    index.delete("loans")
    index.save(tmp_path)
    assert "repaid" not in (tmp_path / "chunks.jsonl").read_text()
    with np.load(tmp_path / "vectors.npz") as stored:
        assert len(stored["keys"]) == 1
    index.delete("cards")
    index.save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["chunks.jsonl"]
    assert len(Index.load(tmp_path, encoder)) == 0


def test_a_loaded_index_finds_the_same_and_computes_nothing(encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of(encoder, "cards", "deposits", "loans")
    index.save(tmp_path)
    fresh = Encoder()
    monkeypatch.setattr(fresh.model, "run", None)
    loaded = Index.load(tmp_path, fresh)
    assert loaded.signature == index.signature
    assert np.array_equal(loaded.snapshot().vectors, index.snapshot().vectors)  # type: ignore[arg-type]
    query, how = [Query("how do I repay early")], Retrieval("hybrid")
    assert retrieve(Index.load(tmp_path, encoder), query, how) == retrieve(index, query, how)


def test_missing_vectors_are_computed_again(encoder: Encoder, tmp_path: Path) -> None:
    index = index_of(encoder, "cards")
    index.save(tmp_path)
    (tmp_path / "vectors.npz").write_bytes(b"torn")
    assert np.array_equal(Index.load(tmp_path, Encoder()).snapshot().vectors, index.snapshot().vectors)  # type: ignore[arg-type]


def test_a_torn_foreign_or_missing_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no saved index"):
        Index.load(tmp_path, None)
    index_of(None, "cards", "loans").save(tmp_path)
    path = tmp_path / "chunks.jsonl"
    whole = path.read_text()
    path.write_text(whole[:-20])
    with pytest.raises(DataError, match="is torn or was changed by hand"):
        Index.load(tmp_path, None)
    path.write_text(whole.replace('"format": 1', '"format": 2'))
    with pytest.raises(DataError, match="another caseroom"):
        Index.load(tmp_path, None)
    path.write_text("nonsense")
    with pytest.raises(DataError, match="Build the index again"):
        Index.load(tmp_path, None)


def test_the_signature_says_what_and_how(encoder: Encoder) -> None:
    index = index_of(encoder, "cards")
    before = index.signature
    assert before.startswith("chunks:1|digest:")
    assert before.endswith(f"|dense:{encoder.signature}")
    assert index_of(None, "cards").signature.endswith("|dense:none")
    index.add([*chunks("cards", "Another text.")])
    assert index.signature != before


def test_progress_is_told_while_encoding(encoder: Encoder) -> None:
    told: list[tuple[int, int]] = []
    Index(encoder).add(chunks("loans"), lambda done, of: told.append((done, of)))
    assert told == [(2, 2)]
