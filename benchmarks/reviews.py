"""How fast the queue of reviews is: `python -m benchmarks.reviews [--items N]`.

The queue page and taking the next item, through the web application, over N items of which half are decided and some escalated and in others' hands.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient

from caseroom.app import reviews
from caseroom.app.interviews import Room, open_room
from caseroom.config import Settings
from caseroom.lab.decisions import Flagged
from caseroom.store import tables
from caseroom.store.runs import RunStore
from caseroom.web.application import create_application

_TIMES = 20
_WORDS = "The deposit is paid back within thirty days after the keys are returned, less what repairs cost. " * 8


def filled(room: Room, count: int) -> str:
    """A queue of so many items: half decided, one in twenty escalated, one in fifty in somebody's hands."""
    database = room.store.database
    asked: dict[str, object] = {
        "case": "support-desk",
        "data": None,
        "title": "benchmark",
        "proposal": {},
        "quick": True,
        "limit": None,
        "review": True,
    }
    run = RunStore(database).begin("2026-01-01", None, asked).id
    sources = tuple((f"article {n}", _WORDS) for n in range(5))
    items = [
        Flagged(n, f"r{n}", f"Question {n}. {_WORDS}", _WORDS, {}, "numbers", ("numbers: 30 stands nowhere",), sources)
        for n in range(count)
    ]
    reviews.RunQueue(room, run, "support-desk").add(items)
    RunStore(database).set(run, "waiting", "")
    at = "2026-01-02T00:00:00.000+00:00"
    decided = [
        {"item": f"{run}-{n}", "number": 1, "reviewer": "Ann", "created": at, "action": "escalate" if n % 20 == 0 else "approve", "output": None,
         "reason": "", "stands": "escalated" if n % 20 == 0 else "decided"}
        for n in range(0, count, 2)
    ]  # fmt: skip
    taken = [
        {"item": f"{run}-{n}", "number": 1, "reviewer": "Bob", "taken": reviews.now().isoformat(timespec="milliseconds")}
        for n in range(1, count, 50)
    ]
    with database.engine.begin() as connection:
        connection.execute(tables.review_decisions.insert(), decided)
        connection.execute(tables.review_leases.insert(), taken)
    return run


def timed(what: str, call: Callable[[], object], bound: str = "") -> None:
    """The median and the slowest of some calls, and what of the median is this process's own work and not waiting for other processes."""
    call()
    spent, own = [], []
    for _ in range(_TIMES):
        start, work = time.perf_counter(), time.process_time()
        call()
        spent.append((time.perf_counter() - start) * 1000)
        own.append((time.process_time() - work) * 1000)
    print(
        f"{what:44}{statistics.median(spent):8.1f} ms, slowest {max(spent):6.1f}, own work {statistics.median(own):6.1f} {bound}".rstrip()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000, metavar="N")
    count = parser.parse_args().items
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {count:,} items\n")
    with tempfile.TemporaryDirectory() as home:
        room = open_room(Settings(home=Path(home)))
        run = filled(room, count)
        with TestClient(create_application(room)) as client:
            last = (count // 2 - 1) // 50 + 1
            timed("the queue, first page", lambda: client.get("/reviews").raise_for_status(), "(at most 100)")
            timed("the queue of a run and a case, last page", lambda: client.get(f"/reviews?run={run}&case=support-desk&page={last}").raise_for_status(), "(at most 100)")  # fmt: skip
            timed("all items, last page", lambda: client.get(f"/reviews?state=all&page={count // 50}").raise_for_status(), "(at most 100)")
            timed("taking the next item", lambda: reviews.take(room, "Cy", run=run))
            timed("an item's page", lambda: client.get(f"/reviews/{run}-{count - 1}").raise_for_status())


if __name__ == "__main__":
    main()
