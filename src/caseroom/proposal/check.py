"""What contradicts itself in a proposal: switches that cannot do what they are meant to. Remarks, not errors: the lab runs it as it stands."""

from __future__ import annotations

from collections.abc import Iterator

from caseroom.proposal.check_roadmap import roadmap_remarks
from caseroom.proposal.model import Proposal


def remarks(proposal: Proposal) -> Iterator[str]:
    """One sentence for each contradiction, with what would resolve it."""
    technical, risks, retrieve = proposal.technical, proposal.hallucinations, proposal.technical.retrieve
    acts = technical.review.flagged or technical.failure is not None
    if risks.checks and not acts:
        yield (
            "hallucinations.checks object, but nobody acts on it: set technical.review.flagged, or technical.failure to person or baseline. "
            "As it stands an output leaves although a check objects."
        )
    if "citations" in risks.checks and not technical.respond.citations:
        yield "hallucinations.checks looks for citations, but technical.respond.citations is off: every output will be objected to."
    if retrieve.method == "none" and (retrieve.permissions or technical.ingest.current_only):
        yield "technical.retrieve.method is none, so the permission check and current_only have nothing to keep out."
    if retrieve.method == "none" and technical.exact == "model" and risks.grounding and proposal.technical.model.name == "extractive":
        yield "hallucinations.grounding keeps to the sources, but there is neither a search nor a look-up that gives any besides the input itself."
    if technical.model.name == "recall" and risks.grounding:
        yield "technical.model is recall, which knows only its memory: hallucinations.grounding cannot hold it to sources."
    if technical.model.name == "baseline" and (risks.grounding or risks.abstain or technical.prompt.examples):
        yield "technical.model is the case's own rules: prompts, grounding and abstention do nothing there."
    if technical.model.name == "local" and not technical.model.file:
        yield "technical.model is local, but technical.model.file names no GGUF file."
    if technical.model.provider and technical.model.name != "api":
        yield f"technical.model.provider names {technical.model.provider}, but technical.model.name is {technical.model.name}: it is not asked."
    if risks.verifier and "verifier" not in risks.checks:
        yield f"hallucinations.verifier names {risks.verifier}, but hallucinations.checks has no verifier: it is not asked."
    if proposal.assess.decision in ("rules", "process") and technical.model.name not in ("baseline",):
        yield f"assess.decision is {proposal.assess.decision}, yet a model ({technical.model.name}) writes: set technical.model.name to baseline to run what was decided."
    if technical.review.a_day == 0 and technical.review.flagged:
        yield "technical.review.a_day is 0: nobody can look at what is flagged, so a person takes each such item over."
    if proposal.assess.mode == "automate" and risks.over_reliance and not technical.review.flagged:
        yield "hallucinations.over_reliance guards people who wave through, but nobody looks: assess.mode is automate and technical.review.flagged is off."
    if technical.ingest.overlap >= technical.ingest.chunk_words:
        yield "technical.ingest.overlap is not smaller than chunk_words; half of chunk_words is taken."
    yield from roadmap_remarks(proposal)
