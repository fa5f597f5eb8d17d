"""Voice in a real browser with a microphone that plays a file: turns, captions, marks, barge-in, and what is said where something is missing."""

from __future__ import annotations

import json
import os
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect, sync_playwright
from tests.audio_endpoint import RATE, AudioEndpoint, audio_endpoint, tone, wav_bytes
from tests.conftest import ROOT
from tests.e2e.served import LONGEST, serving, within
from tests.e2e.test_browser import CHROMIUM, look_at, opened

from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings, settings_from_environment
from caseroom.speech import weights
from caseroom.speech.turns import _OPEN, THINKING, UNHURRIED, Rules
from caseroom.store.sessions import SessionStore
from caseroom.web.application import create_application

pytestmark = pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="no Chromium here; `apt-get install chromium` brings it")
QUESTION = "How long does an agent spend on a ticket?"
EXPECTED = ("status of", "Cross-Origin-Opener-Policy header has been ignored")
"""What Chromium writes of answers that the test asks for: an error's status, a page that is no secure context."""
FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
WEIGHTS = settings_from_environment().voice
TABLE = json.loads((ROOT / "tests" / "data" / "turns.json").read_text(encoding="utf-8"))["cases"]


def spoken(text: str) -> NDArray[np.float32]:
    """The words in the synthetic voice; where none is installed, a sound that swells like speech."""
    try:
        from caseroom.speech.audio import at_16k
        from caseroom.speech.hibari import Hibari

        return at_16k(Hibari().say(text)).samples
    except Exception as error:  # without the extra the recogniser's own test is skipped, too
        assert "hibari" in str(error), error
        return tone(0.06 * len(text))


def silence(seconds: float) -> NDArray[np.float32]:
    """A quiet room."""
    return (0.0005 * np.random.default_rng(1).standard_normal(round(seconds * RATE))).astype(np.float32)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[AudioEndpoint]:
    """Hears and speaks."""
    with audio_endpoint() as server:
        yield server


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf, endpoint: AudioEndpoint) -> Room:
    """A room whose settings name an endpoint; no recogniser on this machine."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, hear_by=f"http://{endpoint.host}/v1#ears", speak_by=f"http://{endpoint.host}/v1#mouth/alloy")
    return Room(settings, shelf, engine, SessionStore(settings.database))


@pytest.fixture(scope="module")
def address(talked: Room) -> Iterator[str]:
    """Where it is served; also under a name that is no secure context."""
    with serving(create_application(talked, ("room.test",))) as address:
        yield address


@contextmanager
def speaking(tmp_path: Path, *sound: NDArray[np.float32], flags: tuple[str, ...] = FAKE, init: str = "", **options: Any) -> Iterator[Page]:
    """A page of a browser whose microphone plays this sound once. It fails on a script's error."""
    path = tmp_path / "microphone.wav"
    path.write_bytes(wav_bytes(np.concatenate([*sound, silence(0.1)])))
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--autoplay-policy=user-gesture-required", *flags]
    wrong: list[str] = []
    with within(LONGEST, "Playwright to start"):
        playwright = sync_playwright().start()
    try:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*arguments, f"--use-file-for-fake-audio-capture={path}%noloop"], timeout=LONGEST * 1000
        )
        with opened(browser, None, viewport={"width": 1280, "height": 900}, **options) as context:
            if init:
                context.add_init_script(init)
            page = context.new_page()
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on(
                "console",
                lambda message: (
                    wrong.append(message.text) if message.type == "error" and not any(known in message.text for known in EXPECTED) else None
                ),
            )
            yield page
        with within(LONGEST, "the browser to close"):
            browser.close()
    finally:
        with within(LONGEST, "Playwright to stop"):
            playwright.stop()
    assert not wrong, wrong


