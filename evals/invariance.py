"""What must not move a score: length, accent and hedges, names and pronouns.

    python -m evals.invariance [--tuning] [--json]

Every gold interview is graded as it is and rewritten by a rule. Padding (filler, or the brief's own words, to three times the length) should move no
level; hedges, dropped articles, swapped pronouns and a name at the start should move no point.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace

from caseroom.app.engine import Engine
from caseroom.app.grading import grade_transcript
from caseroom.cases.model import Case
from caseroom.cases.shelf import Shelf
from caseroom.config import settings_from_environment
from caseroom.grading.scorecard import Scorecard
from caseroom.grading.transcript import Transcript, read
from caseroom.language.text import sentences
from evals.disclosure import wilson
from evals.gold import transcripts
from evals.split import TEST, TUNING

FILLER = (
    "Let me think about that for a second.", "That is an interesting question, and it deserves some care.", "There are many sides to this.", "I want to be structured here.",
    "As I said, one has to look at it from several angles.", "It depends, of course, as so often.", "Let me come back to that in a moment.", "So, well, yes.",
    "I have seen such projects in other places, and they all differ.", "To be honest, that is where it becomes interesting.",
)  # fmt: skip
HEDGES = ("I think ", "Maybe ", "I guess ", "Probably ", "If I'm not mistaken, ", "I would say ")
NAMES = ("Aisha", "John", "Mei", "Dmitri", "Fatima", "Juan", "Ngozi", "Lars")
SWAPPED = {"he": "she", "she": "he", "his": "her", "her": "his", "him": "her", "himself": "herself", "herself": "himself"}
Rewrite = Callable[[str, Case, random.Random], str]


def _padded(text: str, lines: list[str], chance: random.Random) -> str:
    """Three times as many words: other lines between the sentences, each a sentence of its own."""
    made, length, said = [], 0, [piece.text for piece in sentences(text)]
    for sentence in said:
        made.append(sentence)
        length += len(sentence.split())
        while sum(len(line.split()) for line in made) < 3 * length:
            made.append(chance.choice(lines))
    return " ".join(made)


def _hedged(text: str, _: Case, chance: random.Random) -> str:
    return " ".join(
        chance.choice(HEDGES) + piece.text[:1].lower() + piece.text[1:] if chance.random() < 0.5 else piece.text
        for piece in sentences(text)
    )


def _non_native(text: str, _: Case, chance: random.Random) -> str:
    return re.sub(r"\b(?:the|an?)\s+", lambda match: "" if chance.random() < 0.7 else match[0], text)


def _pronouns(text: str, _: Case, chance: random.Random) -> str:
    def swap(match: re.Match[str]) -> str:
        other = SWAPPED[match[0].lower()]
        return other.capitalize() if match[0][0].isupper() else other

    return re.sub(r"\b(?:" + "|".join(SWAPPED) + r")\b", swap, text, flags=re.IGNORECASE)


REWRITES: dict[str, Rewrite] = {
    "padded with filler": lambda text, _, chance: _padded(text, list(FILLER), chance),
    "padded with the brief": lambda text, case, chance: _padded(text, [piece.text for piece in sentences(case.opening)], chance),
    "hedged": _hedged,
    "articles dropped": _non_native,
    "pronouns swapped": _pronouns,
    "a name at the start": lambda text, _, chance: f"My name is {chance.choice(NAMES)}. {text}",
}


def rewritten(transcript: Transcript, case: Case, rewrite: Rewrite) -> Transcript:
    """The transcript with the candidate's words rewritten."""
    chance = random.Random(case.id)
    return Transcript(tuple(replace(t, text=rewrite(t.text, case, chance)) if t.speaker == "candidate" else t for t in transcript.turns))


def moved(before: Scorecard, after: Scorecard) -> tuple[list[bool], list[bool]]:
    """For each step whether its level stayed, for each point whether its verdict did."""
    levels = [one.level == two.level for one, two in zip(before.steps, after.steps, strict=True)]
    pairs = zip((p for s in before.steps for p in s.points), (p for s in after.steps for p in s.points), strict=True)
    return levels, [one.verdict == two.verdict for one, two in pairs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tuning", action="store_true", help="the tuning cases only, while working on the judge")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    settings = settings_from_environment()
    engine, shelf = Engine(settings.cache), Shelf(settings.case_folders)
    kept: dict[str, tuple[list[bool], list[bool]]] = {name: ([], []) for name in REWRITES}
    for case in map(shelf.case, TUNING if options.tuning else (*TUNING, *TEST)):
        for _, path in transcripts(case.id):
            transcript = read(path)
            before = grade_transcript(engine, case, transcript)
            for name, rewrite in REWRITES.items():
                levels, points = moved(before, grade_transcript(engine, case, rewritten(transcript, case, rewrite)))
                kept[name][0].extend(levels)
                kept[name][1].extend(points)
    if options.json:
        print(
            json.dumps({name: {"levels_kept": sum(a) / len(a), "points_kept": sum(b) / len(b)} for name, (a, b) in kept.items()}, indent=2)
        )
        return
    print(f"{'':24}{'levels kept':>26}{'points kept':>26}")
    for name, both in kept.items():
        cells = []
        for part in both:
            low, high = wilson(sum(part), len(part))
            cells.append(f"{sum(part) / len(part):6.1%} [{low:5.1%}, {high:6.1%}]")
        print(f"{name:24}" + "".join(f"{cell:>26}" for cell in cells))


if __name__ == "__main__":
    main()
