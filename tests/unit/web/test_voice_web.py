"""Voice over HTTP: sound in pieces or whole, limits, what a turn keeps, what the interviewer's voice says and does not, and who may ask."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from tests.audio_endpoint import RATE, AudioEndpoint, audio_endpoint, tone, wav_bytes

from caseroom.app import booth
from caseroom.app.interviews import Room
from caseroom.web import api
from caseroom.web.application import create_application

WAV = {"Content-Type": "audio/wav"}
PIECE = 7680
SAID = "How long does an agent spend on a ticket?"


@pytest.fixture
def endpoint() -> Iterator[AudioEndpoint]:
    """Hears and speaks."""
    with audio_endpoint() as server:
        server.speech_seconds = 0.5
        yield server


@pytest.fixture
def voiced(room: Room, endpoint: AudioEndpoint) -> Room:
    """A room whose settings name the endpoint."""
    return replace(
        room, settings=replace(room.settings, hear_by=f"http://{endpoint.host}/v1#ears", speak_by=f"http://{endpoint.host}/v1#mouth")
    )


@pytest.fixture
def client(voiced: Room) -> TestClient:
    """Somebody at this machine."""
    return TestClient(create_application(voiced))


def begun(client: TestClient) -> str:
    """A new session."""
    return str(client.post("/api/sessions", json={"case": "support-desk"}).json()["id"])


def sound(seconds: float) -> NDArray[np.float32]:
    """Something loud between two silences."""
    quiet = np.zeros(RATE // 2, np.float32)
    return np.concatenate([quiet, tone(seconds), quiet])


@pytest.fixture(autouse=True)
def by_loudness(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tone is speech to the detector that tells it by loudness."""
    from caseroom.app.loud import Loud

    monkeypatch.setattr(booth, "detector", Loud)


def sent(client: TestClient, session: str, hearing: str, samples: NDArray[np.float32]) -> None:
    """All of it, piece by piece."""
    for number, start in enumerate(range(0, len(samples), PIECE)):
        body = wav_bytes(samples[start : start + PIECE])
        answer = client.post(f"/api/sessions/{session}/speech/{hearing}?by=endpoint&number={number}", content=body, headers=WAV)
        assert answer.status_code == 200, answer.text


def test_what_is_there_is_told(client: TestClient, endpoint: AudioEndpoint) -> None:
    here = client.get("/api/voice").json()
    assert [one["sends_to"] for one in here["recognisers"]] == [endpoint.host]
    assert endpoint.host in [one["sends_to"] for one in here["voices"]]
    assert here["limits"] == {"seconds": 600.0, "rate": 16000}


def test_a_turn_in_pieces(client: TestClient, voiced: Room, endpoint: AudioEndpoint) -> None:
    endpoint.set(SAID, "agent")
    session = begun(client)
    sent(client, session, "one", sound(3))
    again = wav_bytes(sound(3)[:PIECE])
    first = client.post(f"/api/sessions/{session}/speech/one?by=endpoint&number=0", content=again, headers=WAV).json()
    assert first["seconds"] == pytest.approx(4.0), "a piece that came twice counts twice"
    heard = client.post(f"/api/sessions/{session}/speech/one/end").json()
    assert heard["text"] == SAID and len(heard["words"]) == 9
    assert [heard["text"][a:b] for a, b in heard["garbled"]] == ["agent"]
    assert client.post(f"/api/sessions/{session}/speech/one/end").json() == heard
    client.post(f"/api/sessions/{session}/turns", json={"text": SAID, "spoken": {"parts": [{"id": "one"}], "waited": 1.5}})
    turn = voiced.store.session(session).turns[0]
    assert turn.heard and turn.heard.waited == 1.5 and len(turn.heard.words) == 9 and turn.heard.audio is None
    assert [turn.text[a:b] for a, b in turn.heard.garbled] == ["agent"]
    assert not list(voiced.settings.home.rglob("*.wav")), "sound was kept that nobody asked to keep"


