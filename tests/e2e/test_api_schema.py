"""The API against its own description: whatever is sent, no answer is a server error."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from tests.audio_endpoint import tone, wav_bytes

from caseroom.app.engine import Engine
from caseroom.app.interviews import Interview, Room
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.store.sessions import SessionStore
from caseroom.web.application import create_application

_FOLDER = TemporaryDirectory(prefix="caseroom-schema-", ignore_cleanup_errors=True)
_SETTINGS = Settings(home=Path(_FOLDER.name))
_ROOM = Room(_SETTINGS, Shelf([]), Engine(_SETTINGS.cache), SessionStore(_SETTINGS.database))
schema = schemathesis.openapi.from_asgi("/api/openapi.json", create_application(_ROOM))


@schemathesis.serializer("audio/wav")
def _wav(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Sound: every second time a WAV file, else bytes as they come."""
    data = value if isinstance(value, bytes) else str(value).encode()
    return wav_bytes(tone(0.1)) if len(data) % 2 else data


def _session(ended: bool) -> str:
    interview = Interview.start(_ROOM, "support-desk")
    if ended:
        interview.end()
    return interview.id


@schema.parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_no_answer_is_a_server_error(case: schemathesis.Case[Any]) -> None:
    """Half of the calls go to sessions that exist, open or over."""
    if "session_id" in case.path_parameters and len(str(case.path_parameters["session_id"])) % 3:
        case.path_parameters["session_id"] = _session(ended=len(str(case.path_parameters["session_id"])) % 3 == 2)
    case.call_and_validate(checks=[not_a_server_error])
