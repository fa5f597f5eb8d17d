"""What is made of labels: better examples, re-fitted thresholds, weights of the search, a small classifier. Each is fitted on the training part alone, and says in words
what changes. Decides nothing: `door.py` does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from caseroom.cases.task import Economics
from caseroom.models.base import Shown
from caseroom.pipeline.documents import EVERYONE
from caseroom.pipeline.retrieve import Query, Retrieval, retrieve
from caseroom.proposal.model import Method, Proposal
from caseroom.rollout.classifiers import classifier
from caseroom.rollout.lessons import Lesson, values_of
from caseroom.rollout.masking import masked_pair
from caseroom.rollout.model import Floats
from caseroom.rollout.taught import taught
from caseroom.rollout.thresholds import threshold
from caseroom.rollout.trying import FEWEST, Tried, few, learnt_of, names_of
from caseroom.rollout.world import CaseWorld

Improve = Literal["examples", "threshold", "retrieval", "classifier"]
SHOWN = 3
"""Examples that a prompt shows from now on, if it showed none."""
_SHARES = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
"""What the keyword part counts against the dense part; 0 is dense alone, 1 keyword alone."""
_TOPS = (1, 2, 3, 4, 5, 6, 8, 10)
_ENOUGH = 0.99
"""Of the right documents that the longest list finds, the share that a shorter one must find, too."""


def fit(improve: Improve, world: CaseWorld, proposal: Proposal, train: Sequence[Lesson], economics: Economics) -> Tried:
    """The design that the labels of the training part suggest.

    Raises:
        DataError, ModelError, StageError: as their rooms say.
    """
    made: dict[Improve, Callable[[], Tried]] = {
        "examples": lambda: examples(proposal, train),
        "threshold": lambda: threshold(world, proposal, train, economics),
        "retrieval": lambda: retrieval(world, proposal, train),
        "classifier": lambda: classifier(world, proposal, train, economics),
    }
    return made[improve]()


def examples(proposal: Proposal, train: Sequence[Lesson]) -> Tried:
    """The outputs that people put right join what the prompt shows."""
    good = [lesson for lesson in train if lesson.corrected]
    if len(good) < FEWEST:
        return few("records were put right by people", len(good))
    shown = tuple((lesson.origin, _shown(lesson)) for lesson in good)
    prompt, learnt = proposal.technical.prompt, learnt_of(proposal)
    count = prompt.examples or SHOWN
    changed = replace(proposal, technical=replace(proposal.technical, prompt=replace(prompt, examples=count)))
    said = (
        f"{len(good)} outputs that people put right join the examples; each prompt shows {count}, near to its input and unlike each other"
    )
    return Tried(taught(changed, replace(learnt, examples=shown, records=names_of(good))), said, len(good))


def _shown(lesson: Lesson) -> Shown:
    record = lesson.record
    asked, said = masked_pair(record, record.reference or "")
    values = {**record.fields, **values_of(record)}
    return Shown(_unnumbered(asked), _unnumbered(said) if not record.values else "", tuple(values.items()) if record.values else ())


def _unnumbered(text: str) -> str:
    """Stand-ins that are not taken for those of another item: [PERSON 1] as [person]."""
    return re.sub(r"\[([A-Z]+) \d+\]", lambda match: f"[{match[1].lower()}]", text)


def retrieval(world: CaseWorld, proposal: Proposal, train: Sequence[Lesson]) -> Tried:
    """Method, weights and length of the search, by the documents that people named as the right ones."""
    told = [lesson for lesson in train if lesson.label.known and lesson.record.documents]
    if len(told) < FEWEST:
        return few("labels name the right document", len(told))
    now = proposal.technical.retrieve
    ranks = {share: _ranks(world, proposal, told, share) for share in _SHARES}
    start = _share_of(now.method, learnt_of(proposal).fusion)
    worth = {share: float((1 / found).mean()) for share, found in ranks.items()}
    share = max(_SHARES, key=lambda one: (round(worth[one], 6), one == start))
    found = ranks[share]
    longest = float((found <= _TOPS[-1]).mean())
    top = next(k for k in _TOPS if float((found <= k).mean()) >= _ENOUGH * longest)
    method: Method = "dense" if share == 0 else "keyword" if share == 1 else "hybrid"
    fusion = (round(2 * share, 2), round(2 * (1 - share), 2)) if method == "hybrid" else (1.0, 1.0)
    if (method, top, fusion) == (now.method, now.top_k, learnt_of(proposal).fusion):
        return Tried(None, "Nothing changes: the search is the best already by the documents that people named.", len(told))
    technical = replace(proposal.technical, retrieve=replace(now, method=method, top_k=top))
    changed = taught(replace(proposal, technical=technical), replace(learnt_of(proposal), fusion=fusion, records=names_of(told)))
    before = f"{worth[start]:.3f}" if start is not None and start in worth else "none"
    said = (
        f"{method} search{f', keywords counting {share:.0%}' if method == 'hybrid' else ''}, {top} passage{'' if top == 1 else 's'} instead of {now.top_k} "
        f"(mean reciprocal rank of the right document {worth[share]:.3f}, was {before}; it is found in {float((found <= top).mean()):.0%})"
    )
    return Tried(changed, said, len(told))


def _share_of(method: str, fusion: tuple[float, float]) -> float | None:
    shares = {"dense": 0.0, "keyword": 1.0, "hybrid": round(fusion[0] / (fusion[0] + fusion[1]), 2)}
    return shares.get(method)


def _ranks(world: CaseWorld, proposal: Proposal, told: Sequence[Lesson], share: float) -> Floats:
    """For each lesson the place of the first right document; infinite where it is not found."""
    technical = proposal.technical
    method: Method = "dense" if share == 0 else "keyword" if share == 1 else "hybrid"
    how = Retrieval(method, _TOPS[-1], technical.ingest.current_only, technical.retrieve.permissions, weights=(2 * share, 2 * (1 - share)))
    places = np.full(len(told), np.inf)
    for state in dict.fromkeys(lesson.label.state for lesson in told):
        mine = [number for number, lesson in enumerate(told) if lesson.label.state == state]
        index = world.scene(state)[0].index(technical.ingest)
        queries = [Query(told[n].record.input, frozenset({EVERYONE, told[n].record.role})) for n in mine]
        for number, passages in zip(mine, retrieve(index, queries, how), strict=True):
            right = set(told[number].record.documents)
            places[number] = next((p.rank for p in passages if p.chunk.document in right), np.inf)
    return places
