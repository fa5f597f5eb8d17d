"""What `caseroom run` and `caseroom rollout` are told: a case, and the file of a proposal. It never reads the file."""

from __future__ import annotations

from pathlib import Path

from caseroom.errors import UsageError


def case_and_file(verb: str, words: list[str]) -> tuple[str | None, Path]:
    """`CASE FILE`, or `FILE` alone where the proposal names its case or --data is given.

    Raises:
        UsageError: there is no such file; it says what to write instead.
    """
    if len(words) not in (1, 2):
        raise UsageError(f"Write `caseroom {verb} CASE proposal.yaml`, or `caseroom {verb} proposal.yaml --data DIR`.")
    case, file = (words[0] if len(words) == 2 else None), Path(words[-1])
    if file.is_dir():
        raise UsageError(
            f"{file} is a folder; a proposal is a file: `caseroom {verb} {case or 'CASE'} proposal.yaml`. To run on a folder of your own data: "
            f"`caseroom {verb} proposal.yaml --data {file}`."
        )
    if not file.exists():
        raise UsageError(f"There is no file {file}. {_missing(verb, case, file)}")
    return case, file


def _missing(verb: str, case: str | None, file: Path) -> str:
    if case is None and not file.suffix:
        return (
            f"If {file} is the case, name the proposal's file, too: `caseroom {verb} {file} proposal.yaml`. `caseroom propose SESSION -o proposal.yaml` "
            f"writes one of an interview; `caseroom propose --empty {file} -o proposal.yaml` writes one to fill in."
        )
    return f"`caseroom propose SESSION -o {file}` writes one of an interview; `caseroom propose --empty {case or 'CASE'} -o {file}` writes one to fill in."
