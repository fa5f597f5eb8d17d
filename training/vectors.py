"""Write the vectors of the shipped cases beside them, so that a first start computes nothing.

    python training/vectors.py

Each case's file holds the texts that only it has; the common rubric's stand in one file of their own.
"""

from __future__ import annotations

from pathlib import Path

from caseroom.app.engine import VECTORS, Engine
from caseroom.cases.load import COMMON, LIBRARY, common_rubric
from caseroom.cases.shelf import Shelf


def common_texts() -> set[str]:
    """All texts of the common rubric."""
    return {
        line
        for point in common_rubric()
        for line in (*point.examples, *point.partial, *point.near_misses, *point.contradicts, point.statement or "")
        if line
    }


def main() -> None:
    engine, shared = Engine(Path("unused")), common_texts()
    encoder = engine.encoder
    encoder.encode(sorted(shared))
    encoder.memory.save(COMMON / VECTORS, encoder.signature, shared)
    shelf = Shelf([])
    for folder in sorted(path.parent for path in LIBRARY.glob("*/case.yaml")):
        texts = [text for text in engine.texts(shelf.case(folder.name)) if text not in shared]
        encoder.encode(texts)
        encoder.memory.save(folder / VECTORS, encoder.signature, texts)
        print(f"{folder.name}: {len(texts)} texts, {(folder / VECTORS).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
