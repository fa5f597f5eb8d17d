from __future__ import annotations

import dataclasses
import json
import types
import typing
from pathlib import Path
from typing import Any, get_args, get_origin

import annotated_types
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from caseroom.errors import ProposalError
from caseroom.proposal.file import from_data, is_words, paths, read_proposal, schema, to_data, to_yaml
from caseroom.proposal.model import (
    Bound,
    Goal,
    Ground,
    Model,
    Monitor,
    Monitors,
    OnCall,
    Phase,
    Proposal,
    Roadmap,
    Said,
    Technical,
    get,
)  # fmt: skip

NOTHING = ["", " \n\n", "# only a comment\n", "---\n", "null\n", "# a\n---\n# b\n"]
HARD = ["", " ", "yes", "null", "12", "1e3", "a: b", "# no", "- x", "'", '"', "{a}", "[b]", "a\nb", "\n", " lead", "trail ", "🙂🙃", "مرحبا: بكم", "שלום #1", "a\r\nb",
        "tab\there", "\x00\x07", "\x85", "\u2028end", "x" * 400, "word " * 80, "...", "---", "|", ">", "%", "@", "*a", "&b", "!c", "\ufeff", "é", "said: {quote: x}", "line one\n\n  line two\n"]  # fmt: skip
words = st.sampled_from(HARD) | st.text(max_size=40)


