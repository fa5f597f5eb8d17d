"""A cross-encoder in torch and the loop that trains one: two texts in, logits out. Used by `tune_nli.py` and `tune_reader.py`."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from minilm import MiniLM, base_folder
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

BATCH = 32
_SORTED = 20  # batches that are filled together, so that texts of like length meet


class CrossEncoder(nn.Module):
    """Logits (batch, outputs) of a pair of texts, from the first token's vector (Devlin et al. 2019)."""

    def __init__(self, body: MiniLM, outputs: int) -> None:
        super().__init__()
        self.body = body
        self.head = nn.Linear(384, outputs)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        return self.head(self.body(input_ids, attention_mask, token_type_ids)[:, 0])


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts and what is to be said of them."""

    first: str
    second: str
    label: float


def pair_tokenizer(longest: int) -> Tokenizer:
    """The base tokenizer for pairs of up to so many tokens."""
    tokenizer = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(longest)
    tokenizer.enable_padding()
    return tokenizer


def logits(model: CrossEncoder, pairs: Sequence[Pair], longest: int) -> NDArray[np.float32]:
    """Logits of the pairs, in their order."""
    tokenizer, order = pair_tokenizer(longest), sorted(range(len(pairs)), key=lambda i: len(pairs[i].first) + len(pairs[i].second))
    found = np.zeros((len(pairs), model.head.out_features), np.float32)
    model.eval()
    with torch.no_grad():
        for start in range(0, len(order), 2 * BATCH):
            part = order[start : start + 2 * BATCH]
            encoded = tokenizer.encode_batch([(pairs[i].first, pairs[i].second) for i in part])
            inputs = (torch.tensor([getattr(e, name) for e in encoded]) for name in ("ids", "attention_mask", "type_ids"))
            found[part] = model(*inputs).numpy()
    return found


def train(
    model: CrossEncoder, epochs: Sequence[list[Pair]], loss_of: Callable[[Tensor, Tensor], Tensor], *, rate: float, longest: int,
    chance: random.Random, save: Callable[[], None], averaged: float = 0.0,
) -> None:  # fmt: skip
    """Train on the pairs of each epoch; word embeddings stay as they are, sums are in bfloat16 where the processor has it.

    With `averaged` (a decay such as .998) the weights at the end are the exponential moving average of those on the way (Polyak & Juditsky 1992);
    what is saved after an epoch, too.
    """
    mean = (
        torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(averaged)) if averaged else None
    )
    for part in (model.body.words, model.body.positions):
        part.weight.requires_grad_(False)
    tokenizer = pair_tokenizer(longest)
    steps = sum(-(-len(rows) // BATCH) for rows in epochs)
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.06)
    began, done, running = time.time(), 0, 0.0
    for rows in epochs:
        model.train()
        for batch in _batches(rows, chance):
            encoded = tokenizer.encode_batch([(pair.first, pair.second) for pair in batch])
            ids, mask, kinds = (torch.tensor([getattr(e, name) for e in encoded]) for name in ("ids", "attention_mask", "type_ids"))
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(ids, mask, kinds)
            loss = loss_of(logits.float(), torch.tensor([pair.label for pair in batch]))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            if mean:
                mean.update_parameters(model)
            done, running = done + 1, 0.98 * running + 0.02 * float(loss.detach())
            if done % 100 == 0:
                print(f"  step {done}/{steps} loss {running / (1 - 0.98**done):.3f} {time.time() - began:.0f} s", flush=True)
        if mean:
            own = {name: tensor.clone() for name, tensor in model.state_dict().items()}
            model.load_state_dict(mean.module.state_dict())
            save()
            if rows is not epochs[-1]:
                model.load_state_dict(own)
        else:
            save()


def _batches(rows: list[Pair], chance: random.Random) -> list[list[Pair]]:
    mixed = chance.sample(rows, len(rows))
    size = BATCH * _SORTED
    blocks = [sorted(mixed[i : i + size], key=lambda p: len(p.first) + len(p.second)) for i in range(0, len(mixed), size)]
    batches = [block[i : i + BATCH] for block in blocks for i in range(0, len(block), BATCH)]
    chance.shuffle(batches)
    return batches
