"""Tune the sentence encoder contrastively on fact sheets and rubric points, so that it looks at what is asked and not at the business.

    python training/tune_encoder.py [--leave NAME ...] [--epochs 3] [--out FILE.safetensors]

A batch comes from one sheet (or one rubric). Lines of the same fact attract, lines of other facts repel, near-misses repel their own fact,
and questions that the sheet cannot answer repel all: supervised contrastive loss (Khosla et al. 2020). Word embeddings are
frozen. The shipped cases are never trained on, so that what is measured on them holds for a case that an author brings.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from dataclasses import dataclass
from pathlib import Path

import torch
import yaml
from common import ENCODED, SHEETS
from evals.split import TUNING
from minilm import MiniLM, base_folder, load_base, mean_pool
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from caseroom.cases.load import COMMON, LIBRARY
from caseroom.language.clauses import core

TEMPERATURE = 0.06
LONGEST = 64  # tokens


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that mean one thing, and lines that are near and do not."""

    lines: tuple[str, ...]
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Groups that are told apart from each other, and lines that belong to none."""

    name: str
    groups: tuple[Group, ...]
    outside: tuple[str, ...]


def fact_sheet(path: Path, name: str) -> Sheet:
    """The facts of a file: questions (as they are matched) and the topic attract."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups = [Group((*tuple(core(q) for q in f["questions"]), f["topic"]), tuple(core(m) for m in f["near_misses"])) for f in data["facts"]]
    return Sheet(name, tuple(groups), tuple(core(q) for q in data.get("off_sheet", ())))


def rubric_sheet(paths: list[Path], name: str) -> Sheet:
    """The points of rubric files, joined by id: examples and the statement attract."""
    lines: dict[str, list[str]] = {}
    misses: dict[str, list[str]] = {}
    for path in paths:
        for point in yaml.safe_load(path.read_text(encoding="utf-8"))["points"]:
            lines.setdefault(point["id"], []).extend([*point.get("examples", ()), point["statement"]])
            misses.setdefault(point["id"], []).extend([*point.get("near_misses", ()), *point.get("contradicts", ())])
    groups = [Group(tuple(lines[i]), tuple(misses[i])) for i in sorted(lines) if len(lines[i]) > 2]
    return Sheet(name, tuple(groups), ())


def all_sheets(leave: list[str]) -> list[Sheet]:
    """Everything that is trained on: the encoder's sheets and the common rubric. The shipped cases are left for fitting and measuring."""
    sheets = [fact_sheet(SHEETS / f"{name}.yaml", name) for name in ENCODED]
    sheets.append(rubric_sheet(sorted(COMMON.glob("*.yaml")), "common-rubric"))
    return [sheet for sheet in sheets if sheet.name not in leave]


def held_out() -> list[Sheet]:
    """Sheets to watch: the tuning cases."""
    facts = [fact_sheet(LIBRARY / case / "facts.yaml", case) for case in TUNING]
    return facts + [rubric_sheet([LIBRARY / case / "rubric.yaml"], f"{case}-rubric") for case in TUNING]


