"""Change of rate by a polyphase low-pass filter, in one go or in pieces. It never aliases: what the new rate cannot hold is filtered out."""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray

from caseroom.speech.base import Samples

_ZEROS = 16
"""Zero crossings of the sinc on each side, at the lower of the two rates."""
_KEPT = 0.94
"""The share of the lower rate's band that is passed."""
_BETA = 8.0
"""Of the Kaiser window: about 80 dB."""
_BLOCK = 4_096
"""Output samples computed at once; bounds the memory."""


class Resampler:
    """From one rate to another. Feed pieces in order; `flush` gives the rest."""

    def __init__(self, rate: int, to: int) -> None:
        divisor = gcd(rate, to)
        self._up, self._down = to // divisor, rate // divisor
        self._bank = _filters(self._up, self._down)
        self._half = self._bank.shape[1] // 2
        self._kept = np.zeros(self._half, np.float32)  # what came before the first sample is silence
        self._first = -self._half
        self._taken = self._made = 0

    def feed(self, samples: Samples) -> Samples:
        """The samples of the new rate that can be made by now."""
        if self._up == self._down:
            return samples
        self._taken += len(samples)
        return self._make(samples, self._taken - self._half)

    def flush(self) -> Samples:
        """The samples that were waiting for what comes next: silence."""
        if self._up == self._down:
            return np.zeros(0, np.float32)
        return self._make(np.zeros(2 * self._half + 2, np.float32), self._taken)

    def _make(self, samples: Samples, before: int) -> Samples:
        """All outputs whose middle lies before this input sample."""
        held = np.concatenate([self._kept, samples])
        until = max(self._made, -(-before * self._up // self._down))
        out = [self._block(held, n, min(n + _BLOCK, until)) for n in range(self._made, until, _BLOCK)]
        self._made = until
        drop = max(0, min(len(held), self._made * self._down // self._up - self._half + 1 - self._first))
        self._kept, self._first = held[drop:], self._first + drop
        return np.concatenate(out) if out else np.zeros(0, np.float32)

    def _block(self, held: Samples, start: int, end: int) -> Samples:
        middle, phase = np.divmod(np.arange(start, end, dtype=np.int64) * self._down, self._up)
        windows = np.lib.stride_tricks.sliding_window_view(held, self._bank.shape[1])[middle - self._half + 1 - self._first]
        result: Samples = np.einsum("nk,nk->n", windows, self._bank[phase]).astype(np.float32)
        return result


def _filters(up: int, down: int) -> NDArray[np.float32]:
    """One row of taps for each place between two input samples; each row sums to 1."""
    cut = _KEPT * min(1.0, up / down)
    half = int(np.ceil(_ZEROS / min(1.0, up / down)))
    places = np.arange(-half + 1, half + 1)[None, :] - (np.arange(up) / up)[:, None]
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (places / half) ** 2, 0, 1)))
    taps = np.sinc(cut * places) * window
    result: NDArray[np.float32] = (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def resampled(samples: Samples, rate: int, to: int) -> Samples:
    """The samples at another rate."""
    if rate == to:
        return samples
    worker = Resampler(rate, to)
    return np.concatenate([worker.feed(samples), worker.flush()])
