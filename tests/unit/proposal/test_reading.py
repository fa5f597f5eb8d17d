from __future__ import annotations

import pytest

from caseroom.proposal.model import Bound
from caseroom.proposal.reading import bound, cites, read, speaks_of_generation, top_k


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
        ("wrong answers stay rare", None),
        ("below 5 of anything", None),
    ],
)
def test_a_bound_is_in_the_metrics_unit(quote: str, value: Bound | None) -> None:
    assert bound(quote) == value


@pytest.mark.parametrize(("quote", "value"), [("keep 5", 5), ("the top eight passages", 8), ("top 99", None), ("the best", None), ("no more than 3", 3)])  # fmt: skip
def test_how_many_passages(quote: str, value: int | None) -> None:
    assert top_k(quote) == value


def test_cues() -> None:
    assert cites("each sentence cites its article") and not cites("exciting")
    assert speaks_of_generation("a language model for the wording") and not speaks_of_generation(None)
