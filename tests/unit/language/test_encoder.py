from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from caseroom.errors import WeightsError
from caseroom.language.encoder import Encoder
from caseroom.language.memory import Memory
from caseroom.language.runtime import WEIGHTS

TEXTS = ["How many tickets do you get a day?", "x", "A long one: " + "and so on " * 40, "¿Cuántos? 多少 كم 🙂", ""]


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return Encoder().encode(TEXTS)


def test_a_vector_does_not_depend_on_its_neighbours(vectors: np.ndarray) -> None:
    for number, text in enumerate(TEXTS):
        assert np.array_equal(Encoder().encode([text])[0], vectors[number])


def test_a_remembered_vector_is_the_computed_one(vectors: np.ndarray, tmp_path: Path) -> None:
    first = Encoder()
    first.encode(TEXTS)
    first.memory.save(tmp_path / "v.npz", first.signature, TEXTS)
    second = Encoder()
    assert second.memory.load(tmp_path / "v.npz", second.signature)
    assert len(second.memory) == len(TEXTS)
    assert np.array_equal(second.encode(TEXTS), vectors)


def test_vectors_have_length_one_and_mean_something(vectors: np.ndarray) -> None:
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    near, far = Encoder().encode(["What is the daily number of tickets?", "The cat sleeps on the warm stove."]) @ vectors[0]
    assert near > 0.6 > 0.3 > far


def test_vectors_of_another_model_or_a_torn_file_count_as_none(tmp_path: Path) -> None:
    encoder = Encoder()
    encoder.encode(["a"])
    encoder.memory.save(tmp_path / "v.npz", "another", ["a"])
    assert not Memory().load(tmp_path / "v.npz", encoder.signature)
    (tmp_path / "v.npz").write_bytes((tmp_path / "v.npz").read_bytes()[:40])
    assert not Memory().load(tmp_path / "v.npz", "another")
    assert not Memory().load(tmp_path / "absent.npz", "another")


def test_weights_are_as_shipped() -> None:
    Encoder().model.verify()
    assert (WEIGHTS / "encoder.onnx").stat().st_size <= 30_000_000


def test_damaged_weights_are_named(tmp_path: Path) -> None:
    for path in WEIGHTS.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "encoder.onnx").write_bytes(b"torn")
    with pytest.raises(WeightsError, match=r"encoder\.onnx is missing or damaged"):
        Encoder(tmp_path).model.verify()
    with pytest.raises(WeightsError, match="Install caseroom again"):
        Encoder(tmp_path).encode(["hello"])


def test_a_text_token_by_token() -> None:
    encoder = Encoder()
    read = encoder.tokens(TEXTS)
    assert [tokens.ids for tokens in read] == encoder.pieces(TEXTS)
    assert len(read[-1].ids) == 2, "an empty text is its two special tokens"
    for text, tokens in zip(TEXTS, read, strict=True):
        assert tokens.vectors.shape == (len(tokens.ids), 384)
        assert np.allclose(np.linalg.norm(tokens.vectors, axis=1), 1.0, atol=1e-5)
        assert np.allclose(tokens.vectors, encoder.tokens([text])[0].vectors, atol=1e-5)
    assert encoder.tokens([]) == []


def test_tokens_reach_beyond_what_a_sentence_may_have() -> None:
    assert len(Encoder().pieces(["word " * 900])[0]) == 512