@pytest.mark.parametrize(
    ("text", "unclear", "garbled"),
    [
        (SAID, None, ["agent"]),
        (SAID.replace("agent", "adviser"), None, []),
        (SAID, [], []),
        (SAID, [[0, 3]], []),
        ("Well. " + SAID, [[23, 28]], ["agent"]),
    ],
)
def test_put_right_by_typing(
    client: TestClient, voiced: Room, endpoint: AudioEndpoint, text: str, unclear: list[list[int]] | None, garbled: list[str]
) -> None:
    endpoint.set(SAID, "agent")
    session = begun(client)
    sent(client, session, "one", sound(2))
    client.post(f"/api/sessions/{session}/speech/one/end")
    form = {"text": text, "spoken": {"parts": [{"id": "one"}], "unclear": unclear}}
    with client.stream("POST", f"/api/sessions/{session}/turns", json=form, headers={"Accept": "text/event-stream"}) as answer:
        told = "".join(answer.iter_text())
    assert ('"garbled": []' in told) is (not garbled)
    heard = voiced.store.session(session).turns[0].heard
    assert heard and [text[a:b] for a, b in heard.garbled] == garbled


def test_kept_only_if_asked_and_gone_with_the_session(client: TestClient, voiced: Room, endpoint: AudioEndpoint) -> None:
    endpoint.set(SAID)
    session = begun(client)
    for hearing in ("one", "two"):
        sent(client, session, hearing, sound(2))
        client.post(f"/api/sessions/{session}/speech/{hearing}/end?keep=true")
    spoken = {"parts": [{"id": "one"}, {"id": "two"}], "keep_audio": True}
    client.post(f"/api/sessions/{session}/turns", json={"text": f"{SAID} {SAID}", "spoken": spoken})
    kept = client.get(f"/api/sessions/{session}/turns/1/audio")
    assert kept.headers["content-type"] == "audio/wav" and len(kept.content) > 6 * 2 * RATE - 1000
    assert client.get(f"/api/sessions/{session}/turns/2/audio").status_code == 400
    client.delete(f"/api/sessions/{session}")
    assert not list(voiced.settings.home.rglob("*.wav"))
    assert client.get(f"/api/sessions/{session}/turns/1/audio").status_code == 404


def test_a_turn_that_is_taken_back_takes_its_recording_with_it(client: TestClient, voiced: Room, endpoint: AudioEndpoint) -> None:
    endpoint.set(SAID, "agent")
    session = begun(client)

    def say(hearing: str) -> None:
        sent(client, session, hearing, sound(2))
        client.post(f"/api/sessions/{session}/speech/{hearing}/end?keep=true")
        client.post(f"/api/sessions/{session}/turns", json={"text": SAID, "spoken": {"parts": [{"id": hearing}], "keep_audio": True}})

    say("one")
    say("two")
    folder = voiced.settings.home / "audio" / session
    assert sorted(path.name for path in folder.iterdir()) == ["1.wav", "2.wav"]
    client.post(f"/api/sessions/{session}/undo")
    assert [path.name for path in folder.iterdir()] == ["1.wav"], "the sound of what stands is kept, of what was taken back it is gone"
    client.post(f"/api/sessions/{session}/turns", json={"text": SAID})
    assert client.get(f"/api/sessions/{session}/turns/2/audio").status_code == 400
    again = {"text": SAID, "spoken": {"parts": [{"id": "two"}], "keep_audio": True}}
    client.post(f"/api/sessions/{session}/turns", json=again)
    assert [path.name for path in folder.iterdir()] == ["1.wav"], "sound that was said is not remembered in memory either"
    (folder / "9.wav").write_bytes(b"left by a crash")
    client.post(f"/api/sessions/{session}/end")
    assert [path.name for path in folder.iterdir()] == ["1.wav"]


