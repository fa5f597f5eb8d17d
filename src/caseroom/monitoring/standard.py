"""The standard set of watches, for whoever has not thought about monitors yet. Plain data; `docs/monitoring.md` says why each is as it is.

Effects are the smallest that harm was seen to have in the shipped cases (`python -m evals.drift`); what keeps a watch quiet is how sure it must be. Windows are as long
as the daily samples are small. Inputs that come nearer than usual are told, too: copied text is how people learn to game it. What a season changes (how much comes, and of
which kinds) is told as `info` only; everything that can be compared kind by kind is, so that another mix alone is no change.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from caseroom.monitoring.watch import Watch

STANDARD = (
    Watch(
        "quality", "quality", "share", "down", effect=0.05, window=7, level="page", owner="product",
        action="Read the wrong ones of the last days. One kind: its documents or prompt. All kinds: what was released last? Roll it back.",
    ),
    Watch(
        "wrong outputs", "quality.wrong", "share", "up", effect=0.03, window=7, level="page", owner="product",
        action="Read the wrong ones of the last days. Are they of a kind that was passed on, or not there, before?",
    ),
    Watch(
        "quality of a group", "quality.groups", "share", "down", effect=0.15, window=7, each=True, level="page", owner="product",
        action="Read the wrong ones of this group beside right ones of the others. Send the group to people until it is mended.",
    ),
    Watch(
        "proxies", "proxies", "share", "up", effect=0.01, window=5, owner="product",
        action="Look at what was edited, and grade a sample of the same days: users may have changed, or the answers.",
    ),
    Watch(
        "checks", "checks", "share", "either", effect=0.01, window=5, owner="engineering",
        action="Which check objects, and to what? A new document or a new version of the model is the usual cause; fewer objections can be a blind check.",
    ),
    Watch(
        "abstention", "abstention", "share", "either", effect=0.01, window=5, owner="operations",
        action="More: do people keep up? What is passed on? Fewer: grade a sample of what went out instead.",
    ),
    Watch(
        "latency", "latency", "mean", "up", effect=0.2, relative=True, window=5, owner="engineering",
        action="Find the slow step in the traces; lower the length of context, or add capacity.",
    ),
    Watch(
        "errors", "errors", "share", "up", effect=0.01, window=3, level="page", owner="engineering",
        action="Read the newest errors. If one provider or part fails, switch to the fall-back.",
    ),
    Watch(
        "cost", "cost", "mean", "up", effect=0.15, relative=True, window=5, owner="engineering",
        action="Longer prompts, longer answers, more retries, or another price? Compare the tokens of a day before and now.",
    ),
    Watch(
        "kinds of inputs", "inputs.kinds", "chi2", effect=0.1, window=7, level="info", owner="product",
        action="A season, a campaign or a new product? Nothing to mend by itself.",
    ),
    Watch(
        "unseen words", "inputs.unseen", "mean", "up", effect=0.05, relative=True, window=5, owner="product",
        action="Which words are new? A product, a policy, a language. Add documents and examples for it.",
    ),
    Watch(
        "far inputs", "inputs.far", "mean", "either", effect=0.03, relative=True, window=5, owner="product",
        action="Read the inputs that lie furthest. Add documents and examples, or pass them on.",
    ),
    Watch(
        "length of inputs", "inputs.words", "mean", "either", effect=0.02, relative=True, window=5, owner="product",
        action="Read the longest and the shortest: something pasted in, something cut off, or two questions in one?",
    ),
    Watch(
        "length of outputs", "outputs.words", "mean", "either", effect=0.1, relative=True, window=5, owner="engineering",
        action="Was the model or the prompt changed? Compare outputs of the same inputs before and now.",
    ),
    Watch(
        "values of outputs", "outputs.values", "chi2", effect=0.1, window=5, unless="kinds of inputs", owner="product",
        action="Which value comes more often, and is it right? Grade a sample of it.",
    ),
    Watch(
        "replayed inputs", "outputs.replayed", "share", "up", effect=0.01, window=7, owner="engineering",
        action="Read old and new answers to the same inputs side by side. Was the model changed, the prompt, or the index?",
    ),
    Watch(
        "attacks", "attacks", "share", "up", effect=0.005, window=3, level="page", owner="security",
        action="Read them. Did any come through? Block the sender; keep the texts for the red team.",
    ),
    Watch(
        "volume", "volume", "mean", "either", effect=0.5, relative=True, window=7, weekday=True, fewest=1, level="info", owner="operations",
        action="A season or a campaign? Are there people enough for what is passed on?",
    ),
)  # fmt: skip


def standard(readings: Collection[str] | None = None) -> tuple[Watch, ...]:
    """The standard watches; with names of readings only those that read one of them (a reading that is not there would alarm as not measured)."""
    if readings is None:
        return STANDARD
    there = {watch.name for watch in STANDARD if watch.reads in readings}
    return tuple(_alone(watch, there) for watch in STANDARD if watch.name in there)


def _alone(watch: Watch, there: Collection[str]) -> Watch:
    """Without an explanation that is not on the board."""
    return replace(watch, unless="") if watch.unless and watch.unless not in there else watch
