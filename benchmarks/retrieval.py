"""How long 10,000 chunks take to index, how fast a hybrid query is, and how much memory both need.

python -m benchmarks.retrieval [--chunks N] [--json]

The documents are made of the sentences of the scripted interviews, shuffled with a fixed seed under made-up headings: real words in
real lengths, and no two chunks are equal. A query is encoded anew each time; it is a question nobody asked before.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.turns import SCRIPTS, percentile
from caseroom.app.scripts import read_script
from caseroom.language.encoder import Encoder
from caseroom.language.text import sentences
from caseroom.pipeline.chunking import chunk
from caseroom.pipeline.documents import EVERYONE, Chunk, Document
from caseroom.pipeline.index import Index
from caseroom.pipeline.retrieve import Query, Retrieval, retrieve

ROLES = (EVERYONE, EVERYONE, "agents", "managers")


def spoken() -> list[str]:
    """All sentences of the scripted interviews."""
    texts = [line.text for path in sorted(SCRIPTS.glob("*.txt")) for line in read_script(path) if not line.text.startswith("/")]
    return [sentence.text for text in texts for sentence in sentences(text)]


def made(count: int) -> list[Chunk]:
    """So many chunks of documents of about ten sections, each of about eighty words, as a staff handbook has them."""
    found: list[Chunk] = []
    for document in _documents():
        found += chunk(document)
        if len(found) >= count:
            return found[:count]
    raise AssertionError("documents never end")


def _documents() -> Iterator[Document]:
    rng, pool, number = random.Random(7), spoken(), 0
    while True:
        number += 1
        sections = (f"## Section {n}\n\n{' '.join(rng.choices(pool, k=rng.randint(4, 10)))}" for n in range(10))
        yield Document(
            f"d{number:05}", f"Page {number}", "\n\n".join(sections), None, rng.random() > 0.1, rng.choice(ROLES), rng.choice("abc")
        )


def peak() -> float:
    """The most memory this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _ask(index: Index, text: str) -> None:
    retrieve(index, [Query(text, frozenset({"agents"}))], Retrieval("hybrid", current_only=True, permissions=True))


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    chunks, encoder = made(options.chunks), Encoder()
    encoder.warm()
    before = peak()
    index = Index(encoder)
    rows: list[tuple[str, float, str, float | None]] = []
    computed = time.process_time()
    rows.append(("all chunks added and encoded", _seconds(lambda: index.add(chunks)), "s", 120.0 * options.chunks / 10_000))
    computed = (time.process_time() - computed) / (os.cpu_count() or 1)
    rows.append(("the same, had all cores been free", computed, "s", None))
    rows.append(("the first search after a change", _seconds(lambda: _ask(index, "Is anything new here?")), "s", None))
    questions = [f"{text} {number}" for number, text in enumerate(random.Random(3).sample(spoken(), 200))]
    took = [_seconds(partial(_ask, index, question)) * 1000 for question in questions]
    rows += [("a hybrid query, median", percentile(took, 0.5), "ms", None), ("a hybrid query, p95", percentile(took, 0.95), "ms", 15.0)]
    with tempfile.TemporaryDirectory() as folder:
        rows.append(("saved", _seconds(lambda: index.save(Path(folder))), "s", None))
        rows.append(("loaded", _seconds(lambda: Index.load(Path(folder), Encoder())), "s", None))
    rows.append(("memory above the loaded model, peak", peak() - before, "MB", None))
    if options.json:
        print(json.dumps({name: {"value": round(value, 3), "unit": unit, "limit": limit} for name, value, unit, limit in rows}, indent=2))
        return
    words = sum(len(piece.text.split()) for piece in chunks) / len(chunks)
    print(f"{os.cpu_count()} cores; {len(chunks)} chunks of {words:.0f} words on average\n")
    for name, value, unit, limit in rows:
        print(f"{name:40} {value:9.2f} {unit:3} {f'(at most {limit:g})' if limit else ''}")


if __name__ == "__main__":
    main()
