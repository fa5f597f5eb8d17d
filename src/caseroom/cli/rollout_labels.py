"""`caseroom rollout --labels` and `--candidate`: what users said as files, and another design by the same door."""

from __future__ import annotations

from pathlib import Path

from caseroom.app import rollout_labels
from caseroom.cli.screen import print_json, say, the_room
from caseroom.errors import UsageError
from caseroom.proposal.file import read_proposal


def write_labels(rollout_id: str, output: Path | None, *, cases: Path | None, as_json: bool) -> None:
    """`caseroom rollout --labels ID -o FILE`."""
    if output is None:
        raise UsageError("Say where to: `caseroom rollout --labels ID -o labels.jsonl`.")
    made = rollout_labels.labelled(the_room(cases), rollout_id)
    paths = rollout_labels.write(made, output)
    if as_json:
        print_json({**made.provenance, "files": [str(path) for path in paths]})
        return
    say(
        f"{len(made.train)} rows to train on in {paths[0]}, {len(made.held_out)} held out in {paths[1]}; {paths[2]} says where they come from."
    )
    hidden = sum(made.provenance["masked"].values())
    say(f"{hidden} private pieces were masked: patterns, what the systems know of the person, and names by which people greet, sign or begin. "
        "Names that nothing introduces are not found: read the files before you pass them on.", style="dim")  # fmt: skip
    for why, count in made.provenance["left_out"].items():
        say(f"{count} signals were left out: {why}.", style="dim")


def compare_candidate(rollout_id: str | None, file: Path, *, cases: Path | None, as_json: bool) -> None:
    """`caseroom rollout --show ID --candidate FILE`."""
    if rollout_id is None:
        raise UsageError("Say against which rollout: `caseroom rollout --show ID --candidate other.yaml`.")
    found = rollout_labels.compare_candidate(the_room(cases), rollout_id, read_proposal(file))
    if as_json:
        print_json(found.to_data())
        return
    say(f"{found.title}: {found.verdict.why}", style="bold")
    for one in found.verdict.moved:
        old, new = ("–" if value is None else f"{value:.4g}" for value in (one.old, one.new))
        say(
            f"  {one.title}: {old} → {new}; {one.said} ({'better' if one.better else 'worse' if one.worse else 'cannot be told from chance'})"
        )
