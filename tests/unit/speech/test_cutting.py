from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.speech.base import RATE, Chance, Samples, Segment, Sound
from caseroom.speech.cutter import LONGEST, Cutter, stretches


class Loud:
    """A detector by loudness alone: what is cut where needs no weights."""

    signature = "detector:loudness"

    def __init__(self) -> None:
        self.at = 0.0

    def segments(self, sound: Sound) -> tuple[Segment, ...]:
        return (Segment(0.0, sound.seconds),)

    def stream(self) -> Loud:
        return Loud()

    def feed(self, samples: Samples) -> tuple[Chance, ...]:
        found = []
        for start in range(0, len(samples), 512):
            part = samples[start : start + 512]
            self.at += len(part) / RATE
            found.append(Chance(self.at, 1.0 if np.abs(part).max(initial=0.0) > 0.02 else 0.0))
        return tuple(found)


def speech(seconds: float) -> Samples:
    return np.full(round(seconds * RATE), 0.1, np.float32)


def quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def cut(*parts: Samples) -> list[tuple[float, float]]:
    return [(round(s.start, 1), round(s.end, 1)) for s in stretches(Sound(np.concatenate(parts), RATE), Loud(), block=0.032)]


def test_a_stretch_ends_in_a_pause() -> None:
    found = cut(speech(13), quiet(1), speech(14), quiet(1))
    assert [edge for one in found for edge in one] == pytest.approx([0.0, 13.4, 13.7, 28.4], abs=0.15)


def test_a_short_one_is_kept_together_with_what_follows() -> None:
    assert len(cut(speech(3), quiet(1), speech(3), quiet(1), speech(3), quiet(2))) == 1


def test_without_a_long_pause_it_is_cut_at_the_longest_there_was() -> None:
    found = cut(speech(10), quiet(0.3), speech(9), quiet(0.2), speech(12), quiet(2))
    assert found[0][1] == pytest.approx(10.15, abs=0.15)
    assert found[1][0] == pytest.approx(10.15, abs=0.2)


def test_who_never_pauses_is_cut_all_the_same() -> None:
    assert all(end - start <= LONGEST + 0.1 for start, end in cut(speech(100)))


def test_silence_before_speech_does_not_count() -> None:
    found = cut(quiet(24), speech(8), quiet(2))
    assert [edge for one in found for edge in one] == pytest.approx([23.7, 34.0], abs=0.2)
    assert cut(quiet(90)) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 20), st.floats(0.05, 3)), min_size=1, max_size=6), st.sampled_from([0.05, 1.0, 7.0]))
def test_all_speech_is_in_some_stretch_and_in_one_only(rows: list[tuple[float, float]], block: float) -> None:
    sound = np.concatenate([part for talk, rest in rows for part in (speech(talk), quiet(rest))])
    found = stretches(Sound(sound, RATE), Loud(), block=block)
    covered = np.zeros(len(sound), np.int64)
    for one in found:
        start = round(one.start * RATE)
        assert np.array_equal(one.sound.samples, sound[start : start + len(one.sound.samples)])
        covered[start : start + len(one.sound.samples)] += 1
    assert covered.max(initial=0) <= 1
    assert covered[sound > 0].min(initial=1) == 1


def test_memory_is_bounded_in_silence() -> None:
    cutter = Cutter(Loud())
    for _ in range(300):
        cutter.feed(quiet(1))
    assert sum(len(part) for part in cutter._held) < 40 * RATE
