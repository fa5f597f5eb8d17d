"""The command line of the converters."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.public import banking77, northwind, retail_support, staff_handbook, visit_notes
from evals.public.folder import Folder, written

DATA = Path(__file__).parents[3] / "shared" / "data" / "lab"
SETS: dict[str, Callable[[Path, Folder], None]] = {
    "banking77": banking77.convert, "retail_support": retail_support.convert, "staff_handbook": staff_handbook.convert,
    "visit_notes": visit_notes.convert, "northwind": northwind.convert,
}  # fmt: skip
"""Each reads its folder of the data and fills a folder of the lab."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert what is asked; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evals.public", description="Write public data sets as data folders of the lab.")
    parser.add_argument("name", choices=[*SETS, "all"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder that holds the data sets (default: %(default)s)")
    asked = parser.parse_args(arguments)
    names = list(SETS) if asked.name == "all" else [asked.name]
    lacking = [name for name in names if not (asked.data / name).is_dir()]
    if lacking:
        print(f"Not in {asked.data}: {', '.join(lacking)}. Name the folder that holds the data sets with --data DIR.", file=sys.stderr)
        return 1
    for name in names:
        out = asked.out / name if asked.name == "all" else asked.out
        try:
            with written(out) as folder:
                SETS[name](asked.data / name, folder)
        except OSError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
        print(f"Wrote {out}. `caseroom data check {out}` proves it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
