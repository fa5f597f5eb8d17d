"""Teach the base network to compare two sentences: entailment, neutral, contradiction. The cross-encoders start from it.

    python training/tune_nli.py [--epochs 2] [--out FILE.safetensors]

Rows: `../shared/data/entailment/nli.jsonl` (MultiNLI and SNLI development sets).
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
from cross import CrossEncoder, Pair, logits, train
from minilm import load_base
from safetensors.torch import save_file
from torch.nn import functional as F

DATA = Path(__file__).parents[2] / "shared" / "data" / "entailment" / "nli.jsonl"
LABELS = ("entailment", "neutral", "contradiction")
LONGEST = 96  # tokens of a pair
HELD_OUT = 1500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("build/nli.safetensors"))
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    rows = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    pairs = [Pair(row["premise"], row["hypothesis"], LABELS.index(row["label"])) for row in rows if row["label"] in LABELS]
    chance.shuffle(pairs)
    held, pairs = pairs[:HELD_OUT], pairs[HELD_OUT:]
    model = CrossEncoder(load_base(), len(LABELS))
    print(f"{len(pairs)} pairs", flush=True)

    def save() -> None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        save_file(model.state_dict(), options.out)
        right = logits(model, held, LONGEST).argmax(1) == np.array([pair.label for pair in held])
        print(f"held out: {right.mean():.3f} right", flush=True)

    train(
        model, [pairs] * options.epochs, lambda odds, labels: F.cross_entropy(odds, labels.long()),
        rate=options.rate, longest=LONGEST, chance=chance, save=save,
    )  # fmt: skip


if __name__ == "__main__":
    main()
