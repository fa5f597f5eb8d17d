"""Two speakers on one channel told apart by their voices: pitch and spectral envelope of each utterance, two clusters. It identifies nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from caseroom.speech.base import RATE, Samples

Rows = NDArray[np.float64]
_FRAME, _HOP = 512, 256
_BANDS, _KEPT = 26, 13
_LOW, _HIGH = 70.0, 350.0
"""Hertz: the pitch of voices."""
_VOICED = 0.45
_ENOUGH = 1.0
"""Seconds: a shorter utterance tells little about a voice."""
_APART = 0.12
"""Mean silhouette (Rousseeuw 1987) from which two voices are believed."""
_LEAST_SHARE = 0.04
LENGTH = 2 * _KEPT
"""Numbers that describe an utterance: pitch (two), envelope (mean and spread)."""


def features(samples: Samples) -> NDArray[np.float64]:
    """What describes the voice in an utterance at 16 kHz."""
    if len(samples) < _FRAME * 2:
        return np.zeros(LENGTH)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), _FRAME)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_FRAME), 2 * _FRAME)) ** 2
    energy = power.sum(axis=1)
    loud = energy > 0.05 * np.percentile(energy, 90)
    power, frames = power[loud], frames[loud]
    bands = np.log(power @ _filters().T + 1e-10)
    envelope = (bands - bands.mean(axis=1, keepdims=True)) @ _cosines().T
    pitch = _pitches(frames)
    tone = [np.log(np.median(pitch)), np.log(pitch).std()] if len(pitch) >= 3 else [np.log(150.0), 0.2]
    return np.concatenate([tone, envelope.mean(axis=0)[1:], envelope.std(axis=0)[1:]])


@cache
def _filters() -> Rows:
    """Triangles at equal distances on the mel scale, 60 to 7600 Hz."""
    edges = 700 * (10 ** (np.linspace(_mel(60), _mel(7600), _BANDS + 2) / 2595) - 1)
    place = np.fft.rfftfreq(2 * _FRAME, 1 / RATE)
    up = (place[None, :] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - place[None, :]) / (edges[2:] - edges[1:-1])[:, None]
    return np.clip(np.minimum(up, down), 0, None)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


@cache
def _cosines() -> Rows:
    table: Rows = np.cos(np.pi / _BANDS * (np.arange(_BANDS)[None, :] + 0.5) * np.arange(_KEPT)[:, None]) * np.sqrt(2 / _BANDS)
    return table


def _pitches(frames: Rows) -> Rows:
    """The pitch of each voiced frame, by autocorrelation over the window's own (Boersma 1993)."""
    window = np.hanning(_FRAME)
    centred = (frames - frames.mean(axis=1, keepdims=True)) * window
    raw = np.fft.irfft(np.abs(np.fft.rfft(centred, 2 * _FRAME)) ** 2)[:, :_FRAME]
    own = np.fft.irfft(np.abs(np.fft.rfft(window, 2 * _FRAME)) ** 2)[:_FRAME]
    shortest, longest = int(RATE / _HIGH), int(RATE / _LOW)
    lags = raw[:, shortest:longest] / np.maximum(raw[:, :1], 1e-12) / (own[shortest:longest] / own[0])
    best = lags.argmax(axis=1)
    strong = lags[np.arange(len(lags)), best] > _VOICED
    found: Rows = RATE / (best[strong] + shortest).astype(np.float64)
    return found


@dataclass(frozen=True, slots=True)
class Parted:
    """Which of two voices speaks each utterance."""

    who: tuple[int, ...]
    """0 or 1; all 0 where only one voice was heard."""
    sure: float
    """0 to 1: how far the two voices lie apart."""

    @property
    def two(self) -> bool:
        """Whether two voices were heard."""
        return len(set(self.who)) == 2


def part(rows: Sequence[NDArray[np.float64]], seconds: Sequence[float], gaps: Sequence[float]) -> Parted:
    """Two clusters of utterances. `gaps` is the silence before each: a short utterance right after another is likely by the same speaker."""
    long = [n for n, length in enumerate(seconds) if length >= _ENOUGH]
    if len(long) < 4:
        return Parted((0,) * len(rows), 0.0)
    table = np.array([rows[n] for n in range(len(rows))])
    scaled = (table - table[long].mean(axis=0)) / np.maximum(table[long].std(axis=0), 1e-6) * _weights()
    weights = np.sqrt(np.minimum(8.0, np.array([seconds[n] for n in long])))
    labels, centres = _two_means(scaled[long], weights)
    apart = _silhouette(scaled[long], labels)
    share = min((weights * (labels == k)).sum() for k in (0, 1)) / weights.sum()
    if apart < _APART or share < _LEAST_SHARE:
        return Parted((0,) * len(rows), round(float(max(0.0, 1 - apart / _APART)), 2) if apart < _APART else 0.5)
    far = ((scaled[:, None, :] - centres[None]) ** 2).sum(axis=2)
    return Parted(_smooth(far, seconds, gaps), round(float(min(1.0, apart / 0.35)), 2))


def _weights() -> NDArray[np.float64]:
    """Pitch says most; how the envelope moves says least."""
    return np.concatenate([[3.0, 0.5], np.full(_KEPT - 1, 1.0), np.full(_KEPT - 1, 0.3)])


def _two_means(rows: Rows, weights: NDArray[np.float64]) -> tuple[NDArray[np.int64], Rows]:
    """2-means from the two halves along the first principal axis, so that it is the same each time."""
    axis = np.linalg.svd(rows * weights[:, None], full_matrices=False)[2][0]
    labels = (rows @ axis > np.median(rows @ axis)).astype(np.int64)
    for _ in range(50):
        centres = np.array([np.average(rows[labels == k], axis=0, weights=weights[labels == k]) for k in (0, 1)])
        fresh = ((rows[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        if (fresh == labels).all() or len(set(fresh.tolist())) < 2:
            break
        labels = fresh
    return labels, centres


def _silhouette(rows: Rows, labels: NDArray[np.int64], most: int = 400) -> float:
    step = max(1, len(rows) // most)
    rows, labels = rows[::step], labels[::step]
    far = np.sqrt(np.maximum(0, ((rows[:, None, :] - rows[None]) ** 2).sum(axis=2)))
    found = []
    for n, label in enumerate(labels):
        same, other = labels == label, labels != label
        if same.sum() > 1 and other.any():
            a, b = far[n][same].sum() / (same.sum() - 1), far[n][other].mean()
            found.append((b - a) / max(a, b, 1e-9))
    return float(np.mean(found)) if found else 0.0


def _smooth(far: Rows, seconds: Sequence[float], gaps: Sequence[float]) -> tuple[int, ...]:
    """The cheapest sequence of speakers (Viterbi 1967): what a voice sounds like, and that speakers change after a silence rather than within a breath."""
    weight = np.minimum(4.0, np.asarray(seconds))[:, None] / np.median(far.min(axis=1) + 1e-9)
    cost = far * weight
    best, back = cost[0].copy(), list[NDArray[np.int64]]()
    for n in range(1, len(cost)):
        change = 2.0 if gaps[n] < 0.2 else 0.8 if gaps[n] < 0.5 else 0.2
        ways = best[None, :] + change * (1 - np.eye(2))
        back.append(ways.argmin(axis=1))
        best = ways.min(axis=1) + cost[n]
    who = [int(best.argmin())]
    for step in reversed(back):
        who.append(int(step[who[-1]]))
    return tuple(reversed(who))
