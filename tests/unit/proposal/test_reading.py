from __future__ import annotations

import pytest

from caseroom.proposal.model import Bound
from caseroom.proposal.reading import bound, cites, outright, read, speaks_of_generation, top_k, within


@pytest.mark.parametrize(
    ("path", "quote", "value"),
    [
        ("technical.retrieve.method", "BM25 keyword search and embeddings, fused by rank", "hybrid"),
        ("technical.retrieve.method", "We embed the articles and take the nearest", None),
        ("technical.retrieve.method", "dense vectors only", "dense"),
        ("technical.retrieve.method", "a plain full-text search", "keyword"),
        ("technical.retrieve.method", "the transcript needs no retrieval", "none"),
        ("technical.retrieve.method", "RAG over the handbook", "hybrid"),
        ("assess.decision", "Rules and SQL for the rates, no GenAI", "rules"),
        ("assess.decision", "I would split it: code for amounts, a model for wording", "split"),
        ("assess.decision", "a gradient boosted classifier", "classical"),
        ("assess.decision", "hm", None),
        ("assess.mode", "an agent approves each draft", "draft"),
        ("assess.mode", "fully automated", "automate"),
        ("hallucinations.checks", "we check every number and date, and a second model verifies", ("numbers", "verifier")),
        ("hallucinations.checks", "we look at it", ("grounding",)),
        ("evaluation.metrics", "BLEU and ROUGE", ("bleu", "rougeL")),
        ("evaluation.metrics", "nothing", ()),
        ("evaluation.launch_bar", "at most 2 % wrong replies", Bound("wrong_rate", 0.02)),
        ("assess.stop", "if it feels bad", None),
        ("ground.user", "agents", None),
    ],
)
def test_words_give_a_value(path: str, quote: str, value: object) -> None:
    assert read(path, quote) == value


@pytest.mark.parametrize(
    ("quote", "value"),
    [
        ("p95 latency under 2 seconds", Bound("latency_ms", 2000)),
        ("latency below 300 ms", Bound("latency_ms", 300)),
        ("a first reply within four hours", Bound("resolution_minutes", 240)),
        ("the wait falls to 90 minutes", Bound("resolution_minutes", 90)),
        ("two percent wrong", Bound("wrong_rate", 0.02)),
        ("at least 97 percent recall on the musts", Bound("extraction_recall", 0.97)),
        ("precision and recall of 90 percent", Bound("extraction_f1", 0.9)),
        ("at least 399 of the 400 orders match to the cent and categories reach 95 %", Bound("exactness", 0.9975)),
        ("wrong answers stay rare", None),
        ("below 5 of anything", None),
    ],
)
def test_a_bound_is_in_the_metrics_unit(quote: str, value: Bound | None) -> None:
    assert bound(quote) == value


@pytest.mark.parametrize(("quote", "value"), [("keep 5", 5), ("the top eight passages", 8), ("top 99", None), ("the best", None), ("no more than 3", 3)])  # fmt: skip
def test_how_many_passages(quote: str, value: int | None) -> None:
    assert top_k(quote) == value


@pytest.mark.parametrize(
    ("quote", "value"),
    [
        ("If in the first six weeks omissions stay above 22 percent, I'd stop", 42),
        ("if it isn't better after a month", 30),
        ("if wrong replies stay above 6 percent, I'd stop", None),
        ("two weeks of wrong answers end it", None),
    ],
)
def test_for_how_long_a_result_is_waited(quote: str, value: int | None) -> None:
    assert within(quote) == value


def test_what_is_said_outright() -> None:
    path = "technical.retrieve.method"
    assert outright(path, "In detail it's hybrid, keyword and vector search together") == "hybrid"
    assert outright(path, "I filter before anything is retrieved") is None and outright("ground.user", "hybrid") is None


def test_cues() -> None:
    assert cites("each sentence cites its article") and not cites("exciting")
    assert speaks_of_generation("a language model for the wording") and not speaks_of_generation(None)
