from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.speech import wav
from caseroom.speech.audio import from_bytes, loudness, mixed, read, recording, to_bytes
from caseroom.speech.base import RATE, Samples, Sound, SpeechError
from caseroom.speech.resample import Resampler, resampled


def tone(hertz: float, rate: int, seconds: float = 1.0, level: float = 0.5) -> Samples:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 24_000, 44_100, 48_000, 96_000, 7_919])
def test_a_tone_is_the_same_tone_at_another_rate(rate: int) -> None:
    made = resampled(tone(440, rate), rate, RATE)
    assert len(made) == RATE
    assert np.abs(made - tone(440, RATE))[200:-200].max() < 1e-3


@pytest.mark.parametrize(("rate", "hertz"), [(22_050, 10_000), (44_100, 9_500), (48_000, 20_000), (96_000, 30_000)])
def test_what_the_new_rate_cannot_hold_is_filtered_out(rate: int, hertz: float) -> None:
    made = resampled(tone(hertz, rate, level=1.0), rate, RATE)
    assert loudness(made[300:-300]) < -70


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=12), st.sampled_from([8_000, 24_000, 44_100, 48_000]))
def test_pieces_make_the_same_sound_as_the_whole(sizes: list[int], rate: int) -> None:
    whole = np.random.default_rng(1).normal(0, 0.1, sum(sizes)).astype(np.float32)
    worker, made, at = Resampler(rate, RATE), [], 0
    for size in sizes:
        made.append(worker.feed(whole[at : at + size]))
        at += size
    made.append(worker.flush())
    assert np.array_equal(np.concatenate(made), resampled(whole, rate, RATE))


def riff(kind: int, bits: int, channels: int, rate: int, data: bytes, announced: int | None = None, extensible: bool = False) -> bytes:
    form = struct.pack("<HHIIHH", 0xFFFE if extensible else kind, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    if extensible:
        form += struct.pack("<HHIH", 22, bits, 0, kind) + b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
    size = len(data) if announced is None else announced
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"LIST" + struct.pack("<I", 3) + b"abc\x00"
    return b"RIFF" + struct.pack("<I", min(0xFFFFFFFF, len(body) + 8 + size)) + body + b"data" + struct.pack("<I", size) + data


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("form", ["u1", "<i2", "i3", "<i4", "<f4", "<f8"])
def test_every_form_of_wav_is_read(tmp_path: Path, form: str, extensible: bool) -> None:
    sound = tone(300, RATE)
    if form == "u1":
        kind, bits, data = 1, 8, (sound * 127 + 128).astype(np.uint8).tobytes()
    elif form == "i3":
        whole = (sound * (2**23 - 1)).astype("<i4").tobytes()
        kind, bits, data = 1, 24, b"".join(whole[n : n + 3] for n in range(0, len(whole), 4))
    elif form.startswith("<i"):
        bits = int(form[2]) * 8
        kind, data = 1, (sound.astype(np.float64) * (2 ** (bits - 1) - 1)).astype(form).tobytes()
    else:
        kind, bits, data = 3, int(form[2]) * 8, sound.astype(form).tobytes()
    path = tmp_path / "a.wav"
    path.write_bytes(riff(kind, bits, 1, RATE, data, extensible=extensible))
    (read_back,) = read(path)
    assert read_back.rate == RATE
    assert np.abs(read_back.samples - sound).max() < (0.02 if bits == 8 else 1e-4)


def test_two_channels_stay_apart_and_more_are_mixed(tmp_path: Path) -> None:
    left, right = Sound(tone(300, 44_100), 44_100), Sound(tone(500, 44_100, level=0.1), 44_100)
    wav.write(tmp_path / "two.wav", left, right)
    found = read(tmp_path / "two.wav")
    assert [round(loudness(one.samples)) for one in found] == [round(loudness(left.samples)), round(loudness(right.samples))]
    assert len(mixed(found).samples) == RATE
    wav.write(tmp_path / "three.wav", left, right, right)
    assert len(read(tmp_path / "three.wav")) == 1


def test_what_is_written_reads_back_and_a_wire_carries_it(tmp_path: Path) -> None:
    sound = Sound(tone(440, RATE), RATE)
    wav.write(tmp_path / "deep" / "a.wav", sound)
    assert np.abs(read(tmp_path / "deep" / "a.wav")[0].samples - sound.samples).max() < 1e-4
    assert np.abs(from_bytes(to_bytes(sound)).samples - sound.samples).max() < 1e-4
    with wave.open(str(tmp_path / "deep" / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)


def test_bad_files_are_told_apart_and_say_what_to_do(tmp_path: Path) -> None:
    data = (tone(300, RATE, 4.0) * 32767).astype("<i2").tobytes()
    cut, empty, headless, odd = (tmp_path / name for name in ("cut.wav", "empty.wav", "headless.wav", "odd.wav"))
    cut.write_bytes(riff(1, 16, 1, RATE, data[: RATE * 2], announced=len(data)))
    empty.write_bytes(b"")
    headless.write_bytes(riff(1, 16, 1, RATE, data)[:30])
    odd.write_bytes(riff(7, 8, 1, RATE, data))
    with pytest.raises(SpeechError, match=r"cut short: 1\.0 of 4\.0 seconds.*--partial"):
        recording(cut)
    assert read(cut, partial=True)[0].seconds == pytest.approx(1.0, abs=0.01)
    with pytest.raises(SpeechError, match="is empty"):
        recording(empty)
    with pytest.raises(SpeechError, match="cut short"):
        recording(headless)
    with pytest.raises(SpeechError, match="16-bit PCM"):
        recording(odd)
    with pytest.raises(SpeechError, match="cannot be read"):
        recording(tmp_path / "missing.wav")
    with pytest.raises(SpeechError, match="folder"):
        recording(tmp_path)
    (tmp_path / "none.wav").write_bytes(riff(1, 16, 1, RATE, b""))
    assert recording(tmp_path / "cut.wav", partial=True).seconds == pytest.approx(1.0)


def test_a_writer_that_left_no_length_is_read_to_the_end(tmp_path: Path) -> None:
    data = (tone(300, RATE) * 32767).astype("<i2").tobytes()
    path = tmp_path / "stream.wav"
    path.write_bytes(riff(1, 16, 1, RATE, data, announced=0xFFFFFFFF))
    assert read(path)[0].seconds == pytest.approx(1.0)


def test_what_is_no_sound_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("CANDIDATE: hello " * 50)
    with pytest.raises(SpeechError, match=r"no recording|no WAV file|no audio track"):
        recording(path)


def test_other_formats_come_through_pyav(tmp_path: Path) -> None:
    av = pytest.importorskip("av", reason="needs the extra voice")
    path = tmp_path / "a.flac"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=44_100, layout="stereo")
        both = np.stack([tone(300, 44_100, 2.0), tone(500, 44_100, 2.0, level=0.05)])
        frame = av.AudioFrame.from_ndarray((both.T.reshape(1, -1) * 32767).astype(np.int16), format="s16", layout="stereo")
        frame.sample_rate = 44_100
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    left, right = read(path)
    assert left.seconds == pytest.approx(2.0, abs=0.05)
    assert loudness(left.samples) - loudness(right.samples) == pytest.approx(20, abs=1)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(SpeechError, match=r"cut short|damaged"):
        read(path)
