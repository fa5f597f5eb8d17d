"""BANKING77: customers' questions to a bank and their intents, 77 of them. One label; the simple way is keywords from the intents' names."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from caseroom.language.text import words
from evals.public.folder import Folder, Row, goal

SOURCE = "BANKING77, PolyAI-LDN/task-specific-datasets, CC BY 4.0 (Casanueva et al. 2020)"
EXAMPLES = 20
"""Past questions of each intent; the others of train.csv are left out, since a memory of all is no harder and slower."""
_SMALL = frozenset("a and by for from get getting i into my not of on or the to up".split())
_BESIDE = ("What will the weather be in Lisbon tomorrow?", "Write me a poem about spring.", "Who won the match last night?",
           "How do I bake sourdough bread?", "Which laptop should I buy for my studies?", "Tell me a joke about cats.")  # fmt: skip


def convert(source: Path, folder: Folder) -> None:
    """Records from test.csv in a mixed order, examples from train.csv."""
    names = [_name(name) for name in json.loads((source / "categories.json").read_text(encoding="utf-8"))]
    luck = random.Random("banking77")
    tests, past = _rows(source / "test.csv"), _rows(source / "train.csv")
    luck.shuffle(tests)
    luck.shuffle(past)
    asked = {tuple(words(text)) for text, _ in tests}
    folder.rows("records", ({"id": f"q-{n:04}", "input": text, "values": {"intent": name}} for n, (text, name) in enumerate(tests, 1)))
    folder.rows("examples", _examples([row for row in past if tuple(words(row[0])) not in asked]))
    folder.rows(
        "attacks", ({"id": f"off-topic-{n}", "family": "off_topic", "input": text, "pass_on": True} for n, text in enumerate(_BESIDE, 1))
    )
    folder.task(SOURCE, _task(names))
    folder.economics("GBP", a_day=2400, today=1.5, wage=0.4, wrong=0.06, cost_of_wrong=6, wait=45)


def _name(name: str) -> str:
    return name.rstrip("?").lower()


def _rows(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(" ".join(row["text"].split()), _name(row["category"])) for row in csv.DictReader(file)]


def _examples(past: Sequence[tuple[str, str]]) -> list[Row]:
    kept: Counter[str] = Counter()
    rows: list[Row] = []
    for text, name in past:
        if kept[name] < EXAMPLES:
            kept[name] += 1
            rows.append({"id": f"past-{len(rows) + 1:04}", "input": text, "values": {"intent": name}})
    return rows


def readings(names: Sequence[str]) -> list[Row]:
    """Keywords from the names alone: the name as it stands, all of its words, a word that no other name has; the longest first."""
    words = {name: [word for word in name.split("_") if word not in _SMALL] for name in names}
    owners: dict[str, list[str]] = defaultdict(list)
    for name, own in words.items():
        for word in dict.fromkeys(own):
            owners[word].append(name)
    longest = sorted(names, key=lambda name: (-len(words[name]), name))
    whole = [{"value": name, "any": [name.replace("_", " ")]} for name in longest]
    every = [{"value": name, "all": words[name]} for name in longest if len(words[name]) > 1]
    alone = [{"value": name, "any": own} for name in longest if (own := [word for word in words[name] if owners[word] == [name]])]
    return [*whole, *every, *alone]


def _task(names: Sequence[str]) -> Row:
    meanings = {name: name.replace("_", " ") for name in names}
    return {
        "format": 1, "kind": "fields", "ask": "Say what this customer of the bank wants.",
        "channel": "the routing of the bank's chat", "person": "an agent of the bank",
        "fields": [{"name": "intent", "kind": "label", "question": "What does the customer want?", "values": meanings}],
        "judged_by": ["intent"],
        "baseline": {"kind": "rules", "about": "Keywords from the names of the intents, and nothing else.", "fields": {"intent": readings(names)}},
        "goals": [
            goal("right-intents", "right_rate", "right, correct, accuracy, quality", 0.85, 0.94),
            goal("minutes", "minutes_per_item", "minutes, handling time, routing time, faster", 0.4, 1.5),
            goal("handled", "handled_rate", "handled, deflection, automate", 0.8, 0),
        ],
        "limits": [goal("wrong-intents", "wrong_rate", "wrong, misrouted, error rate, mistakes", 0.06, 0.06)],
    }  # fmt: skip
