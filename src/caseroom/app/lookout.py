"""Looks at a served room now and then, so that an alert goes out though nobody looks. One quiet thread; it looks only where there is somebody to tell.

It holds up no turn: it asks for nothing that a turn needs, and works in small pieces between which turns go first.
"""

from __future__ import annotations

import threading

from caseroom.app import telemetry
from caseroom.app.alerting import Alerting
from caseroom.app.interviews import Room
from caseroom.app.watching import Watching

FIRST = 60.0
"""Seconds after the start until the first look, at most: a room that is often opened for a short while looks, too."""


class Lookout:
    """Looks and tells until it is stopped."""

    def __init__(self, room: Room, watching: Watching, alerting: Alerting) -> None:
        self._room, self._watching, self._alerting = room, watching, alerting
        self._every, self._stop = room.settings.look_every * 60, threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, where somebody is to be told and looks are wanted; it never keeps the process alive."""
        if self._alerting.sinks and self._every and self._thread is None:
            self._thread = threading.Thread(target=self._work, name="caseroom-lookout", daemon=True)
            self._thread.start()

    def stop(self, wait: float = 2.0) -> None:
        """End it. What hangs is left behind, and told by whoever looks next."""
        self._stop.set()
        if self._thread:
            self._thread.join(wait)
            self._alerting.close(1.0)

    def _work(self) -> None:
        pause = min(FIRST, self._every)
        while not self._stop.wait(pause):
            pause = self._every
            self.look()

    def look(self) -> None:
        """One look. What goes wrong is counted as an error of the product, and the next look comes all the same."""
        try:
            self._alerting.tell(self._watching.look(gently=True))
        except Exception as error:
            telemetry.failed(self._room, error, "look")
