from __future__ import annotations

import random

import pytest

from caseroom.cases.shelf import Shelf
from caseroom.language.order import scrambled

STRONG = [passage.text for case in Shelf([]).all()[0] for passage in case.strong]


def test_shuffled_words_are_told() -> None:
    chance = random.Random(5)
    mixed = [" ".join(chance.sample(text.split(), len(text.split()))) for text in STRONG]
    assert sum(map(scrambled, mixed)) >= 0.9 * len(mixed)


def test_what_people_write_and_say_is_not() -> None:
    assert not any(map(scrambled, STRONG))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the",
        "🙂",
        "um so the the agents they they look for the article in the help centre and i think that's where most of the time goes",
        "In first week we look on the data what is there, and after we make small test with two person.",
        "GPU: per-request cost. Then? The audit. And, well, of the two I'd take (b).",
    ],
)
def test_odd_speech_passes(text: str) -> None:
    assert not scrambled(text)