def of(kind: Any, name: str = "") -> st.SearchStrategy[Any]:
    """Values of a field's kind."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is typing.Annotated:
        return bounded(args[0], [bound for part in args[1:] for bound in part.metadata])
    if origin is typing.Literal:
        return st.sampled_from(args)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(of(arg) for arg in args))
    if origin is tuple:
        return st.lists(of(args[0]), max_size=3).map(tuple)
    if kind is type(None):
        return st.none()
    if dataclasses.is_dataclass(kind):
        return made(typing.cast(type, kind))
    plain = {str: words, bool: st.booleans(), int: st.integers(-5, 99), float: st.floats(allow_nan=False, allow_infinity=False)}
    return plain[kind]


def bounded(kind: Any, bounds: list[Any]) -> st.SearchStrategy[Any]:
    """Numbers of a field that has bounds, the open one left out."""
    low: Any = next((bound.ge for bound in bounds if type(bound) is annotated_types.Ge), None)
    over: Any = next((bound.gt for bound in bounds if type(bound) is annotated_types.Gt), None)
    high: Any = next((bound.le for bound in bounds if type(bound) is annotated_types.Le), 10**6)
    least = next((bound for bound in (low, over) if bound is not None), 0)
    if kind is int:
        return st.integers(least + (over is not None), high)
    return st.floats(float(least), float(high), exclude_min=over is not None)


def made(kind: type) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = {field.name: of(hints[field.name]) for field in dataclasses.fields(kind) if get_origin(hints[field.name]) is not dict}
    if kind is Proposal:
        fields |= {
            "case": st.none() | words.filter(bool),
            "said": st.dictionaries(st.sampled_from(sorted(paths())), made(Said), max_size=4),
        }
    return st.builds(kind, **fields)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(made(Proposal))
@example(Proposal(case="\xa0"))
@example(
    Proposal(
        title="a: b # c",
        ground=Ground(user="\u2028", process="a\x85b\n\n c"),
        said={"ground.user": Said("“x”: y\n# z\n", 3), "assess.mode": Said(None, None)},
    )
)
def test_what_is_written_is_read_back(tmp_path: Path, proposal: Proposal) -> None:
    path = tmp_path / "proposal.yaml"
    path.write_bytes(to_yaml(proposal).encode())
    assert read_proposal(path) == proposal
    assert from_data(json.loads(json.dumps(to_data(proposal)))) == proposal


def read(tmp_path: Path, text: str) -> Proposal:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    return read_proposal(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("technical:\n  retrieve:\n    method: magic\n", ":3: technical.retrieve.method: 'magic' is not allowed; write one of 'none', 'keyword', 'dense' or 'hybrid'"),
        ("technical:\n  retrieve: {top_k: 51}\n", ":2: technical.retrieve.top_k: Input should be less than or equal to 50; found '51'"),
        ("hallucinations:\n  checks: [numbers, luck]\n", ":2: hallucinations.checks.1: 'luck' is not allowed"),
        ("hallucinations:\n  abstain: maybe\n", ":2: hallucinations.abstain: 'maybe' is neither `on` nor `off`"),
        ("ground:\n  goal: {metric: profit}\n", ":2: ground.goal.metric: 'profit' is not allowed; write one of 'bleu'"),
        ("ground:\n  goal: {metric: bleu, target: .nan}\n", ":2: ground.goal.target: "),
        ("assess:\n  stop: {metric: bleu, value: .inf}\n", ":2: assess.stop.value: "),
        ("technical:\n  review: {a_day: .inf}\n", ":2: technical.review.a_day: "),
        ("\ncolour: red\n", ":2: colour: is not a key of this file"),
        ("said:\n  technical.colour: {quote: x}\n", ":2: said.technical.colour: there is no such field"),
        ("roadmap:\n  proof: {days: 14}\n", ":2: roadmap.proof.share: is missing"),
        ("roadmap:\n  proof: {share: 0}\n", ":2: roadmap.proof.share: Input should be greater than 0; found '0'"),
        ("roadmap:\n  monitors: {mood: {}}\n", ":2: roadmap.monitors.mood: is not a key of this file"),
        ("roadmap:\n  monitors:\n    quality: on\n", ":3: roadmap.monitors.quality: should be a block of keys, not bool"),
        ("roadmap:\n  on_call: {days: 31}\n", ":2: roadmap.on_call.days: Input should be less than or equal to 30"),
        ("roadmap: {improve: everything}\n", ":1: roadmap.improve: 'everything' is not allowed; write one of 'examples'"),
        ("said:\n  hallucinations.checks.luck: {quote: x}\n", ":2: said.hallucinations.checks.luck: there is no such field"),
        ("said:\n  roadmap.monitors.mood: {quote: x}\n", ":2: said.roadmap.monitors.mood: there is no such field"),
        ("format: 2\n", ":1: format: 2 is not allowed"),
        ("- one\n", ":1: the file: should be a block of keys, not list"),
        ("technical: [a\n", "not valid YAML"),
    ],
)  # fmt: skip
def test_errors_name_line_field_and_allowed_values(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ProposalError) as caught:
        read(tmp_path, text)
    assert any(said in problem for problem in caught.value.problems), caught.value.problems


def test_a_file_that_names_nothing_more_is_a_proposal_with_all_off(tmp_path: Path) -> None:
    assert read(tmp_path, "format: 1\n") == Proposal()


def test_switches_are_on_and_off(tmp_path: Path) -> None:
    text = to_yaml(Proposal())
    assert "  abstain: off" in text and "true" not in text and "false" not in text
    assert read(tmp_path, text.replace("abstain: off", "abstain: on ")).hallucinations.abstain


def test_every_field_has_a_comment_in_table_file_and_schema() -> None:
    assert {
        "roadmap.proof",
        "roadmap.proof.share",
        "roadmap.monitors.quality",
        "roadmap.monitors.quality.sample",
        "hallucinations.checks.numbers",
    } <= set(paths())
    parts = {"technical.ingest", "technical.retrieve", "technical.prompt", "technical.model", "technical.respond", "technical.review"}
    assert [path for path, comment in paths().items() if not comment] == sorted(parts, key=list(paths()).index)
    text = to_yaml(Proposal())
    for path, comment in paths().items():
        if f"  {path.rsplit('.', 1)[-1]}: " in text and dataclasses.is_dataclass(get(Proposal(), path.rpartition(".")[0])):
            assert " ".join(comment.split()[:4]) in " ".join(text.replace("# ", "").split())
    described = schema()["$defs"]["Hallucinations"]["properties"]
    assert all(entry["description"] for entry in described.values())


def test_no_line_is_too_long_and_unsaid_words_are_listed() -> None:
    text = to_yaml(Proposal(case="support-desk"))
    assert all(len(line) <= 118 for line in text.splitlines()[2:])
    assert "# not said: user, process" in text and "`caseroom run support-desk FILE`" in text


HARD_ROADMAP = Roadmap(
    proof=Phase(0.05, 14, (Bound("right_rate", 0.85),)),
    test=Phase(0.25, 28, tuple(Bound("wrong_rate", n / 7) for n in range(6)), "prompt", "wider: it {bites} #, " * 6),
    monitors=Monitors(quality=Monitor(sample=30, owner="senior: agents"), latency=Monitor(), groups=Monitor(1.0, None, 3, "yes", "x\ny\u2028, {z}")),
    on_call=OnCall(0, "null"),
)  # fmt: skip


def test_a_roadmap_reads_well(tmp_path: Path) -> None:
    text = to_yaml(Proposal(roadmap=HARD_ROADMAP))
    assert "  proof: {share: 0.05, days: 14, gate: [{metric: right_rate, value: 0.85}]}\n" in text
    assert "  test:\n    share: 0.25\n    days: 28\n    gate:\n    - {metric: wrong_rate, value: 0.0}\n" in text
    assert "    latency: {patience: 1} " in text and "    errors: null " in text and '{days: 0, owner: "null"}' in text
    assert "# A phase: {share: 0.05" in text and "#   threshold, purpose: words}" in text
    assert read(tmp_path, text).roadmap == HARD_ROADMAP
    assert read(tmp_path, "roadmap: {monitors: {latency: {}}}").roadmap.monitors.latency == Monitor()


def test_which_fields_hold_words() -> None:
    words_ = ["roadmap.proof.purpose", "roadmap.monitors.quality.owner", "roadmap.on_call.owner", "roadmap.phases", "technical.flow"]
    runs = [
        "roadmap.proof",
        "roadmap.proof.share",
        "roadmap.monitors.quality",
        "roadmap.improve",
        "hallucinations.checks.numbers",
        "technical.model.file",
    ]
    assert all(map(is_words, words_)) and not any(map(is_words, runs))
    with pytest.raises(AttributeError, match=r"no field roadmap\.mood"):
        is_words("roadmap.mood")


def test_the_schema_is_one() -> None:
    whole = schema()
    assert whole["$schema"].startswith("https://json-schema.org/") and whole["additionalProperties"] is False
    jsonschema = pytest.importorskip("jsonschema_rs")
    jsonschema.meta.validate(whole)
    proposal = Proposal(
        ground=Ground(Goal("bleu", None, 3.0), (Bound("bleu", 1.0),), user="we: all"),
        technical=Technical(model=Model("recall")),
        roadmap=HARD_ROADMAP,
    )
    check = jsonschema.Draft202012Validator(whole)
    check.validate(to_data(proposal))
    check.validate(yaml.safe_load(to_yaml(proposal)))
    assert not check.is_valid({"technical": {"retrieve": {"method": "magic"}}})
    assert not check.is_valid({"roadmap": {"proof": {"share": 0}}}) and not check.is_valid(
        {"roadmap": {"monitors": {"quality": {"sample": 0}}}}
    )


@pytest.mark.parametrize("text", NOTHING)
def test_an_empty_file_is_no_proposal_of_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProposalError, match=r"p\.yaml:1: the file is empty.*`caseroom propose SESSION -o FILE`.*--empty CASE"):
        read_proposal(tmp_path / "p.yaml")