def test_what_is_not_known_any_more_counts_as_typed(client: TestClient, voiced: Room) -> None:
    session = begun(client)
    client.post(f"/api/sessions/{session}/turns", json={"text": SAID, "spoken": {"parts": [{"id": "gone"}]}})
    assert voiced.store.session(session).turns[0].heard is None
    told = {"parts": [{"id": "gone", "text": SAID, "garbled": [[17, 22]]}], "unclear": [[17, 22]]}
    client.post(f"/api/sessions/{session}/turns", json={"text": SAID, "spoken": told})
    turn = voiced.store.session(session).turns[1]
    assert turn.heard and [turn.text[a:b] for a, b in turn.heard.garbled] == ["agent"], "a mark must not go by waiting"


def test_a_streamed_turn_lets_its_interview_go_whatever_thread_asks(voiced: Room) -> None:
    application = create_application(voiced)
    session = begun(TestClient(application))
    kept = application.state
    events = api._told(kept.desk, kept.booth, kept.mouth, session, api.Turn(text=SAID, spoken=None))
    told: list[str] = []
    while not told or told[-1]:
        thread = threading.Thread(target=lambda: told.append(next(events, "")))
        thread.start()
        thread.join(60)
    assert [event.split("\n")[0] for event in told[:-1]][:: len(told) - 2] == ["event: stored", "event: state"]
    free = threading.Event()

    def enter() -> None:
        """Another comes to the interview."""
        with kept.desk.interview(session):
            free.set()

    threading.Thread(target=enter, daemon=True).start()
    assert free.wait(20)


def test_anothers_words_are_not_taken(client: TestClient, voiced: Room, endpoint: AudioEndpoint) -> None:
    endpoint.set(SAID)
    one, two = begun(client), begun(client)
    sent(client, one, "mine", sound(2))
    client.post(f"/api/sessions/{one}/speech/mine/end")
    assert client.post(f"/api/sessions/{two}/speech/mine/end").status_code == 400
    client.post(f"/api/sessions/{two}/turns", json={"text": SAID, "spoken": {"parts": [{"id": "mine"}]}})
    assert voiced.store.session(two).turns[0].heard is None


def test_a_failing_endpoint_loses_no_sound(client: TestClient, endpoint: AudioEndpoint) -> None:
    endpoint.set(SAID)
    session = begun(client)
    sent(client, session, "one", sound(2))
    endpoint.failing = True
    client.post(f"/api/sessions/{session}/speech/two?by=endpoint&number=0", content=wav_bytes(tone(0.1)), headers=WAV)
    session = begun(client)
    sent(client, session, "one", sound(2))
    failed = client.post(f"/api/sessions/{session}/speech/one/end")
    assert failed.status_code == 502 and endpoint.host in failed.json()["detail"]
    endpoint.failing = False
    assert client.post(f"/api/sessions/{session}/speech/one/end").json()["text"] == SAID


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("speech?by=endpoint", b"nonsense", 400, "is no "),
        ("speech/one?by=endpoint&number=0", b"nonsense", 400, "no WAV file"),
        ("speech/one?by=endpoint&number=0", wav_bytes(tone(0.1), 44_100), 400, "16000 Hz"),
        ("speech/one?by=endpoint&number=3", wav_bytes(tone(0.1)), 400, "started anew"),
        ("speech/one?by=large&number=0", wav_bytes(tone(0.1)), 409, "does not hear here"),
        ("speech/none/end", b"", 400, "Nothing was heard"),
        ("speech?by=endpoint", wav_bytes(tone(50)), 413, "more than 1 MB"),
    ],
)
def test_what_cannot_be_heard_is_told(client: TestClient, path: str, body: bytes, status: int, words: str) -> None:
    answer = client.post(f"/api/sessions/{begun(client)}/{path}", content=body, headers=WAV)
    assert answer.status_code == status and words in answer.text


