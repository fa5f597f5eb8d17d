"""What outputs are rated on: three dimensions, each with five anchors in words. Nothing is computed here, and no anchor names a metric."""

from __future__ import annotations

from dataclasses import dataclass

VALUES = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing that a rater judges."""

    name: str
    """As in ratings.jsonl and in the labels."""
    question: str
    anchors: tuple[str, str, str, str, str]
    """What 1, 2, 3, 4 and 5 mean."""

    @property
    def title(self) -> str:
        """For people."""
        return self.name.capitalize()


DIMENSIONS = (
    Dimension("accuracy", "Is it true, and is it all that was asked?", (
        "False in what matters; acting on it does harm",
        "One thing in it is false",
        "Nothing false, but something that was asked for is missing",
        "True; a small thing is missing or put loosely",
        "True and complete: every name, figure and rule",
    )),
    Dimension("fluency", "How does it read?", (
        "Cannot be understood",
        "Understood only on a second reading",
        "Understood at once, but clumsy or with mistakes",
        "Reads well; a word or two are off",
        "As a good colleague would write it",
    )),
    Dimension("helpfulness", "Does it help the person who gets it?", (
        "Leads astray, or sends them away with nothing",
        "They have to ask again",
        "A start; part of it is still to be done",
        "It helps; one question may be left",
        "They can act on it at once",
    )),
)  # fmt: skip
BY_NAME = {dimension.name: dimension for dimension in DIMENSIONS}
