"""Where cases stand: folders named by the user, the user's own folder, and the shipped library, in this order of precedence."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from caseroom.cases.load import LIBRARY, load_case
from caseroom.cases.model import Case
from caseroom.errors import CaseError, UnknownCase


class Shelf:
    """Finds and loads cases. A case is read when it is asked for, and kept."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """`folders` hold case folders; the first that has an id wins. The shipped library comes last."""
        self.folders = (*folders, LIBRARY)
        self._loaded: dict[Path, Case] = {}

    def ids(self) -> list[str]:
        """Ids of all cases, sorted. A folder is a case if it has a case.yaml."""
        return sorted({folder.parent.name for root in self.folders for folder in root.glob("*/case.yaml")})

    def folder(self, case_id: str) -> Path:
        """The folder of a case.

        Raises:
            UnknownCase: with the nearest names.
        """
        for root in self.folders:
            for found in root.glob("*/case.yaml"):
                if found.parent.name == case_id:  # compared, never joined: a name is not a path
                    return found.parent
        near = difflib.get_close_matches(case_id, self.ids(), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"cases: {', '.join(self.ids())}"
        raise UnknownCase(f"There is no case {case_id[:60]!r}; {hint}")

    def case(self, case_id: str) -> Case:
        """The case of that id.

        Raises:
            UnknownCase: no such case.
            CaseError: its folder does not hold.
        """
        folder = self.folder(case_id)
        if folder not in self._loaded:
            self._loaded[folder] = load_case(folder)
        return self._loaded[folder]

    def all(self) -> tuple[list[Case], list[CaseError]]:
        """All cases that load, and the errors of those that do not."""
        cases, errors = [], []
        for case_id in self.ids():
            try:
                cases.append(self.case(case_id))
            except CaseError as error:
                errors.append(error)
        return cases, errors
