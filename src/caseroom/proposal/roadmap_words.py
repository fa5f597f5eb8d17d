"""The roadmap section read out of a candidate's words: phases, gates, monitors, who is on call, what labels become. Each part keeps the words that set it; what was not said stays empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from caseroom.proposal.model import Monitor, Proposal, Roadmap, Said, get
from caseroom.proposal.monitors_said import alerts_somebody, merged, monitors, on_call, watches
from caseroom.proposal.phases_said import Stage, gates, is_gate, phases, speaks_of, with_gates
from caseroom.proposal.spoken import digits, sentences

Improve = Literal["examples", "threshold", "retrieval", "classifier"]
_IMPROVES: tuple[tuple[Improve, str], ...] = (
    ("classifier", r"\bfine-?tun|\bclassifier\b"),
    ("threshold", r"\bthresholds?\b|\bcut-?offs?\b"),
    ("examples", r"\bexamples?\b|\bfew-?shot\b|\bprompts?\b|\binstructions\b"),
    ("retrieval", r"\b(?:search|retrieval|ranking|index) (?:weights?|is|gets)?|\bweights of the search"),
    ("classifier", r"\btrain (?:a|the|on)\b|\bsmall model\b|\btune (?:a|on|the)\b"),
)
_LABELS = re.compile(
    r"(?<![\d.,])(\d[\d,]*) (?:[\w-]+ ){0,2}?(?:labels?|drafts?|sheets?|corrections?|edits?|pairs?|transcripts?|items?|letters?|answers?|codes?|comments?|contracts?|cases|listings?|notes?|examples?|tickets?|replies)\b"
)
_FEW = {"a few hundred": "300", "some hundred": "300", "several hundred": "300", "a few thousand": "3000", "some thousand": "3000", "several thousand": "3000", "a couple of thousand": "2000", "a couple of hundred": "200"}  # fmt: skip
_NEVER = re.compile(r"\b(?:no|not|never|without|isn't|don't|won't)\b[^.;]{0,40}$", re.IGNORECASE)
_NOT_NOW = re.compile(r"\w*\s+(?:isn't|is not|wouldn't be|not)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:after|once|when|until|only|if|as soon as|later|by then|every|each|then|into|back)\b", re.IGNORECASE)
_ROLLBACK = re.compile(
    r"\broll\w* (?:it |\w+ )?back|\brollback|\bswitch\w* (?:it|that|them|us) back|\bfall back to (?:today|the old)|\brevert|\bback on the (?:previous|last|old)|\bbrings? back\b|\bput the old one back",
    re.IGNORECASE,
)
_FEEDBACK = re.compile(
    r"\b(?:edits?|corrections?|thumbs|overrides?|reopened|dismissals?|feedback|corrected)\b[^.]*\b(?:back|stored|captured|flow|into|become|labels?|reach|land|goes? to)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the roadmap with the field that they were credited for and the turn they were said in."""

    path: str
    """`roadmap.phases` and so on; `roadmap` alone for words beside them, of which only what is sure is read."""
    text: str
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What was read, and the words behind each part."""

    roadmap: Roadmap
    said: dict[str, Said] = field(default_factory=dict)


def read_roadmap(passages: Iterable[Passage], start: Roadmap | None = None) -> Read:
    """The roadmap that passages make, laid over one whose words are known."""
    reading = _Reading(start or Roadmap())
    known = list(passages)
    for step in (_phases, _monitors, _on_call, _improve, _switches):
        step(reading, known)
    whole = Proposal(roadmap=reading.roadmap)
    return Read(reading.roadmap, {path: said for path, said in reading.said.items() if get(whole, path) not in (None, ())})


@dataclass(slots=True)
class _Reading:
    """A roadmap in the making."""

    roadmap: Roadmap
    said: dict[str, Said] = field(default_factory=dict)

    def set(self, path: str, value: Any, passage: Passage, text: str) -> None:
        """Set a field, and keep its words."""
        self.roadmap = replace(self.roadmap, **{path: value})
        self.said.setdefault(f"roadmap.{path}", Said(text, passage.turn))


def _sentences(passages: list[Passage], *names: str) -> Iterator[tuple[Passage, str, bool]]:
    """Each sentence that was credited for one of these fields, and of whole turns all where one was, with whether it was credited."""
    paths = {f"roadmap.{name}" for name in names}
    if any(passage.path in paths for passage in passages):
        for passage in passages:
            if passage.path in {*paths, "roadmap"}:
                yield from ((passage, sentence, passage.path in paths) for sentence in sentences(passage.text))


def _phases(reading: _Reading, passages: list[Passage]) -> None:
    """Phases from the words for phases, the first phase and the time line; a share or time that is named wins over the usual one."""
    credited = any(passage.path in _PLANS[:2] for passage in passages)
    told = [passage for passage in passages if credited and passage.path in (*_PLANS, "roadmap")]
    said = phases("\n".join(dict.fromkeys(passage.text for passage in told)))
    found = _gates(reading, passages)
    for stage, phase in with_gates(said, found).items():
        passage, sentence = _about(stage, told) or (None, None)
        known = reading.said.get(f"roadmap.{stage}.gate")
        parts: dict[str, Any] = {stage: phase}
        reading.roadmap = replace(reading.roadmap, **parts)
        if passage and sentence:
            reading.said[f"roadmap.{stage}"] = Said(sentence, passage.turn)
        elif known:
            reading.said[f"roadmap.{stage}"] = known


_PLANS = ("roadmap.phases", "roadmap.first_phase", "roadmap.business_case")


def _gates(reading: _Reading, passages: list[Passage]) -> dict[Stage, Any]:
    """The gates; a sentence that names its phase wins over one that means them all, and where the plan is told over what was said elsewhere."""
    found: dict[Stage, Any] = {}
    for passage, sentence, sure in sorted(_sentences(passages, "gates"), key=lambda one: one[2]):
        surely = sure and not any(is_gate(digits(other)) for other in sentences(passage.text))
        if surely or is_gate(digits(sentence)):
            for stage, gate in gates(sentence, surely).items():
                if stage not in found:
                    found[stage] = gate
                    reading.said[f"roadmap.{stage}.gate"] = Said(sentence, passage.turn)
    return found


def _about(stage: Stage, told: list[Passage]) -> tuple[Passage, str] | None:
    """The sentence that speaks of a phase; where none does alone, that which counts the phases."""
    every = [(passage, sentence) for passage in told for sentence in sentences(passage.text)]
    named = next((one for one in every if speaks_of(stage, one[1])), None)
    return named or next((one for one in every if stage in phases(one[1])), None)


_PARTS = ("limit", "wrong", "omissions", "sample", "owner", "action")
"""Parts of a monitor that may be said elsewhere than the monitor itself; then they keep their own words."""


def _monitors(reading: _Reading, passages: list[Passage]) -> None:
    found: dict[str, Monitor] = {}
    for passage, sentence, sure in _sentences(passages, "monitor_quality", "monitor_service", "alerts"):
        if not sure and (is_gate(digits(sentence)) or not (watches(sentence) or alerts_somebody(sentence))):
            continue
        for name, monitor in monitors(sentence).items():
            before, found[name] = found.get(name), merged(found.get(name), monitor)
            reading.said.setdefault(f"roadmap.monitors.{name}", Said(sentence, passage.turn))
            for part in _PARTS if before else ():
                if getattr(found[name], part) not in (None, getattr(before, part)):
                    reading.said[f"roadmap.monitors.{name}.{part}"] = Said(sentence, passage.turn)
    if found:
        reading.roadmap = replace(reading.roadmap, monitors=replace(reading.roadmap.monitors, **found))


def _on_call(reading: _Reading, passages: list[Passage]) -> None:
    for passage, sentence, sure in _sentences(passages, "alerts", "rollback"):
        whole = next((one for one in _told(passages) if sentence in one), sentence)
        found = on_call(whole) if sure or alerts_somebody(whole) else None
        if found and reading.roadmap.on_call is None:
            reading.set("on_call", found, passage, whole)


def _told(passages: list[Passage]) -> Iterator[str]:
    """The sentences of whole turns: a quote may be a piece of one."""
    for passage in passages:
        if passage.path == "roadmap":
            yield from sentences(passage.text)


def improve(text: str) -> tuple[Improve, int | None] | None:
    """What labels become, and how many are gathered first: "after 500 corrected drafts we refresh the examples in the prompt"."""
    plain = digits(re.sub("|".join(_FEW), lambda match: _FEW[match[0].lower()], text, flags=re.IGNORECASE))
    for name, cue in _IMPROVES:
        found = re.search(cue, plain, re.IGNORECASE)
        refused = found and (_NEVER.search(plain[: found.start()]) or _NOT_NOW.match(plain, found.end()))
        if found and (not refused or _CONDITION.search(plain)):
            count = _LABELS.search(plain)
            return name, min(100_000, max(20, int(count[1].replace(",", "")))) if count else None
    return None


def _improve(reading: _Reading, passages: list[Passage]) -> None:
    """From feedback that flows back first, as it comes earlier than a trained model; else from fine-tuning."""
    for path in ("roadmap.feedback", "roadmap.fine_tune"):
        for passage in passages:
            found = improve(passage.text) if passage.path == path else None
            if found and reading.roadmap.improve is None:
                reading.set("improve", found[0], passage, passage.text)
                if found[1] is not None:
                    reading.set("improve_after", found[1], passage, passage.text)


def _switches(reading: _Reading, passages: list[Passage]) -> None:
    """Rollback and feedback also where other words say them for certain."""
    for name, cue in (("rollback", _ROLLBACK), ("feedback", _FEEDBACK)):
        for passage, sentence, _sure in _sentences(passages, "alerts", "rollback", "feedback", "fine_tune"):
            if not getattr(reading.roadmap, name) and cue.search(sentence):
                reading.set(name, True, passage, sentence)
