"""The first task.yaml and economics.yaml of a folder of one's own material: starting values, each marked as a guess where it is one. Text only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

_HEAD = """\
# Written by `caseroom data import`. "A guess" marks what only you can know: put in your own. docs/lab-data.md explains every key.
format: 1
"""
_HANDOVER = "handover: []                 # what must always go to a person, such as: - {name: legal threat, any: [lawyer, court, sue]}\n"
_GOALS = """\
goals:                       # what a proposal may choose as its yardstick; each target is a guess
  - {{id: {id}, metric: {metric}, words: [{words}], target: {target}}}
  - {{id: minutes, metric: minutes_per_item, words: [minutes, handling time, faster, workload], target: 5}}
  - {{id: cost, metric: cost_per_item, words: [cost, cheaper, savings, money], target: 2.5}}
limits:                      # what must not be broken; the target is the limit, a guess
  - {{id: wrong-outputs, metric: wrong_rate, words: [wrong, error, mistakes, correct], target: 0.05}}
"""
ECONOMICS = """\
# Written by `caseroom data import`. EVERY FIGURE IS A GUESS: put in your own before you believe what a run says of money and time.
format: 1
currency: EUR
items_a_day: 200              # a guess: what comes in on a day
days_a_year: 250              # a guess
wage_per_minute: 0.5          # a guess: what a person's minute costs
minutes:                      # a person's minutes for one item
  today: 8                    # a guess: as it is done now
  approve: 1.5                # a guess: to look at a right output and send it
  correct: 4                  # a guess: to put right what is incomplete or seen to be wrong
  review: 2                   # a guess: a reviewer, for a flagged output
wait_minutes: 480             # a guess: from coming in to being answered, today
wrong_today: 0.05             # a guess: share of items that people get wrong
cost_of_wrong: 20             # a guess: when it leaves the house
cost_of_missed_handover: 200  # a guess: an item that had to go to a person and did not
cost_of_leak: 300             # a guess: a secret that left the house
noticed: 0.6                  # a guess: share of wrong outputs that whoever sends them notices
reviewers: {a_day: 40, noticed: 0.85}      # a guess: flagged outputs that can be looked at a day, and what is noticed
"""


def of_texts(*, documents: bool, judged: bool) -> str:
    """The task of questions with answers. `judged`: some rows say what makes an output right, so that the share of right ones can be the goal."""
    ask = "Answer this question from the documents." if documents else "Write the reply to this message."
    return (
        f"{_HEAD}kind: answer\n"
        f"ask: {ask}      # a guess: what a model is told to do\n"
        "channel: the reply box       # a guess: where an output appears\n"
        "person: a colleague          # a guess: who takes what the machine passes on\n"
        f"{_SEARCH if documents else _CANNED}{_HANDOVER}{_goals(judged)}"
    )


_SEARCH = """\
baseline:                    # the simple way, beside the design
  kind: search
  about: The first sentences of the first page that a keyword search finds.
"""
_CANNED = """\
baseline:                    # the simple way, beside the design; until you write your rules it passes everything on
  kind: template
  about: Canned replies, chosen by keywords.
  rules:
    - {name: to be written, any: [words that call for this reply], reply: The canned reply.}
"""


def _goals(judged: bool) -> str:
    if judged:
        return _GOALS.format(id="right", metric="right_rate", words="right, correct, accuracy, quality", target=0.8)
    unscored = "# No row says what makes an output right (column facts), so the first goal is nearness to the answers that people gave.\n"
    return unscored + _GOALS.format(id="near-the-answers", metric="rougeL", words="quality, answers, like our people", target=0.3)


def of_fields(columns: Mapping[str, tuple[str, Sequence[str]]]) -> str:
    """The task of values to be found; of each column its kind and, for a label, its values."""
    fields, readings = [], {}
    for name, (kind, values) in columns.items():
        words = name.replace("_", " ")
        one: dict[str, object] = {"name": name, "kind": kind, "question": f"What is the {words}?"}
        if kind == "flag":
            one |= {"question": f"Is it so: {words}?", "statement": f"It is so: {words}."}
        if kind == "label":
            one["values"] = {value: value.replace("_", " ") for value in values}
            readings[name] = [{"value": value, "any": [value.replace("_", " ")]} for value in values]
        fields.append(one)
    return (
        f"{_HEAD}kind: fields\n"
        "ask: Read the values from this text.      # a guess: what a model is told to do\n"
        "channel: the form beside the text         # a guess: where an output appears\n"
        "person: a colleague                       # a guess: who takes what the machine passes on\n"
        "# Guessed from the cells: the kind of each field, its question, what a flag's yes must be supported by, what a label's values mean.\n"
        f"{_block({'fields': fields})}"
        "# judged_by: [...]       # the fields by which an output is right or wrong; all if not given\n"
        "# The simple way: a label's value where its own name stands in the text. Add the words that people use.\n"
        f"{_block({'baseline': {'kind': 'rules', 'about': 'Keywords: a value where its own name stands in the text.', 'fields': readings}})}"
        f"{_HANDOVER}{_goals(True)}"
    )


def _block(part: Mapping[str, object]) -> str:
    return yaml.safe_dump(part, sort_keys=False, allow_unicode=True, width=140)