def begin(page: Page, address: str) -> str:
    """A new interview; its id."""
    page.goto(f"{address}/cases/support-desk")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/sessions/*")
    return page.url.rsplit("/", 1)[1].split("#")[0]


def choose(page: Page, **wanted: str) -> None:
    """Choose in the settings, and agree to what is asked."""
    page.get_by_role("button", name="Voice settings").click()
    for name, value in wanted.items():
        page.locator(f"#voice-{name}").select_option(value)
    if page.locator("#voice-consent").is_visible():
        page.get_by_label("I agree that it is sent there").check()
        page.get_by_role("button", name="Use it").click()
    else:
        page.get_by_role("button", name="Close").click()


def wait_state(page: Page, *names: str) -> None:
    """Wait until the voice stands so."""
    page.wait_for_function("names => names.includes(document.getElementById('voice').dataset.state)", arg=list(names))


def test_push_to_talk(tmp_path: Path, address: str, talked: Room, endpoint: AudioEndpoint) -> None:
    """Held: heard, marked, put right, sent, kept, deleted."""
    endpoint.set(QUESTION + " And whom do they ask?", "spend", "whom")
    with speaking(tmp_path, silence(0.4), *[spoken(QUESTION)] * 60) as page:
        session = begin(page, address)
        look_at(page, "voice-off")
        page.get_by_role("button", name="Voice settings").click()
        page.locator("#voice-hears").select_option("endpoint")
        page.locator("#voice-speaks").select_option("endpoint")
        assert endpoint.host in page.locator("#voice-consent").inner_text()
        assert not page.get_by_role("button", name="Use it").is_enabled()
        look_at(page, "voice-settings")
        page.get_by_label("I agree that it is sent there").check()
        page.get_by_role("button", name="Use it").click()
        page.get_by_role("button", name="Voice settings").click()
        page.locator("#voice-speaks").select_option("none")
        page.get_by_label("Keep my audio").check()
        page.get_by_role("button", name="Close").click()
        page.get_by_text("Push to talk", exact=True).click()
        wait_state(page, "key")
        page.wait_for_function("() => document.activeElement?.id === 'talk'")
        page.wait_for_function("() => document.getElementById('level').ariaValueNow > 30")
        look_at(page, "voice-key")
        assert not endpoint.heard, "sound was sent before the key was pressed"

        page.keyboard.down("Space")
        wait_state(page, "you")
        page.wait_for_function("() => document.getElementById('caption').textContent.includes('agent')")
        assert page.locator("#said").input_value() == "", "a caption counts before the turn is over"
        look_at(page, "voice-you")
        page.keyboard.up("Space")
        wait_state(page, "read")
        assert page.locator("#said").input_value().startswith(QUESTION)
        marked = page.locator("#said-behind mark")
        assert marked.all_inner_texts() == ["spend", "whom"]
        assert page.locator(".turn.candidate").count() == 0
        look_at(page, "voice-read")

        # a reload loses nothing; typing over a mark takes it away
        page.reload()
        assert marked.all_inner_texts() == ["spend", "whom"]
        page.get_by_role("button", name="Correct “spend”").click()
        page.keyboard.type("need")
        assert marked.all_inner_texts() == ["whom"]
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelectorAll('.turn.interviewer').length > 1")
        assert page.locator(".turn.candidate u.garbled").all_inner_texts() == ["whom"]
        turn = talked.store.session(session).turns[0]
        assert turn.text == QUESTION.replace("spend", "need") + " And whom do they ask?"
        assert turn.heard and [turn.text[a:b] for a, b in turn.heard.garbled] == ["whom"]
        assert turn.heard.audio and (talked.settings.home / "audio" / session / turn.heard.audio).is_file()
        page.goto(f"{address}/sessions/{session}/transcript")
        expect(page.locator("u.garbled")).to_have_text("whom")
        look_at(page, "voice-transcript")
        length = page.evaluate(
            "async () => { const sound = document.querySelector('audio'); sound.load(); await new Promise(go => sound.addEventListener('loadedmetadata', go)); return sound.duration; }"
        )
        assert length > 1

        # a typed turn between, then tapped on and off with the mouse
        page.goto(f"{address}/sessions/{session}")
        page.get_by_label("What you say").fill("What is the budget?")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "() => document.querySelectorAll('.turn.interviewer').length > 2 && !document.getElementById('send').disabled"
        )
        assert talked.store.session(session).turns[1].heard is None
        page.get_by_role("button", name="Go on with push to talk").click()
        wait_state(page, "key")
        page.locator("#talk").click()
        wait_state(page, "you")
        page.wait_for_timeout(2500)
        page.locator("#talk").click()
        wait_state(page, "read")
        page.get_by_role("button", name="“whom” is right").click()
        assert marked.all_inner_texts() == ["spend"]

        # the endpoint fails: the sound is still there
        endpoint.failing = True
        page.locator("#talk").click()
        wait_state(page, "you")
        page.wait_for_timeout(1000)
        page.locator("#talk").click()
        page.get_by_role("button", name="Try again").wait_for()
        expect(page.get_by_role("alert")).to_contain_text("still there")
        look_at(page, "voice-failed")
        endpoint.failing = False
        page.get_by_role("button", name="Try again").click()
        page.wait_for_function("() => document.getElementById('said').value.split('agent').length === 3")
        page.request.delete(f"{address}/api/sessions/{session}")
        assert not (talked.settings.home / "audio" / session).exists()


BARGE = """
(() => {
  const got = MediaDevices.prototype.getUserMedia;
  window.loud = []; window.sounding = []; window.outs = [];
  MediaDevices.prototype.getUserMedia = async function (...a) {
    const stream = await got.apply(this, a), context = new AudioContext(), look = context.createAnalyser(), data = new Float32Array(512);
    look.fftSize = 512;
    context.createMediaStreamSource(stream.clone()).connect(look);
    setInterval(() => { look.getFloatTimeDomainData(data); if (data.reduce((s, v) => s + v * v, 0) / 512 > 1e-4) window.loud.push(performance.now()); }, 5);
    return stream;
  };
  const made = AudioContext.prototype.createBufferSource;
  AudioContext.prototype.createBufferSource = function () {
    const source = made.call(this), start = source.start, stop = source.stop;
    source.start = (...a) => { window.sounding.push(['start', performance.now()]); return start.apply(source, a); };
    source.stop = (...a) => { window.sounding.push(['stop', performance.now()]); return stop.apply(source, a); };
    return source;
  };
})();
"""
"""Watches from outside of our scripts when the microphone gets loud and when the voice is started and stopped."""


def test_hands_free_and_barge_in(tmp_path: Path, address: str, talked: Room, endpoint: AudioEndpoint) -> None:
    """A turn begins and ends by itself; a countdown sends it; who speaks over the interviewer stops the voice."""
    endpoint.set(QUESTION)
    endpoint.speech_seconds = 30.0
    with speaking(tmp_path, silence(9), spoken(QUESTION), silence(14), spoken(QUESTION), silence(60), init=BARGE) as page:
        session = begin(page, address)
        choose(page, hears="endpoint", speaks="endpoint", auto="3")
        page.get_by_text("Hands-free", exact=True).click()
        wait_state(page, "voice")
        assert endpoint.asked, "the opening is not spoken"
        look_at(page, "voice-interviewer")
        wait_state(page, "you")
        sounding, loud = page.evaluate("() => [window.sounding, window.loud]")
        first = next(at for at in loud if at > next(at for kind, at in sounding if kind == "start"))
        stopped = next(at for kind, at in sounding if kind == "stop" and at >= first - 40)
        print(f"the voice is still {stopped - first:.0f} ms after the first sound")
        assert stopped - first <= 100
        assert [kind for kind, _ in sounding][-1] == "stop"

        wait_state(page, "sending")
        assert page.locator("#countdown").inner_text() in "123"
        look_at(page, "voice-sending")
        page.keyboard.press("Shift")
        wait_state(page, "read")
        assert page.locator(".turn.candidate").count() == 0

        # going on before it was sent is the same turn
        wait_state(page, "you")
        page.wait_for_function("() => document.getElementById('said').value.split('ticket').length === 3")
        page.wait_for_function("() => document.querySelectorAll('.turn.interviewer').length > 1")
        turn = talked.store.session(session).turns[0]
        assert turn.heard and turn.text == f"{QUESTION} {QUESTION}" and len(turn.heard.words) == 18
        assert turn.heard.words[9][2] > turn.heard.words[8][3], "the times of the second piece come after those of the first"
        wait_state(page, "voice")
        page.keyboard.press("Escape")
        wait_state(page, "free")
        page.get_by_text("Type", exact=True).click()
        wait_state(page, "off")


@pytest.mark.skipif(
    "base" not in weights.names(WEIGHTS) and "tiny.en" not in weights.names(WEIGHTS),
    reason="no recogniser on this machine; `caseroom voice install` brings one",
)
def test_heard_on_this_machine(tmp_path: Path, talked: Room) -> None:
    """Real Whisper and a real voice: a question that was only spoken is answered aloud."""
    room = replace(talked, settings=replace(talked.settings, voice_folder=WEIGHTS, hear_by="", speak_by=""))
    with serving(create_application(room)) as address, speaking(tmp_path, silence(14), spoken(QUESTION), silence(120), init=BARGE) as page:
        session = begin(page, address)
        page.set_default_timeout(90_000)
        choose(page, speaks="hibari", auto="0")
        expect(page.locator("#voice-hears option:checked")).to_contain_text("on this machine (Whisper")
        page.get_by_text("Hands-free", exact=True).click()
        page.wait_for_function("() => document.querySelectorAll('.turn.interviewer').length > 1")
        turn = room.store.session(session).turns[0]
        assert "agent" in turn.text and "ticket" in turn.text
        assert turn.heard and turn.heard.by.startswith("recogniser:whisper") and len(turn.heard.words) >= 8
        assert turn.heard.waited is not None
        expect(page.locator(".turn.interviewer").last).to_contain_text("8 minutes")
        wait_state(page, "voice")


def test_who_speaks_when_is_as_on_the_server(tmp_path: Path, address: str) -> None:
    with speaking(tmp_path, silence(1)) as page:
        begin(page, address)
        source = page.locator("script[src*='voice.js']").get_attribute("src")
        rules = page.evaluate(
            "async (from) => { const t = await import(from); return [t.RULES, t.THINKING.source, t.UNHURRIED.source, t.OPEN.source]; }",
            str(source).replace("voice.js", "turns.js"),
        )
        assert rules[0] == {name: getattr(Rules(), name) for name in Rules.__slots__}
        assert rules[1:] == [THINKING.pattern, UNHURRIED.pattern, _OPEN.pattern]
        done = page.evaluate(_RUN_TABLE, [str(source).replace("voice.js", "turns.js"), TABLE])
    for case, (actions, patience) in zip(TABLE, done, strict=True):
        assert [kind for kind, _ in actions] == [kind for kind, _ in case["actions"]], case["name"]
        assert [at for _, at in actions] == pytest.approx([at for _, at in case["actions"]], abs=0.06), case["name"]
        if "patience_after" in case:
            wanted = case["patience_after"]["patience"]
            assert all(value is None if wanted is None else value == pytest.approx(wanted, abs=0.06) for value in patience) and patience, (
                case["name"]
            )


_RUN_TABLE = """
async ([from, table]) => {
  const { advance, fresh, patience } = await import(from);
  const kinds = { pressed: 'pressed', released: 'released', voice: 'voice_began', still: 'voice_ended', caption: 'caption' };
  return table.map((row) => {
    let state = fresh(row.hands_free);
    const done = [], waits = [];
    row.signals.forEach((one, n) => {
      const signals = one[0] === 'speech'
        ? Array.from({ length: Math.round((one[2] - one[1]) / 0.05) }, (_, k) => ({ kind: 'chance', at: one[1] + k * 0.05, speech: one[3] }))
        : [{ kind: kinds[one[0]], at: one[1], text: one[2] }];
      for (const signal of signals) {
        if (row.patience_after?.signals === n + 1 && state.began !== null) waits.push(patience(state));
        const [next, actions] = advance(state, signal);
        state = next;
        done.push(...actions.map((action) => [action.kind, action.at]));
      }
    });
    return [done, waits];
  });
}
"""


def test_echo_is_not_the_candidate(tmp_path: Path, address: str) -> None:
    """The interviewer's own voice, as it comes back, is not speech; what is clearly above it is."""
    with speaking(tmp_path, silence(1)) as page:
        begin(page, address)
        source = str(page.locator("script[src*='voice.js']").get_attribute("src")).replace("voice.js", "listen.js")
        echo, over, quiet, hum, after = page.evaluate(
            """async (from) => {
              const { Detector } = await import(from);
              const one = new Detector();
              for (let n = 0; n < 60; n++) one.chance(-62 + (n % 3));
              const out = (n) => -24 + 5 * Math.sin(n / 3);
              const echo = Math.max(...Array.from({ length: 300 }, (_, n) => one.chance(out(n) - 14 + (n % 4), out(n))));
              const over = Array.from({ length: 8 }, (_, n) => one.chance(-22, out(n) - 6)).filter((p) => p >= 0.6).length;
              const quiet = one.chance(-58);
              for (let n = 0; n < 60; n++) { for (let k = 0; k < 8; k++) one.chance(-30); one.told(0.05); }
              const hum = one.chance(-30);
              one.told(0.9);
              return [echo, over, quiet, hum, one.chance(-20)];
            }""",
            source,
        )
        assert echo < 0.6 and over == 8 and quiet < 0.35 and hum < 0.35 and after > 0.9


def test_a_microphone_that_is_refused(tmp_path: Path, address: str) -> None:
    with speaking(tmp_path, silence(1), flags=("--use-fake-device-for-media-stream", "--deny-permission-prompts")) as page:
        begin(page, address)
        choose(page, hears="endpoint", speaks="none")
        page.get_by_text("Push to talk", exact=True).click()
        page.get_by_role("alert").get_by_text("may not use the microphone").wait_for()
        assert page.get_by_label("Type", exact=True).is_checked()
        look_at(page, "voice-denied")
        page.get_by_label("What you say").fill(QUESTION)  # typing goes on
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelectorAll('.turn.interviewer').length > 1")


def test_no_microphone_and_no_secure_page(tmp_path: Path, address: str) -> None:
    port = address.rsplit(":", 1)[1]
    with speaking(tmp_path, silence(1), flags=("--use-fake-ui-for-media-stream", "--host-resolver-rules=MAP room.test 127.0.0.1")) as page:
        begin(page, address)
        choose(page, hears="endpoint", speaks="none")
        page.get_by_text("Push to talk", exact=True).click()
        page.get_by_role("alert").get_by_text("No microphone was found").wait_for()
        page.goto(f"http://room.test:{port}/cases/support-desk")
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url("**/sessions/*")
        page.get_by_text("Hands-free", exact=True).click()
        page.get_by_role("alert").get_by_text("only to a page on this machine or over https").wait_for()
        look_at(page, "voice-insecure")


ENGINE = """
window.SpeechRecognition = window.webkitSpeechRecognition = class {
  start() { window.engine = this; }
  stop() { setTimeout(() => this.onend()); }
  abort() {}
};
"""
"""The browser's own engine needs its maker's servers; the test says its results."""


def test_the_browsers_own_engine(tmp_path: Path, address: str, talked: Room) -> None:
    with speaking(tmp_path, silence(60), init=ENGINE) as page:
        session = begin(page, address)
        page.get_by_role("button", name="Voice settings").click()
        page.locator("#voice-hears").select_option("browser")
        expect(page.locator("#voice-consent")).to_contain_text("Google")
        look_at(page, "voice-browser-engine")
        page.locator("#voice-speaks").select_option("none")
        page.get_by_role("button", name="Close").click()
        page.get_by_text("Push to talk", exact=True).click()  # not agreed yet: asked again, nothing listens
        page.locator("#voice-settings[open]").wait_for()
        assert page.evaluate("() => window.engine === undefined")
        page.get_by_label("I agree that it is sent there").check()
        page.get_by_role("button", name="Use it").click()
        wait_state(page, "key")
        page.locator("#talk").focus()
        page.keyboard.press("Enter")
        wait_state(page, "you")
        page.evaluate(
            "() => window.engine.onresult({ results: [Object.assign([{ transcript: 'how long does', confidence: 0 }], { isFinal: false })] })"
        )
        page.locator("#caption", has_text="how long does").wait_for()
        page.evaluate(
            "() => window.engine.onresult({ results: [Object.assign([{ transcript: 'how long does an agent need', confidence: 0.93 }], { isFinal: true }),"
            " Object.assign([{ transcript: 'for a thicket', confidence: 0.31 }], { isFinal: true })] })"
        )
        page.keyboard.press("Enter")
        wait_state(page, "read")
        expect(page.locator("#said-behind mark")).to_have_text("for a thicket")
        page.get_by_label("What you say").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelectorAll('.turn.interviewer').length > 1")
        heard = talked.store.session(session).turns[0].heard
        assert heard and heard.by == "recogniser:browser" and heard.garbled and not heard.words


def test_the_browsers_own_engine_without_its_maker(tmp_path: Path, address: str) -> None:
    """Chromium has the engine by name; where it cannot hear, that is said."""
    with speaking(tmp_path, silence(60)) as page:
        begin(page, address)
        choose(page, hears="browser", speaks="none")
        page.get_by_text("Push to talk", exact=True).click()
        wait_state(page, "key")
        page.locator("#talk").click()
        page.get_by_role("alert").get_by_text("own engine").wait_for()


def test_without_a_script_the_room_is_as_ever(tmp_path: Path, address: str) -> None:
    with speaking(tmp_path, silence(1), java_script_enabled=False) as page:
        begin(page, address)
        expect(page.locator("#voice")).not_to_be_visible()
        expect(page.locator("#voice-settings")).not_to_be_visible()


def test_recordings_are_wav(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(wav_bytes(tone(1)))
    with wave.open(str(path)) as file:
        assert file.getframerate() == RATE and file.getnframes() == RATE
