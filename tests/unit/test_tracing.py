"""Traces against a receiver on this machine: what arrives, what never does, and what is told where they cannot be sent."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.conftest import ROOT, Run

from caseroom import tracing
from caseroom.app import runs
from caseroom.app.interviews import Interview, Room
from caseroom.app.scorecards import grade_again
from caseroom.errors import UsageError
from caseroom.proposal.file import read_proposal


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posted: list[tuple[str, bytes]] = []

    def spans(self) -> list[Any]:
        found = []
        for path, body in self.posted:
            assert path == "/v1/traces"
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                found += [span for scope in resource.scope_spans for span in scope.spans]
        return found


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert isinstance(self.server, Receiver)
        self.server.posted.append((self.path, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def traced(receiver: Receiver) -> Iterator[Receiver]:
    told: list[str] = []
    tracing.start(f"http://127.0.0.1:{receiver.server_port}", told.append)
    yield receiver
    tracing.stop()
    assert not told


def attributes(span: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}


def test_a_turn_a_grading_and_what_goes_wrong(traced: Receiver, room: Room) -> None:
    interview = Interview.start(room, "support-desk")
    secret = "How long does an agent spend on a ticket, Marigold?"
    interview.say(secret)
    interview.end()
    grade_again(room, interview.id)
    with pytest.raises(UsageError):
        interview.say("Marigold again")
    tracing.stop()
    spans = {(span.name, span.status.code): span for span in traced.spans()}
    assert {name for name, _ in spans} == {"caseroom.turn", "caseroom.grading"}
    assert attributes(spans[("caseroom.turn", 2)]) == {"error.type": "UsageError"}
    body = b"".join(body for _, body in traced.posted)
    assert b"Marigold" not in body and interview.id.encode() not in body and b"interview is over" not in body
    assert b"caseroom" in body


def test_a_run_and_the_calls_of_its_model(traced: Receiver, room: Room) -> None:
    proposal = read_proposal(ROOT / "docs" / "sample-proposal.yaml")
    run = runs.begin(room, proposal, case="support-desk", quick=True, limit=4)
    runs.carry_out(room, run.id)
    tracing.stop()
    spans = traced.spans()
    (whole,) = [span for span in spans if span.name == "caseroom.run"]
    assert attributes(whole) == {"caseroom.state": "done"}
    calls = [span for span in spans if span.name.startswith("text_completion ")]
    assert calls
    for span in calls:
        found = attributes(span)
        assert span.trace_id == whole.trace_id and span.name == f"text_completion {found['gen_ai.request.model']}"
        assert found["gen_ai.operation.name"] == "text_completion" and found["gen_ai.provider.name"] == "caseroom"
        assert found["gen_ai.usage.input_tokens"] > 0 and found["gen_ai.usage.output_tokens"] >= 0 and found["caseroom.requests"] > 0
    names = {key for span in spans for key in attributes(span)}
    assert not [name for name in names if "messages" in name or "prompt" in name or "instructions" in name]
    records = [
        json.loads(line) for line in (room.shelf.case("support-desk").folder / "data" / "records.jsonl").read_text("utf-8").splitlines()[:4]
    ]
    body = b"".join(body for _, body in traced.posted)
    assert not any(str(record["input"])[:20].encode() in body for record in records)


def test_nothing_is_loaded_and_nothing_sent_without_an_address() -> None:
    tracing.start(None)
    with tracing.span("x") as span, tracing.model_call("m", "test") as call:
        span.set({"a": 1})
        call.failed("never sent")
    assert tracing._tracer is None


def test_a_missing_package_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    tracing.start("http://127.0.0.1:9", told.append)
    tracing.start("http://127.0.0.1:9", told.append)
    tracing.stop()
    assert len(told) == 1 and 'pip install "caseroom[telemetry]"' in told[0]


def test_a_receiver_that_is_not_there_is_told_once(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "turns.txt"
    script.write_text("How long does an agent spend on a ticket?\n\n/end\n", encoding="utf-8")
    done = run("practice", "support-desk", "--script", str(script), OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 0 and "8 minutes" in done.stdout
    assert done.stderr.count("Traces cannot be sent to http://127.0.0.1:9") == 1 and "Traceback" not in done.stderr


def test_the_command_sends_them(run: Run, tmp_path: Path, receiver: Receiver) -> None:
    script = tmp_path / "turns.txt"
    script.write_text("How long does an agent spend on a ticket?\n\n/end\n", encoding="utf-8")
    address = f"http://127.0.0.1:{receiver.server_port}"
    done = run("practice", "support-desk", "--script", str(script), OTEL_EXPORTER_OTLP_ENDPOINT=address)
    assert done.returncode == 0
    assert {span.name for span in receiver.spans()} == {"caseroom.turn", "caseroom.grading"}


def test_the_name_of_a_model() -> None:
    assert tracing.model_name("extractive:1|encoder:x|memory:4") == "extractive"
    assert tracing.model_name("local:1|file:small.gguf|bytes:12") == "small.gguf"