def spoken(text: str, chance: random.Random) -> str:
    """Sometimes the line as a recogniser writes it: no capitals, no punctuation."""
    return re.sub(r"[^\w\s'%$-]", "", text).lower() if chance.random() < 0.25 else text


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines with their group (-1 for none) and the group that a near-miss repels (-1 for none, -2 for all)."""

    texts: list[str]
    group: Tensor
    repels: Tensor


def batches(sheet: Sheet, chance: random.Random, groups: int = 16, lines: int = 3, misses: int = 2, outside: int = 10) -> list[Batch]:
    """One pass over a sheet in batches."""
    made = []
    numbers = list(range(len(sheet.groups)))
    passes = max(1, round(sum(len(g.lines) for g in sheet.groups) / len(sheet.groups) / lines))
    for _ in range(passes):
        chance.shuffle(numbers)
        for start in range(0, len(numbers), groups):
            texts, group, repels = [], [], []
            for number in numbers[start : start + groups]:
                for line in chance.sample(sheet.groups[number].lines, min(lines, len(sheet.groups[number].lines))):
                    texts.append(spoken(line, chance)), group.append(number), repels.append(-1)
                for line in chance.sample(sheet.groups[number].misses, min(misses, len(sheet.groups[number].misses))):
                    texts.append(spoken(line, chance)), group.append(-1), repels.append(number)
            for line in chance.sample(sheet.outside, min(outside, len(sheet.outside))):
                texts.append(spoken(line, chance)), group.append(-1), repels.append(-2)
            made.append(Batch(texts, torch.tensor(group), torch.tensor(repels)))
    return made


def loss_of(vectors: Tensor, batch: Batch) -> Tensor:
    """Supervised contrastive loss over the lines that have a group."""
    anchors = batch.group >= 0
    same = (batch.group[:, None] == batch.group[None, :]) & anchors[:, None] & ~torch.eye(len(vectors), dtype=torch.bool)
    other = (batch.group[:, None] != batch.group[None, :]) & (batch.group[None, :] >= 0)
    against = (batch.repels[None, :] == batch.group[:, None]) | (batch.repels[None, :] == -2)
    seen = (same | other | (against & anchors[:, None]))[anchors]
    scores = (vectors @ vectors.T / TEMPERATURE)[anchors].masked_fill(~seen, -1e4)
    logs = scores - torch.logsumexp(scores, dim=1, keepdim=True)
    positive = same[anchors]
    return -((logs * positive).sum(1) / positive.sum(1).clamp(min=1)).mean()


class Embedder:
    """Texts to vectors, with gradients."""

    def __init__(self, model: MiniLM) -> None:
        self.model = model
        self.tokenizer = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.tokenizer.enable_padding()

    def __call__(self, texts: list[str]) -> Tensor:
        encoded = self.tokenizer.encode_batch(texts)
        ids, mask = torch.tensor([e.ids for e in encoded]), torch.tensor([e.attention_mask for e in encoded])
        return mean_pool(self.model(ids, mask), mask)


def accuracy(embedder: Embedder, sheet: Sheet) -> float:
    """Share of lines whose nearest other line is of their own group."""
    texts = [line for group in sheet.groups for line in group.lines]
    owner = torch.tensor([n for n, group in enumerate(sheet.groups) for _ in group.lines])
    with torch.no_grad():
        vectors = torch.cat([embedder(texts[i : i + 64]) for i in range(0, len(texts), 64)])
    scores = vectors @ vectors.T - 2 * torch.eye(len(texts))
    return float((owner[scores.argmax(1)] == owner).float().mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leave", nargs="*", default=[], help="sheets to leave out, for trying")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=4e-5)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("build/encoder.safetensors"))
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    model = load_base()
    for part in (model.words, model.positions, model.kinds):
        part.weight.requires_grad_(False)
    embedder = Embedder(model)
    sheets = all_sheets(options.leave)
    held = held_out()
    print(f"{len(sheets)} sheets, {sum(len(g.lines) for s in sheets for g in s.groups)} lines; held out: {[s.name for s in held]}")
    for sheet in held:
        print(f"  before: {sheet.name} {accuracy(embedder, sheet):.3f}")
    epochs = [[b for s in sheets for b in batches(s, chance)] for _ in range(options.epochs)]
    steps = sum(map(len, epochs))
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=options.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps + 1, pct_start=0.1)
    began, done = time.time(), 0
    for number, epoch in enumerate(epochs):
        chance.shuffle(epoch)
        total = 0.0
        model.train()
        for batch in epoch:
            loss = loss_of(embedder(batch.texts), batch)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total, done = total + float(loss.detach()), done + 1
            if done % 50 == 0:
                print(f"  step {done}/{steps} {time.time() - began:.0f} s", flush=True)
        model.eval()
        figures = " ".join(f"{s.name} {accuracy(embedder, s):.3f}" for s in held)
        print(f"epoch {number + 1}: loss {total / len(epoch):.3f} {figures} {time.time() - began:.0f} s", flush=True)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        save_file(model.state_dict(), options.out)


if __name__ == "__main__":
    main()
