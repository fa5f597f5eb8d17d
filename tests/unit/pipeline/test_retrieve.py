from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.errors import DataError
from caseroom.language.encoder import Encoder
from caseroom.pipeline.documents import EVERYONE, Chunk
from caseroom.pipeline.index import Index
from caseroom.pipeline.retrieve import K, Method, Passage, Query, Retrieval, fuse, retrieve

METHODS: list[Method] = ["keyword", "dense", "hybrid"]
ENCODER = Encoder()


def piece(document: str, text: str, access: str = EVERYONE, valid: bool = True, topic: str = "") -> Chunk:
    return Chunk(f"{document}#1", document, "", "", text, None, valid, access, topic)


DESK = [
    piece("block", "A lost card is blocked by phone at once.", topic="cards"),
    piece("limits", "The daily limit of a card is two thousand euros.", topic="cards"),
    piece("old-limits", "The daily limit of a card is five hundred euros.", valid=False, topic="cards"),
    piece("override", "Agents may raise the daily limit of a card for one day.", access="agents", topic="cards"),
    piece("salaries", "The daily limit of what managers may spend on dinners.", access="managers"),
    piece("deposits", "The rate of a deposit is fixed for a year.", topic="deposits"),
]


@pytest.fixture(scope="module")
def desk() -> Index:
    index = Index(ENCODER)
    index.add(DESK)
    return index


def documents(found: list[Passage]) -> list[str]:
    return [passage.chunk.document for passage in found]


@pytest.mark.parametrize("method", METHODS)
def test_the_passage_that_answers_comes_first(desk: Index, method: Method) -> None:
    first, second = retrieve(desk, [Query("my card is lost"), Query("is the rate of my deposit fixed?")], Retrieval(method, top_k=2))
    assert (documents(first)[0], documents(second)[0]) == ("block", "deposits")
    assert [passage.rank for passage in first] == list(range(1, len(first) + 1))


def test_none_finds_nothing(desk: Index) -> None:
    assert retrieve(desk, [Query("card"), Query("rate")], Retrieval("none")) == [[], []]
    assert retrieve(desk, [], Retrieval("hybrid")) == []


@pytest.mark.parametrize("method", METHODS)
def test_what_is_forgotten_is_not_done(desk: Index, method: Method) -> None:
    (found,) = retrieve(desk, [Query("daily limit", topic="deposits")], Retrieval(method, top_k=4))
    assert set(documents(found)) == {"limits", "old-limits", "override", "salaries"}


@pytest.mark.parametrize("method", METHODS)
def test_filters(desk: Index, method: Method) -> None:
    def ask(how: Retrieval, **more: object) -> set[str]:
        return set(documents(retrieve(desk, [Query("daily limit of a card", **more)], how)[0]))  # type: ignore[arg-type]

    assert "old-limits" not in ask(Retrieval(method, 10, current_only=True))
    assert ask(Retrieval(method, 10, permissions=True)) & {"override", "salaries"} == set()
    assert ask(Retrieval(method, 10, permissions=True), roles=frozenset({"agents"})) & {"override", "salaries", "limits"} == {
        "override",
        "limits",
    }
    assert ask(Retrieval(method, 10, by_topic=True), topic="cards") == {"limits", "old-limits", "override", "block"}
    assert "salaries" in ask(Retrieval(method, 10, by_topic=True))


ROLES = ["agents", "managers", "auditors"]
WORDS = ["card", "limit", "rate", "fee", "loan", "lost"]


@given(
    st.lists(st.tuples(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), st.sampled_from([EVERYONE, *ROLES]), st.booleans()), max_size=12),
    st.frozensets(st.sampled_from(ROLES)), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), st.integers(1, 4), st.booleans(),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_a_forbidden_chunk_is_never_found_and_takes_no_place(
    rows: list[tuple[list[str], str, bool]], roles: frozenset[str], asked: list[str], top_k: int, dense: bool
) -> None:
    made = [piece(f"d{n:02}", " ".join(words), access, valid) for n, (words, access, valid) in enumerate(rows)]
    index = Index(ENCODER if dense else None)
    index.add(made)
    method: Method = "dense" if dense else "keyword"
    how = Retrieval(method, top_k, current_only=True, permissions=True)
    (found,) = retrieve(index, [Query(" ".join(asked), roles)], how)
    permitted = {chunk.id for chunk in made if chunk.valid and chunk.access in roles | {EVERYONE}}
    assert {passage.chunk.id for passage in found} <= permitted
    if dense:  # what is forbidden changes neither order nor number of what is permitted
        alone = Index(ENCODER)
        alone.add([chunk for chunk in made if chunk.id in permitted])
        assert found == retrieve(alone, [Query(" ".join(asked), roles)], how)[0]
    else:
        matching = {chunk.id for chunk in made if set(asked) & set(chunk.text.split())}
        assert len(found) == min(top_k, len(permitted & matching))


def test_a_batch_finds_what_single_queries_find(desk: Index) -> None:
    queries = [Query(text) for text in ("lost card", "limit", "nothing of the kind", "deposit for a year", "")]
    for method in METHODS:
        how = Retrieval(method, 3)
        assert retrieve(desk, queries, how) == [retrieve(desk, [query], how)[0] for query in queries]


def test_equal_passages_come_in_the_order_of_their_documents() -> None:
    index = Index(ENCODER)
    for name in ("c", "a", "b"):
        index.add([piece(name, "The fee is five euros.")])
    for method in METHODS:
        assert documents(retrieve(index, [Query("fee")], Retrieval(method))[0]) == ["a", "b", "c"]


def test_by_says_what_each_part_gave(desk: Index) -> None:
    (found,) = retrieve(desk, [Query("lost card")], Retrieval("hybrid"))
    best = found[0]
    keyword, dense = (retrieve(desk, [Query("lost card")], Retrieval(method))[0][0] for method in METHODS[:2])
    assert best.by == (("keyword", keyword.score), ("dense", dense.score))
    assert best.score == pytest.approx(2 / (K + 1))


def test_fusion_is_the_sum_of_reciprocal_ranks() -> None:
    fused = fuse([[7, 3], [3, 9]], k=60)
    assert fused == {3: 1 / 62 + 1 / 61, 7: 1 / 61, 9: 1 / 62}
    assert list(fuse([[5], [4]])) == [5, 4], "a tie goes to the first list"


def test_an_index_without_vectors_says_so() -> None:
    index = Index(None)
    index.add(DESK)
    assert documents(retrieve(index, [Query("deposit")], Retrieval("keyword"))[0]) == ["deposits"]
    with pytest.raises(DataError, match="no vectors"):
        retrieve(index, [Query("deposit")], Retrieval("hybrid"))


def test_an_empty_index_finds_nothing() -> None:
    assert retrieve(Index(ENCODER), [Query("deposit")], Retrieval("hybrid")) == [[]]
