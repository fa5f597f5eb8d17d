"""Train the reader: a cross-encoder that reads a turn together with one fact and says whether the turn asks for the fact.

    python training/tune_reader.py [--start build/nli.safetensors] [--epochs 3] [--out FILE.safetensors]

Pairs come from the fact sheets (example questions, two of them joined, near-misses, questions that the sheet cannot answer) and from `turns/`
(follow-ups with what was said before, speech, questions inside statements, statements, attacks). Wrong partners are the nearest facts by the
shipped encoder, so that they are hard; they and half of the lines are drawn anew for each epoch. Sheets that fit the ear (`FITTING` in
`common.py`) and the shipped cases are never trained on.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from common import FITTING, SHEETS, sheet_case, sheet_off, sheet_turns
from cross import CrossEncoder, Pair, logits, train
from minilm import MiniLM
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch.nn import functional as F
from tune_encoder import spoken

from caseroom.cases.model import Case
from caseroom.interview.disclosure import fact_text, passage_text
from caseroom.language.clauses import core
from caseroom.language.encoder import Encoder

LONGEST = 112  # tokens of a pair
QUESTIONS, MISSES, JOINED = 6, 4, 25
"""Lines of each sort taken in an epoch: of each fact, of each fact, of each sheet."""
HARD = 3
"""Wrong facts beside each text, the nearest first."""
WATCHED = 4
"""So many sheets that are not trained on are watched."""
AFTER = 0.4
"""Share of questions that get some earlier topic before them, so that a topic alone unlocks nothing."""
JOINS = ("{} And {}", "{} Also, {}", "Two things. {} {}", "{} {}", "{}, and {}", "First, {} Second, {}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A text, the facts it asks for, and the facts of which nothing is known."""

    text: str
    like: str
    """The text by which wrong partners are found."""
    facts: frozenset[str]
    spared: frozenset[str] = frozenset()
    only: str | None = None
    """For a near-miss: the one fact it is known not to ask for."""


class Sheet:
    """A sheet's lines, with the nearest facts of each."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self.case: Case = sheet_case(path)
        self.encoder = encoder
        self.off_sheet = sheet_off(path)
        self.turns = sheet_turns(path.stem)
        self.texts = {fact.id: fact_text(fact) for fact in self.case.facts}
        self.ids = [fact.id for fact in self.case.facts]
        self.vectors = [encoder.encode([core(q) for q in fact.questions]) for fact in self.case.facts]

    def asked(self, chance: random.Random) -> list[Asked]:
        """The texts of an epoch."""
        rows: list[Asked] = []
        for fact in self.case.facts:
            rows += [self._after(q, fact.id, chance) for q in chance.sample(fact.questions, min(QUESTIONS, len(fact.questions)))]
            misses = chance.sample(fact.near_misses, min(MISSES, len(fact.near_misses)))
            rows += [Asked(passage_text(miss, None), miss, frozenset(), only=fact.id) for miss in misses]
        rows += [Asked(passage_text(question, None), question, frozenset()) for question in self.off_sheet]
        for _ in range(JOINED):
            one, two = chance.sample(self.case.facts, 2)
            first, second = chance.choice(one.questions), chance.choice(two.questions)
            join = chance.choice(JOINS)
            text = join.format(first.rstrip("?.") if ", and" in join else first, second[:1].lower() + second[1:])
            rows.append(Asked(passage_text(text, None), chance.choice((first, second)), frozenset({one.id, two.id})))
        for probe in self.turns:
            said = [fact for entry in probe.history for fact in entry.get("facts", ()) if fact in self.ids]
            before = self.case.fact(said[-1]).topic if said else None
            rows.append(Asked(passage_text(probe.turn, before), probe.turn, frozenset(probe.facts), frozenset(probe.also_ok)))
        return rows

    def _after(self, question: str, fact: str, chance: random.Random) -> Asked:
        before = chance.choice(self.case.facts).topic if chance.random() < AFTER else None
        return Asked(passage_text(question, before), question, frozenset({fact}))

    def nearest(self, texts: list[str]) -> NDArray[np.int64]:
        """Facts of each text, the nearest first."""
        vectors = self.encoder.encode(texts)
        near = np.stack([np.sort(vectors @ own.T, axis=1)[:, -3:].mean(1) for own in self.vectors], axis=1)
        return np.argsort(-near, axis=1)

    def pairs(self, chance: random.Random) -> list[Pair]:
        """The pairs of an epoch."""
        rows, made = self.asked(chance), []
        for row, order in zip(rows, self.nearest([core(row.like) for row in rows]), strict=True):
            text = spoken(row.text, chance)
            if row.only:
                made.append(Pair(text, self.texts[row.only], 0.0))
                continue
            wrong = [self.ids[n] for n in order if self.ids[n] not in row.facts | row.spared]
            chosen = chance.sample(wrong[:HARD], 2) + [chance.choice(wrong[HARD:])] * (chance.random() < 0.4)
            made += [Pair(text, self.texts[fact], 1.0) for fact in sorted(row.facts) if fact in self.texts]
            made += [Pair(text, self.texts[fact], 0.0) for fact in chosen]
        return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--start", type=Path, default=Path("build/nli.safetensors"))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--out", type=Path, default=Path("build/reader.safetensors"))
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    encoder = Encoder()
    sheets = [Sheet(path, encoder) for path in sorted(SHEETS.glob("*.yaml")) if path.stem not in FITTING]
    epochs = [[pair for sheet in sheets for pair in sheet.pairs(chance)] for _ in range(options.epochs)]
    right = np.mean([pair.label for pair in epochs[0]])
    print(f"{len(sheets)} sheets, {len(epochs[0])} pairs an epoch, {right:.0%} right", flush=True)
    model = CrossEncoder(MiniLM(), 1)
    started = load_file(options.start)
    same = {name: tensor for name, tensor in started.items() if tensor.shape == model.state_dict()[name].shape}
    model.load_state_dict(same, strict=False)  # the head of another task is left out

    watched = [pair for name in FITTING[:WATCHED] for pair in Sheet(SHEETS / f"{name}.yaml", encoder).pairs(random.Random(0))]
    labels = np.array([pair.label for pair in watched])

    def save() -> None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        save_file(model.state_dict(), options.out)
        odds = logits(model, watched, LONGEST)[:, 0]
        order = odds.argsort().argsort() + 1
        right = labels == 1
        area = (order[right].sum() - right.sum() * (right.sum() + 1) / 2) / (right.sum() * (~right).sum())
        print(
            f"{len(watched)} pairs of sheets not trained on: area under the curve {area:.4f}, right {np.mean((odds > 0) == right):.3f}",
            flush=True,
        )

    train(
        model, epochs, lambda odds, right: F.binary_cross_entropy_with_logits(odds.squeeze(-1), right),
        rate=options.rate, longest=LONGEST, chance=chance, save=save,
    )  # fmt: skip


if __name__ == "__main__":
    main()
