"""The sentence encoder: texts to unit vectors, by the shipped int8 model on onnxruntime. No torch, no network.

A vector is rounded to int8 before anyone sees it, so a remembered vector and a fresh one are the same to the last bit, and it does
not depend on what else was in the batch (`training/quantise.py` says how).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from caseroom.errors import WeightsError
from caseroom.language.memory import Memory, key_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]
WEIGHTS = Path(__file__).parent / "weights"
WIDTH = 384
_LONGEST = 192  # tokens; a sentence of 60 words has fewer
_TOKENS_IN_BATCH = 640
_TOKENS_WORTH_SHARING = 48
_WORKERS = 2


class Encoder:
    """all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020), mean-pooled."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Opens nothing yet; the model is loaded when the first text that is not remembered comes."""
        self.folder = folder
        self.memory = Memory()

    @cached_property
    def signature(self) -> str:
        """Which weights: the first digits of their digest."""
        return str(self._manifest["sha256"]["encoder.onnx"])[:12]

    @cached_property
    def _manifest(self) -> dict[str, Any]:
        try:
            manifest: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise WeightsError(f"The encoder's manifest in {self.folder} cannot be read ({error}). Install caseroom again.") from None
        return manifest

    def verify(self) -> None:
        """Check the weights against their digests.

        Raises:
            WeightsError: a file is missing or damaged.
        """
        for name, digest in self._manifest["sha256"].items():
            path = self.folder / name
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                raise WeightsError(f"The model file {path} is missing or damaged. Install caseroom again.")

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # batches run side by side instead: faster for short texts
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(str(self.folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own kinds for a missing and a torn file
            raise WeightsError(f"The encoder in {self.folder} cannot be loaded ({error}). Install caseroom again.") from None

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises bare Exception
            raise WeightsError(f"The tokenizer in {self.folder} cannot be loaded ({error}). Install caseroom again.") from None
        tokenizer.no_padding()
        tokenizer.enable_truncation(_LONGEST)
        return tokenizer

    def warm(self) -> None:
        """Load the model now, so that the first turn does not wait for it."""
        self._compute(["ready"])

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        """Unit vectors, shape (len(texts), 384). What is remembered is not computed again; `progress` is told (done, all)."""
        keys = [key_of(text) for text in texts]
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.memory}
        if fresh:
            self.memory.add(list(fresh), self._compute(list(fresh.values()), progress))
        return self.memory.rows(keys)

    def _compute(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        encodings = self._tokenizer.encode_batch(list(texts))
        ids = [encoding.ids for encoding in encodings]
        result = np.empty((len(texts), WIDTH), np.float32)
        done = 0
        batches = list(_batches(ids))
        for batch, vectors in zip(batches, self._side_by_side(lambda b: self._run([ids[i] for i in b]), batches), strict=True):
            result[batch] = vectors
            done += len(batch)
            if progress:
                progress(done, len(texts))
        return result

    def _side_by_side(self, run: Callable[[list[int]], Vectors], batches: list[list[int]]) -> Iterable[Vectors]:
        """Batches on as many threads as there are workers; onnxruntime lets go of the interpreter while it computes."""
        return map(run, batches) if len(batches) == 1 else self._pool.map(run, batches)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_WORKERS, thread_name_prefix="encoder")

    def _run(self, ids: list[list[int]]) -> Vectors:
        longest = max(map(len, ids))
        tokens, mask = np.zeros((len(ids), longest), np.int64), np.zeros((len(ids), longest), np.int64)
        for row, numbers in enumerate(ids):
            tokens[row, : len(numbers)], mask[row, : len(numbers)] = numbers, 1
        (states,) = self._session.run(None, {"input_ids": tokens, "attention_mask": mask})
        weight = mask[..., None].astype(np.float32)
        pooled = (states * weight).sum(1) / weight.sum(1)
        vectors: Vectors = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return vectors


def _batches(ids: list[list[int]]) -> Iterable[list[int]]:
    """Positions in batches of like length, so that little padding is computed; a short list is shared out between the workers."""
    most = min(_TOKENS_IN_BATCH, max(_TOKENS_WORTH_SHARING, sum(map(len, ids)) // _WORKERS + 1))
    batch: list[int] = []
    for position in sorted(range(len(ids)), key=lambda i: len(ids[i])):
        if batch and (len(batch) + 1) * len(ids[position]) > most:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch
