"""Small classifiers over the shipped encoder's vectors: of values where values are asked for, else of outputs that would come back. Chosen by records that a model has not
seen; one that is no better than none is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from caseroom.cases.task import Economics
from caseroom.proposal.model import Proposal
from caseroom.rollout.lessons import Lesson, Worked, kind_of, values_of, worked
from caseroom.rollout.logistic import Linear, fitted, fold_of
from caseroom.rollout.model import Floats
from caseroom.rollout.taught import input_features, output_features, taught
from caseroom.rollout.trying import FEWEST, Tried, cheaper, few, learnt_of, money, names_of
from caseroom.rollout.world import CaseWorld

_PENALTIES = (0.3, 1.0, 3.0)
_CUTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def classifier(world: CaseWorld, proposal: Proposal, train: Sequence[Lesson], economics: Economics) -> Tried:
    """A small classifier over sentence vectors: of values where values are asked for, else of outputs that would come back."""
    if len(train) < FEWEST:
        return few("labelled records", len(train))
    made = worked(world, proposal, train)
    kind = made[0].workshop.data.task.kind
    return _fields(proposal, made) if kind == "fields" else _returns(proposal, made, economics)


def _fields(proposal: Proposal, made: Sequence[Worked]) -> Tried:
    done = [one for one in made if one.state.request is not None and one.state.reply is not None]
    if len(done) < FEWEST:
        return few("labelled records were read by the model", len(done))
    wanted = {entry.name: entry for one in done for entry in one.state.request.wanted if entry.kind in ("label", "flag")}  # type: ignore[union-attr]
    features = input_features(done[0].workshop.encoder, [one.state for one in done])
    found, said = [], []
    for name in wanted:
        model, words = _field(name, done, features)
        if model is not None:
            found.append((name, model))
        said.append(words)
    if not found:
        return Tried(None, f"Nothing was learnt: {'; '.join(said) or 'no label and no flag is read'}.", len(done))
    learnt = replace(learnt_of(proposal), fields=tuple(found), records=names_of([one.lesson for one in done]))
    return Tried(taught(proposal, learnt), "a classifier over sentence vectors reads " + "; ".join(said), len(done))


def _field(name: str, done: Sequence[Worked], features: Floats) -> tuple[Linear | None, str]:
    """The classifier of one value, with the sureness from which it beats the model on records that it has not seen."""
    given = [_told(one, name) for one in done]
    known = np.array([value is not None for value in given])
    classes = sorted({str(value) for value in given if value is not None})
    if known.sum() < FEWEST or len(classes) < 2:
        return None, f"{name}: too few labels, or all alike"
    rows = np.flatnonzero(known).tolist()
    names = np.array([str(given[row]) for row in rows])
    folds = np.array([fold_of(done[row].lesson.origin) for row in rows])
    model = np.array([str(_read(done[row], name)) for row in rows])
    hits = (names[:, None] == np.array(classes)).astype(float)
    best: tuple[float, float, float] = (float((model == names).mean()), 1.1, 1.0)
    for penalty in _PENALTIES:
        tried = fitted(classes, features[rows], hits, folds, penalty)
        chances = tried.chances(features[rows], folds)
        guess, sure = np.array(classes)[chances.argmax(axis=1)], chances.max(axis=1)
        for cut in _CUTS:
            right = (np.where(sure >= cut, guess, model) == names).astype(float)
            if right.mean() > best[0] and cheaper(right - (model == names)):
                best = (float(right.mean()), cut, penalty)
    was = float((model == names).mean())
    if best[1] > 1:
        return (
            None,
            f"{name}: the model is right in {was:.0%} of {len(rows)}, and no classifier does better on records that it has not seen",
        )
    return fitted(classes, features[rows], hits, folds, best[2], best[1]), f"{name} (right {was:.0%} before, {best[0]:.0%} with it, of {len(rows)} records each unseen)"  # fmt: skip


def _told(one: Worked, name: str) -> object:
    """The value as labels tell it: what a person put, else what users left as it was."""
    value = values_of(one.lesson.record).get(name) if one.lesson.label.known else _read(one, name)
    return None if value is None else str(value)


def _read(one: Worked, name: str) -> object:
    return one.state.reply.values.get(name) if one.state.reply else None


def _returns(proposal: Proposal, made: Sequence[Worked], economics: Economics) -> Tried:
    done = [one for one in made if one.state.output is not None and one.state.output.by == "model"]
    if len(done) < FEWEST:
        return few("labelled outputs", len(done))
    sent = {one.lesson.record.id: one.state.output for one in made}
    back = np.array(
        [float(kind_of(one.lesson, one.state.output, one.state.output, one.workshop) in ("wrong", "incomplete")) for one in done]
    )
    if back.sum() < FEWEST / 4 or (1 - back).sum() < FEWEST / 4:
        return Tried(None, f"Nothing was learnt: of {len(done)} outputs {int(back.sum())} came back; both kinds are needed.", len(done))
    features = output_features(done[0].workshop.encoder, [one.state for one in done])
    folds = np.array([fold_of(one.lesson.origin) for one in done])
    as_is = money([(one, one.state) for one in done], proposal, economics, sent)
    handed = money([(one, replace(one.state, route="person", output=None)) for one in done], proposal, economics, sent)
    best: tuple[float, Linear | None] = (0.0, None)
    for penalty in _PENALTIES:
        tried = fitted(("comes back",), features, back[:, None], folds, penalty)
        chances = tried.chances(features, folds)[:, 0]
        for cut in _CUTS:
            spared = np.where(chances >= cut, as_is - handed, 0.0)
            if float(spared.mean()) > best[0] and cheaper(spared):
                best = (float(spared.mean()), replace(tried, cut=cut))
    if best[1] is None:
        return Tried(None, f"Nothing was learnt: on outputs that it has not seen, no classifier of what comes back ({int(back.sum())} of {len(done)}) spares money by "
                           "passing on.", len(done))  # fmt: skip
    learnt = replace(learnt_of(proposal), returns=best[1], records=names_of([one.lesson for one in done]))
    said = (
        f"a classifier over sentence vectors passes on what would come back, from a chance of {best[1].cut:.0%} "
        f"(on outputs that it has not seen it spares {best[0]:,.2f} {economics.currency} an item; {int(back.sum())} of {len(done)} came back)"
    )
    return Tried(taught(proposal, learnt), said, len(done))
