"""`caseroom doctor`: what is in place, what is not, and what to do."""

from __future__ import annotations

from pathlib import Path

from caseroom.app.health import examine
from caseroom.cli.screen import print_json, say
from caseroom.config import settings_from_environment
from caseroom.errors import CaseroomError


def run(*, cases: Path | None, as_json: bool) -> None:
    """The verb; exit code 1 if something is not in place."""
    found = examine(settings_from_environment(cases=cases))
    if as_json:
        print_json([{"name": f.name, "ok": f.ok, "detail": f.detail} for f in found])
    else:
        for finding in found:
            say(f"{'ok ' if finding.ok else 'NO '} {finding.name}: {finding.detail}", style=None if finding.ok else "red")
    if not all(finding.ok for finding in found):
        raise CaseroomError("Something is not in place; see above.")
