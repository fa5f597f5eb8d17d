"""The shipped model files: load them, verify them, run them in batches side by side. onnxruntime and tokenizers only."""

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

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Rows = Sequence[NDArray[np.float32]] | NDArray[np.float32]
Pool = Callable[[NDArray[np.float32], NDArray[np.int64]], Rows]
WEIGHTS = Path(__file__).parent / "weights"
_TOKENS_IN_BATCH = 640
_TOKENS_WORTH_SHARING = 24
_WORKERS = 2


class Model:
    """One ONNX file of the weights folder with the tokenizer beside it. Nothing is opened before it is needed."""

    def __init__(self, name: str, longest: int, folder: Path = WEIGHTS) -> None:
        """`longest`: tokens after which a text (or a pair) is cut."""
        self.name = name
        self.folder = folder
        self._longest = longest

    @cached_property
    def signature(self) -> str:
        """Which weights: the first digits of their digest."""
        return str(self._digests[self.name])[:12]

    @cached_property
    def _digests(self) -> dict[str, str]:
        try:
            digests: dict[str, str] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))["sha256"]
        except (OSError, ValueError, KeyError) as error:
            raise WeightsError(f"The models' manifest in {self.folder} cannot be read ({error}). Install caseroom again.") from None
        return digests

    def verify(self) -> None:
        """Check all files of the folder against their digests.

        Raises:
            WeightsError: a file is missing or damaged.
        """
        for name, digest in self._digests.items():
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
            return onnxruntime.InferenceSession(str(self.folder / self.name), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own kinds for a missing and a torn file
            raise WeightsError(f"The model {self.folder / self.name} cannot be loaded ({error}). Install caseroom again.") from None

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises bare Exception
            raise WeightsError(f"The tokenizer in {self.folder} cannot be loaded ({error}). Install caseroom again.") from None
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._longest)
        return tokenizer

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_WORKERS, thread_name_prefix="model")

    def run(
        self,
        texts: Sequence[str] | Sequence[tuple[str, str]],
        pool: Pool,
        progress: Callable[[int, int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Rows in the order of the texts (or pairs); `pool` makes rows of a batch's output and its attention mask."""
        return np.array(self._rows(self._tokenizer.encode_batch(_whole(texts)), pool, progress), np.float32)

    def ids(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """The tokens of each text, from the first special one to the last; the model is not run."""
        return [tuple(encoding.ids) for encoding in self._tokenizer.encode_batch(_whole(texts))]

    def tokens(self, texts: Sequence[str]) -> list[tuple[tuple[int, ...], NDArray[np.float32]]]:
        """For each text the ids of its tokens and the model's output for each of them."""
        encodings = self._tokenizer.encode_batch(_whole(texts))
        return list(zip([tuple(encoding.ids) for encoding in encodings], self._rows(encodings, _unpadded), strict=True))

    def _rows(self, encodings: list[Encoding], pool: Pool, progress: Callable[[int, int], None] | None = None) -> list[NDArray[np.float32]]:
        batches = list(_batches([len(encoding.ids) for encoding in encodings]))
        done, rows = 0, [np.empty(0, np.float32)] * len(encodings)
        for batch, made in zip(batches, self._side_by_side(lambda b: self._run([encodings[i] for i in b], pool), batches), strict=True):
            for place, row in zip(batch, made, strict=True):
                rows[place] = row
            done += len(batch)
            if progress:
                progress(done, len(encodings))
        return rows

    def _side_by_side(self, run: Callable[[list[int]], Rows], batches: list[list[int]]) -> Iterable[Rows]:
        """Batches on as many threads as there are workers; onnxruntime lets go of the interpreter while it computes."""
        return map(run, batches) if len(batches) == 1 else self._pool.map(run, batches)

    def _run(self, encodings: list[Encoding], pool: Pool) -> Rows:
        longest = max(len(encoding.ids) for encoding in encodings)
        ids, mask, kinds = (np.zeros((len(encodings), longest), np.int64) for _ in range(3))
        for row, encoding in enumerate(encodings):
            length = len(encoding.ids)
            ids[row, :length], mask[row, :length], kinds[row, :length] = encoding.ids, 1, encoding.type_ids
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}
        (output,) = self._session.run(None, {entry.name: given[entry.name] for entry in self._session.get_inputs()})
        return pool(output, mask)


def _unpadded(output: NDArray[np.float32], mask: NDArray[np.int64]) -> list[NDArray[np.float32]]:
    """Each text's rows without the padding, copied so that the padded batch can go."""
    return [row[:length].copy() for row, length in zip(output, mask.sum(1), strict=True)]


def _whole(texts: Sequence[str] | Sequence[tuple[str, str]]) -> list[Any]:
    """The texts without halves of surrogate pairs, which a browser's input can hold and a tokenizer cannot read."""

    def whole(text: str) -> str:
        """A text that can be written as UTF-8."""
        return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

    return [whole(text) if isinstance(text, str) else (whole(text[0]), whole(text[1])) for text in texts]


def _batches(lengths: list[int]) -> Iterable[list[int]]:
    """Positions in batches of like length, so that little padding is computed; a short list is dealt out evenly to the workers."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    if sum(lengths) <= _TOKENS_IN_BATCH:
        workers = min(_WORKERS, len(lengths), max(1, sum(lengths) // _TOKENS_WORTH_SHARING))
        yield from (order[first::workers] for first in range(workers))
        return
    batch: list[int] = []
    for position in order:
        if batch and (len(batch) + 1) * lengths[position] > _TOKENS_IN_BATCH:
            yield batch
            batch = []
        batch.append(position)
    yield batch
