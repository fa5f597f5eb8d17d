"""Does retrieval find the page that answers? Questions written by hand on a real staff handbook, against its pages.

    python -m evals.retrieval [--data DIR] [--wrong METHOD] [--sweep] [--json]

Recall@k: the share of questions with a page that answers among the first k passages. MRR: the mean of 1 / the rank of the first such
passage, 0 beyond the tenth. Both with percentile bootstrap 95 % intervals over questions (Efron 1979; 2,000 resamples, seed fixed).
The constants of the fusion were chosen on the tuning half, a random half of the questions; the other half was only ever reported.
The questions were written from the pages, before anything was retrieved; a page that answers and is not listed counts as wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from caseroom.language.encoder import Encoder
from caseroom.pipeline.chunking import chunk
from caseroom.pipeline.index import Index
from caseroom.pipeline.ingest import read_documents
from caseroom.pipeline.retrieve import DEPTH, Method, Passage, Query, Retrieval, fuse, retrieve

QUESTIONS = Path(__file__).parent / "questions" / "staff_handbook.jsonl"
HANDBOOK = Path(__file__).parent.parent.parent / "shared" / "data" / "lab" / "staff_handbook"
METHODS: tuple[Method, ...] = ("keyword", "dense", "hybrid")
DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the pages that answer it, as paths within the handbook."""

    id: str
    voice: str
    """plain | oblique | own (words that the page does not use) | keywords"""
    question: str
    pages: frozenset[str]


def read_questions() -> list[Question]:
    """All questions, in the order of the file."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [Question(row["id"], row["voice"], row["question"], frozenset(row["pages"])) for row in rows]


def halves(questions: Sequence[Question]) -> dict[str, list[int]]:
    """Places of the questions of the tuning half, of the other, and of all."""
    shuffled = random.Random("tuning").sample(range(len(questions)), len(questions))
    middle = len(questions) // 2
    return {"tuning": sorted(shuffled[:middle]), "held out": sorted(shuffled[middle:]), "all": list(range(len(questions)))}


def rank_of(question: Question, documents: Sequence[str]) -> int | None:
    """The rank of the first passage from a page that answers, from 1; None beyond the tenth."""
    return next((rank for rank, document in enumerate(documents[:DEEPEST], 1) if document in question.pages), None)


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and its bootstrap 95 % interval."""
    sample = np.array(values)
    drawn = np.random.default_rng(11).integers(0, len(sample), (2000, len(sample)))
    low, high = np.percentile(sample[drawn].mean(axis=1), [2.5, 97.5])
    return float(sample.mean()), float(low), float(high)


def measures(ranks: Sequence[int | None]) -> dict[str, tuple[float, float, float]]:
    """Recall@1, recall@5 and MRR@10, each with its interval."""
    return {
        "recall@1": interval([rank == 1 for rank in ranks]),
        "recall@5": interval([rank is not None and rank <= 5 for rank in ranks]),
        "MRR@10": interval([1 / rank if rank else 0.0 for rank in ranks]),
    }


def milliseconds(index: Index, queries: Sequence[Query], method: Method) -> list[float]:
    """How long each query takes alone, its encoding included: the encoder has forgotten it."""
    took = []
    for number, query in enumerate(queries):
        fresh = Query(f"{query.text} ({method} {number})")
        began = time.perf_counter()
        retrieve(index, [fresh], Retrieval(method))
        took.append((time.perf_counter() - began) * 1000)
    return took


def sweep(index: Index, questions: Sequence[Question]) -> None:
    """Print what the tuning half says of the fusion's constants."""
    places = halves(questions)["tuning"]
    queries = [Query(questions[place].question) for place in places]
    rows: dict[str, int] = {}
    ranked = {
        part: [[rows.setdefault(p.chunk.id, len(rows)) for p in found] for found in retrieve(index, queries, Retrieval(part, DEPTH))]
        for part in ("keyword", "dense")
    }
    documents = {row: chunk_id.rpartition("#")[0] for chunk_id, row in rows.items()}
    for k, depth in product((5, 10, 20, 40, 60), (20, 50, 100)):
        fused = [fuse([ranked["keyword"][q][:depth], ranked["dense"][q][:depth]], k) for q in range(len(queries))]
        ranks = [rank_of(questions[place], [documents[row] for row in rows]) for place, rows in zip(places, fused, strict=True)]
        said = "  ".join(f"{name} {mean:.3f}" for name, (mean, _, _) in measures(ranks).items())
        print(f"k {k:3}  depth {depth:3}  {said}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HANDBOOK, help="the handbook's folder")
    parser.add_argument("--wrong", choices=METHODS, help="print the questions of the tuning half that this method does not answer in five")
    parser.add_argument("--sweep", action="store_true", help="try the fusion's constants on the tuning half")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(
            f"The handbook is not at {options.data}. Name its folder with --data; it is public (18F/handbook, CC0) and not part of the project."
        )
    questions = read_questions()
    index = Index(Encoder())
    index.add([piece for document in read_documents(options.data) for piece in chunk(document)])
    if options.sweep:
        sweep(index, questions)
        return
    queries = [Query(question.question) for question in questions]
    found = {method: retrieve(index, queries, Retrieval(method, DEEPEST)) for method in METHODS}
    ranks = {
        method: [rank_of(q, [p.chunk.document for p in passages]) for q, passages in zip(questions, found[method], strict=True)]
        for method in METHODS
    }
    took = {method: statistics.quantiles(milliseconds(index, queries, method), n=20) for method in METHODS}
    if options.wrong:
        _print_wrong(questions, ranks[options.wrong], found[options.wrong])
    elif options.json:
        scored = {part: {m: measures([ranks[m][p] for p in places]) for m in METHODS} for part, places in halves(questions).items()}
        print(json.dumps({"signature": index.signature, "parts": scored, "p95_ms": {m: took[m][-1] for m in METHODS}}, indent=2))
    else:
        _print(index, questions, ranks, took)


def _print(index: Index, questions: Sequence[Question], ranks: dict[Method, list[int | None]], took: dict[Method, list[float]]) -> None:
    pages = frozenset[str]().union(*(question.pages for question in questions))
    print(f"{len(questions)} questions on {len(pages)} pages\n{index.signature}\n")
    voices = {voice: [n for n, q in enumerate(questions) if q.voice == voice] for voice in dict.fromkeys(q.voice for q in questions)}
    print(f"{'questions':10} {'':>4} {'method':8} {'recall@1':>18} {'recall@5':>18} {'MRR@10':>18}")
    for part, places in {**halves(questions), **voices}.items():
        for method in METHODS:
            cells = [f"{m:.3f} ({low:.2f}–{high:.2f})" for m, low, high in measures([ranks[method][p] for p in places]).values()]
            print(f"{part:10} {len(places):4} {method:8} " + " ".join(f"{cell:>18}" for cell in cells))
    print("\nmilliseconds a query, alone, encoded anew")
    for method in METHODS:
        print(f"{method:8} median {took[method][9]:5.1f}   p95 {took[method][-1]:5.1f}")


def _print_wrong(questions: Sequence[Question], ranks: Sequence[int | None], found: Sequence[Sequence[Passage]]) -> None:
    for place in halves(questions)["tuning"]:
        if (ranks[place] or DEEPEST) > 5:
            got = ", ".join(passage.chunk.id for passage in found[place][:3])
            print(f"{questions[place].question}\n    wanted {', '.join(sorted(questions[place].pages))}\n    found  {got}")


if __name__ == "__main__":
    main()
