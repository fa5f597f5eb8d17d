"""Run the evals and write what they print into docs/evals.md.

    python -m evals.report [NAME ...]

The page holds a line `<!-- run: python -m evals.NAME ... -->` before each block of output; each command is run and its block replaced. With names only
those are run. A command that fails leaves its block as it was, and the report fails at the end.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "evals.md"
BLOCK = re.compile(
    r"(?P<head><!-- run: python -m (?P<module>[\w.]+)(?P<options>[^>]*?) -->\n+```text\n)(?P<output>.*?)(?P<tail>```)", re.DOTALL
)


def main() -> None:
    wanted, failed = set(sys.argv[1:]), []

    def run(match: re.Match[str]) -> str:
        """The block with what its command prints."""
        name = match["module"].removeprefix("evals.")
        if wanted and name not in wanted:
            return match[0]
        print(f"{match['module']}{match['options']} ...", flush=True)
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", match["module"], *shlex.split(match["options"])], capture_output=True, text=True, cwd=PAGE.parent.parent
        )
        if done.returncode:
            failed.append(name)
            print(done.stderr, file=sys.stderr)
            return match[0]
        print(f"{done.stdout}({time.monotonic() - start:.0f} s)\n", flush=True)
        printed = "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())
        return f"{match['head']}{printed}\n{match['tail']}"

    page = PAGE.read_text(encoding="utf-8")
    names = {match["module"].removeprefix("evals.") for match in BLOCK.finditer(page)}
    if unknown := wanted - names:
        sys.exit(f"docs/evals.md has no block for {', '.join(sorted(unknown))}; it has {', '.join(sorted(names))}")
    for number in range(len(BLOCK.findall(page))):
        match = list(BLOCK.finditer(page))[number]
        page = page[: match.start()] + run(match) + page[match.end() :]
        PAGE.write_text(page, encoding="utf-8")  # after each, so that stopping loses nothing
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
