"""Build the data of the shipped cases from their material: `python -m cases.build [CASE ...]`. The same material gives the same files."""

from __future__ import annotations

import importlib
import sys

CASES = ("resume-screening", "sales-tax", "support-desk", "visit-summaries")


def main() -> None:
    for case in sys.argv[1:] or CASES:
        importlib.import_module(f"cases.{case.replace('-', '_')}_data").build()
        print(f"built {case}")


if __name__ == "__main__":
    main()
