"""Where alerts go: real files, real servers on this machine, one of which hangs."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from caseroom.errors import MonitorError
from caseroom.monitoring.alerts import Alert
from caseroom.monitoring.delivery import LogFile, Page, Terminal, Webhook, deliver

ALERT = Alert("quality@3", "quality", 3, 3, 3, "page", 0.5, 0.9, 1e-5, "q is 0.5 where [bold]0.9[/bold] is usual.", "ana", "Roll back.")


@contextmanager
def server(answers: list[int], hang: float = 0.0) -> Iterator[tuple[str, list[Any]]]:
    """Answers with these codes in turn (then the last for ever), after a while; keeps what came."""
    came: list[Any] = []
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            done.wait(hang)
            self.send_response(answers[min(len(came), len(answers)) - 1])
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/hook", came
    finally:
        done.set()
        running.shutdown()
        thread.join()
        running.server_close()


def until(hook: Webhook, sent: int = 0, failed: int = 0) -> None:
    end = time.monotonic() + 60
    while (hook.sent, hook.failed) != (sent, failed) and time.monotonic() < end:
        time.sleep(0.01)
    assert (hook.sent, hook.failed) == (sent, failed)


def test_a_webhook_gets_the_alerts_of_a_day() -> None:
    with server([200]) as (address, came):
        hook = Webhook(address)
        hook.deliver(3, [])
        hook.deliver(3, [ALERT])
        until(hook, sent=1)
        hook.close()
    assert (came[0]["day"], came[0]["alerts"][0]["id"], came[0]["alerts"][0]["new"]) == (3, "quality@3", True)
    assert len(came) == 1


def test_it_tries_again_and_gives_up_in_the_end() -> None:
    with server([503, 429, 200]) as (address, came):
        hook = Webhook(address, pause=0.01)
        hook.deliver(3, [ALERT])
        until(hook, sent=1)
        hook.close()
        assert len(came) == 3
    with server([500]) as (address, came):
        hook = Webhook(address, pause=0.01, tries=3)
        hook.deliver(3, [ALERT])
        until(hook, failed=1)
        hook.close()
        assert len(came) == 3


@pytest.mark.parametrize("code", [400, 404, 302])
def test_what_will_not_be_taken_is_not_tried_again_and_no_redirect_is_followed(code: int) -> None:
    with server([code]) as (address, came):
        hook = Webhook(address, pause=0.01)
        hook.deliver(3, [ALERT])
        until(hook, failed=1)
        hook.close()
        assert len(came) == 1


def test_a_webhook_that_hangs_holds_nothing_up() -> None:
    with server([200], hang=30) as (address, came):
        hook = Webhook(address, wait=0.2, tries=2, pause=0.01, room=3)
        started = time.monotonic()
        for day in range(50):
            hook.deliver(day, [ALERT])
        assert time.monotonic() - started < 0.15
        assert hook.dropped >= 50 - 4  # one is on its way, three wait
        started = time.monotonic()
        hook.close(wait=0.3)
        assert time.monotonic() - started < 1
        assert came


def test_a_machine_that_is_not_there_is_only_counted() -> None:
    hook = Webhook("http://127.0.0.1:9/", wait=0.2, tries=2, pause=0.01)
    hook.deliver(3, [ALERT])
    until(hook, failed=1)
    hook.close()


@pytest.mark.parametrize("address", ["", "gopher://x", "ftp://x/y", "example.org/hook", "http://"])
def test_only_web_addresses_are_called(address: str) -> None:
    with pytest.raises(MonitorError, match="http"):
        Webhook(address)


def test_the_log_turns_over(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "alerts.jsonl", largest=1000, kept=2)
    for day in range(12):
        log.deliver(day, [ALERT])
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["alerts.jsonl", "alerts.jsonl.1", "alerts.jsonl.2"]
    lines = [json.loads(line) for name in reversed(files) for line in (tmp_path / name).read_text(encoding="utf-8").splitlines()]
    assert [line["day"] for line in lines] == list(range(12 - len(lines), 12))
    assert all((tmp_path / name).stat().st_size <= 1000 for name in files)


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "nowhere" / "alerts.jsonl")
    log.deliver(1, [ALERT])
    assert log.failed == 1


def test_the_terminal_prints_words_as_they_are() -> None:
    out = io.StringIO()
    terminal = Terminal(Console(file=out, width=200))
    terminal.deliver(3, [ALERT])
    terminal.deliver(4, [ALERT])  # it is not new on that day
    assert "[bold]0.9[/bold]" in out.getvalue()
    assert out.getvalue().count("quality") == 1
    assert "ana: Roll back." in out.getvalue()


def test_the_page_is_data() -> None:
    page = Page()
    page.deliver(3, [ALERT])
    page.deliver(4, [])
    data = json.loads(json.dumps(page.data()))
    assert (data["day"], data["alerts"], data["incidents"][0]["alerts"][0]["id"]) == (4, [], "quality@3")


def test_a_sink_that_breaks_does_not_keep_the_others() -> None:
    class Broken:
        def deliver(self, *_: Any) -> None:
            raise RuntimeError("no")

    page = Page()
    assert deliver([Broken(), page], 3, [ALERT]) == 1
    assert page.now == [ALERT]