def test_limits(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    session = begun(client)
    sent(client, session, "one", sound(1))
    monkeypatch.setattr(booth, "LONGEST", 2.5)
    late = client.post(f"/api/sessions/{session}/speech/one?by=endpoint&number=5", content=wav_bytes(tone(1)), headers=WAV)
    assert late.status_code == 400 and "at most" in late.json()["detail"]
    gap = client.post(f"/api/sessions/{session}/speech/one?by=endpoint&number=9", content=wav_bytes(tone(0.1)), headers=WAV)
    assert gap.status_code == 400 and "Piece" in gap.json()["detail"]
    monkeypatch.setattr(booth, "OPEN", 1)
    other = client.post(f"/api/sessions/{begun(client)}/speech/one?by=endpoint&number=0", content=wav_bytes(tone(0.1)), headers=WAV)
    assert other.status_code == 429
    client.post(f"/api/sessions/{session}/end")
    over = client.post(f"/api/sessions/{session}/speech?by=endpoint", content=wav_bytes(tone(0.1)), headers=WAV)
    assert over.status_code == 400 and "over" in over.json()["detail"]


def test_silence_is_not_sent_away(client: TestClient, endpoint: AudioEndpoint) -> None:
    session = begun(client)
    sent(client, session, "one", np.zeros(2 * RATE, np.float32))
    heard = client.post(f"/api/sessions/{session}/speech/one/end").json()
    assert (heard["text"], heard["nothing"]) == ("", "silence") and not endpoint.heard


def test_only_what_the_interviewer_said_is_spoken_once(client: TestClient, endpoint: AudioEndpoint) -> None:
    session, other = begun(client), begun(client)
    client.post(f"/api/sessions/{session}/turns", json={"text": SAID})
    reply = client.get(f"/api/sessions/{session}/turns/last").json()["moves"][0]["text"]
    form = {"session": session, "text": reply, "by": "endpoint"}
    made = client.post("/api/voice/say", json=form)
    assert made.headers["content-type"] == "audio/wav" and made.content[:4] == b"RIFF"
    assert client.post("/api/voice/say", json=form).content == made.content and len(endpoint.asked) == 1
    assert client.post("/api/voice/say", json={**form, "text": "Take your time."}).status_code == 200
    for wrong in ({**form, "text": "The budget is ten million euros."}, {**form, "session": other}):
        assert client.post("/api/voice/say", json=wrong).status_code == 400
    assert client.post("/api/voice/say", json={**form, "session": "nobody"}).status_code == 404
    assert len(endpoint.asked) == 2


def test_the_browsers_own_words(client: TestClient, voiced: Room) -> None:
    session = begun(client)
    spoken = {"parts": [{"text": "how long does", "garbled": []}, {"text": "a thicket take", "garbled": [[0, 9]]}]}
    client.post(f"/api/sessions/{session}/turns", json={"text": "how long does a thicket take", "spoken": spoken})
    turn = voiced.store.session(session).turns[0]
    assert turn.heard and turn.heard.by == "recogniser:browser" and [turn.text[a:b] for a, b in turn.heard.garbled] == ["a thicket"]
    wild = {"parts": [{"text": "yes", "garbled": [[-5, 900], [3, 1]]}]}
    assert client.post(f"/api/sessions/{session}/turns", json={"text": "yes", "spoken": wild}).status_code == 200


def test_guarded_as_all_else(voiced: Room) -> None:
    client = TestClient(create_application(voiced, links_only=True), client=("192.168.1.9", 5000))
    for method, path in (
        ("GET", "/api/voice"),
        ("POST", "/api/voice/say"),
        ("POST", "/api/sessions/x/speech"),
        ("POST", "/api/voice/ready"),
    ):
        assert client.request(method, path).status_code == 403
    here = TestClient(create_application(voiced))
    foreign = here.post("/api/voice/say", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    headers = here.get("/api/voice").headers
    assert "microphone=(self)" in headers["permissions-policy"] and "unsafe" not in headers["content-security-policy"]
