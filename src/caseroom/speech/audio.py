"""Recordings as sound at 16 kHz: WAV by our own reader, other formats through PyAV. Memory is bounded; channels stay apart; nothing is played."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from caseroom.speech import wav
from caseroom.speech.base import RATE, Samples, Sound, SpeechError
from caseroom.speech.resample import Resampler, resampled

_MISSING = 0.5
"""Seconds that a recording may lack at its end before it counts as cut short."""
NO_PYAV = "Only WAV is read without the extra. `pip install 'caseroom[voice]'`, or save the recording as WAV."


@dataclass(frozen=True, slots=True)
class Recording:
    """A file with sound in it. It is read when its blocks are taken."""

    path: Path
    channels: int
    """1, or 2; more than two are mixed to one."""
    seconds: float
    """How long it says it is; 0 if it does not say."""
    partial: bool = False
    """Whether a file that is cut short is taken as far as it goes."""

    def blocks(self) -> Iterator[tuple[Samples, ...]]:
        """The channels at 16 kHz, some seconds at a time.

        Raises:
            SpeechError: it is cut short, or damaged.
        """
        source = _wav_blocks(self.path) if wav.is_wav(self.path) else _other_blocks(self.path, self.channels)
        heard = 0
        try:
            for block in source:
                heard += len(block[0])
                yield block
        except SpeechError:
            if not self.partial or not heard:
                raise
        self._whole(heard / RATE)

    def _whole(self, heard: float) -> None:
        if heard <= 0:
            raise SpeechError(f"{self.path} is empty: it holds no sample of sound.")
        if self.seconds - heard > max(_MISSING, 0.01 * self.seconds) and not self.partial:
            raise SpeechError(cut_words(self.path, heard, self.seconds))


def cut_words(path: Path, heard: float, seconds: float) -> str:
    """What to do about a file that ends too early."""
    return f"{path} is cut short: {heard:.1f} of {seconds:.1f} seconds are there. Copy it again, or add --partial to take it as far as it goes."


def recording(path: Path, *, partial: bool = False) -> Recording:
    """A recording that can be read.

    Raises:
        SpeechError: missing, empty, cut short, no sound in it, or a format that is not read.
    """
    try:
        if path.is_dir() or path.stat().st_size == 0:
            raise SpeechError(f"{path} is {'a folder' if path.is_dir() else 'empty'}. Give a recording.")
        ours = wav.is_wav(path)
    except OSError as error:
        raise SpeechError(f"{path} cannot be read: {error.strerror}.") from None
    if not ours:
        return _other(path, partial)
    known = wav.head(path)
    announced = known.seconds + known.missing // known.frame / known.rate
    if announced - known.seconds > _MISSING and not partial:
        raise SpeechError(cut_words(path, known.seconds, announced))
    return Recording(path, known.channels if known.channels <= 2 else 1, known.seconds if partial else announced, partial)


def read(path: Path, *, partial: bool = False) -> tuple[Sound, ...]:
    """A whole recording, one sound for each channel, at 16 kHz. For short ones; `Recording.blocks` takes any length."""
    found = recording(path, partial=partial)
    blocks = list(found.blocks())
    return tuple(Sound(np.concatenate([block[n] for block in blocks]), RATE) for n in range(found.channels))


def from_bytes(data: bytes, *, what: str = "The sound") -> Sound:
    """Sound that came over a wire (WAV, or what PyAV reads), as one channel at 16 kHz.

    Raises:
        SpeechError: it is no sound.
    """
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound"
        path.write_bytes(data)
        try:
            return mixed(read(path))
        except SpeechError as error:
            raise SpeechError(str(error).replace(str(path), what)) from None


def to_bytes(sound: Sound) -> bytes:
    """The sound as a WAV file in memory, 16-bit."""
    import wave

    target = io.BytesIO()
    with wave.open(target, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.rate)
        out.writeframes((sound.samples.clip(-1.0, 1.0) * 32767).round().astype("<i2").tobytes())
    return target.getvalue()


def mixed(channels: tuple[Sound, ...]) -> Sound:
    """All channels as one."""
    if len(channels) == 1:
        return channels[0]
    total: Samples = np.mean([one.samples for one in channels], axis=0, dtype=np.float32)
    return Sound(total, channels[0].rate)


def at_16k(sound: Sound) -> Sound:
    """The sound at the rate that recognisers take."""
    return sound if sound.rate == RATE else Sound(resampled(sound.samples, sound.rate, RATE), RATE)


def loudness(samples: Samples) -> float:
    """The root mean square in decibels below full scale; -120 for digital silence."""
    return float(20 * np.log10(max(1e-6, float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0)))


def _wav_blocks(path: Path) -> Iterator[tuple[Samples, ...]]:
    known = wav.head(path)
    count = known.channels if known.channels <= 2 else 1
    workers = [Resampler(known.rate, RATE) for _ in range(count)]
    for frames in wav.blocks(path, known):
        columns = [frames.mean(axis=1)] if known.channels > 2 else [frames[:, n] for n in range(count)]
        block = tuple(worker.feed(column) for worker, column in zip(workers, columns, strict=True))
        if len(block[0]):
            yield block
    yield tuple(worker.flush() for worker in workers)


def _opened(path: Path) -> Any:
    try:
        import av
    except ImportError:
        raise SpeechError(f"{path} is no WAV file. {NO_PYAV}") from None
    try:
        return av.open(str(path))
    except av.error.FFmpegError:
        raise SpeechError(f"{path} is no recording, or it is damaged. Give audio or video: WAV, MP3, M4A, OGG, FLAC, WebM, MP4 …") from None


def _other(path: Path, partial: bool) -> Recording:
    with _opened(path) as container:
        if not container.streams.audio:
            raise SpeechError(f"{path} has no audio track.")
        stream = container.streams.audio[0]
        seconds = float(container.duration or 0) / 1e6
        if stream.duration and stream.time_base:
            seconds = float(stream.duration * stream.time_base)
        return Recording(path, 2 if stream.channels == 2 else 1, seconds, partial)


def _other_blocks(path: Path, channels: int) -> Iterator[tuple[Samples, ...]]:
    import av

    with _opened(path) as container:
        worker = av.AudioResampler(format="fltp", layout="stereo" if channels == 2 else "mono", rate=RATE)
        try:
            for frame in container.decode(audio=0):
                for out in worker.resample(frame):
                    yield tuple(np.array(out.to_ndarray()[:channels], np.float32))
            for out in worker.resample(None):
                yield tuple(np.array(out.to_ndarray()[:channels], np.float32))
        except av.error.FFmpegError as error:
            raise SpeechError(
                f"{path} is damaged ({error.strerror}). Copy it again, or add --partial to take it as far as it goes."
            ) from None
