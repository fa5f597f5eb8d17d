"""Options that many verbs have, written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
CasesDir = Annotated[Path | None, typer.Option("--cases", metavar="DIR", help="A folder of case folders to add to the shelf.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
