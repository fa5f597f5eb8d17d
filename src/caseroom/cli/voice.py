"""`caseroom voice` and `caseroom transcribe`."""

from __future__ import annotations

import time
from pathlib import Path

from rich.table import Table

from caseroom.cli.screen import console, errors, print_json, progress, say, write_file
from caseroom.config import settings_from_environment
from caseroom.errors import UsageError
from caseroom.numerals import counted
from caseroom.speech import install as installing
from caseroom.speech import weights
from caseroom.speech.base import SpeechError

_SAMPLE = "Forty agents answer about 1,500 tickets a day, and a reply costs €3.60."


def install(names: list[str], *, source: Path | None, hub: bool) -> None:
    """`caseroom voice install`."""
    root = settings_from_environment().voice
    for name in names or ["base"]:
        if source:
            folder = installing.from_folder(root, name, source, _told)
        elif hub:
            folder = installing.from_hub(root, name, _told)
        else:
            folder = installing.from_packages(root, name, _told)
        say(f"{name}: whole, in {folder}")
    _voice_state()


def _told(words: str) -> None:
    errors.print(f"{words} ...", style="dim")


def _voice_state() -> str:
    from caseroom.speech import hibari

    try:
        hibari.Hibari()
    except SpeechError as error:
        return str(error)
    return "whole"


def remove(name: str) -> None:
    """`caseroom voice remove`."""
    root = settings_from_environment().voice
    say(f"Deleted {name}." if installing.remove(root, name) else f"{name} is not in {root}.")


def show(*, as_json: bool) -> None:
    """`caseroom voice list`."""
    root = settings_from_environment().voice
    rows = []
    for name in [*weights.MODELS, *(n for n in weights.names(root) if n not in weights.MODELS)]:
        what = weights.MODELS[name].what if name in weights.MODELS else "yours"
        try:
            weights.checked(root, name)
            state = "whole"
        except SpeechError as error:
            state = str(error) if weights.there(root, name) else f"not here; `caseroom voice install {name}`"
        rows.append({"name": name, "kind": "recogniser", "what": what, "state": state, "sends_to": ""})
    rows.append({"name": "hibari", "kind": "voice", "what": "one English voice (Apache-2.0)", "state": _voice_state(), "sends_to": ""})
    rows.append(
        {"name": "microphone", "kind": "device", "what": "for `caseroom practice --voice`", "state": _device_state(), "sends_to": ""}
    )
    if as_json:
        print_json({"folder": str(root), "parts": rows})
        return
    table = Table(box=None, pad_edge=False)
    for column in ("name", "kind", "what", "state"):
        table.add_column(column)
    for row in rows:
        table.add_row(*(row[column] for column in ("name", "kind", "what", "state")))
    console.print(table)
    say(
        f"Recognisers are in {root}. All of these keep sound on this machine; an endpoint (`--recogniser http://HOST/v1#MODEL`) does not.",
        style="dim",
    )


def _device_state() -> str:
    from caseroom.speech.device import Device

    try:
        return Device().names
    except SpeechError as error:
        return str(error)


def test(name: str, *, as_json: bool) -> None:
    """`caseroom voice test`: the voice says a sentence, the recogniser hears it."""
    from caseroom.speech.choose import recogniser, voice
    from caseroom.speech.written import written

    speaker, ear = voice(), recogniser(settings_from_environment().voice, name)
    began = time.perf_counter()
    sound = speaker.say(_SAMPLE)
    spoken = time.perf_counter() - began
    ear.hear(sound)  # loads the weights
    began = time.perf_counter()
    heard = written(ear.hear(sound))
    took = time.perf_counter() - began
    row = {
        "said": _SAMPLE, "heard": heard.text, "seconds": round(sound.seconds, 2), "speaking": round(spoken, 2), "hearing": round(took, 2),
        "factor": round(took / sound.seconds, 3), "recogniser": ear.signature, "voice": speaker.signature, "sends_to": ear.sends_to,
    }  # fmt: skip
    if as_json:
        print_json(row)
        return
    say(f"said:  {_SAMPLE}\nheard: {heard.text}")
    say(f"{sound.seconds:.1f} seconds of sound: made in {spoken:.2f}, heard in {took:.2f} (factor {took / sound.seconds:.2f}).")
    say(f"{ear.signature}\n{speaker.signature}", style="dim")


def transcribe(
    file: Path,
    *,
    output: Path | None,
    case: str | None,
    split: bool | None,
    partial: bool,
    grade: bool,
    name: str,
    cases: Path | None,
    as_json: bool,
) -> None:
    """`caseroom transcribe`."""
    from caseroom.app import transcribing as app
    from caseroom.app.voice import prompt_for
    from caseroom.cli.screen import the_shelf
    from caseroom.grading.transcript import sidecar_of
    from caseroom.speech.audio import recording
    from caseroom.speech.choose import recogniser
    from caseroom.speech.detector import Silero

    if grade and not case:
        raise UsageError("--grade needs --case: which case was answered?")
    recording(file, partial=partial)  # whoever named the wrong file is told so before anything is asked of them
    settings = settings_from_environment()
    prompt = prompt_for(the_shelf(cases).case(case)) if case else ""
    ear = recogniser(settings.voice, name)
    if ear.sends_to:
        errors.print(f"The recording is sent to {ear.sends_to}.", style="yellow")
    with progress("Listening") as told:
        made = app.transcribe(
            file, ear, Silero(), prompt=prompt, split=split, partial=partial, cache=settings.cache / "heard",
            told=lambda done, total: told(round(done), max(1, round(total))),
        )  # fmt: skip
    if output:
        write_file(output, app.to_text(made))
        write_file(sidecar_of(output), app.sidecar_text(made))
    if as_json and not grade:
        print_json(app.to_data(made))
    elif not output and not grade:
        say(app.to_text(made).rstrip())
    turns = made.transcript.turns
    errors.print(
        f"{made.seconds / 60:.1f} minutes, {counted(len(turns), 'turn')}; speakers {made.how} (sure: {made.sure:.0%}); {made.garbled:.1%} not heard well; "
        f"{app.language_words(made)}.",
    )
    for warning in made.warnings:
        errors.print(warning, style="yellow")
    if grade and case:
        _grade(case, made.transcript, cases, as_json)


def _grade(case: str, transcript: object, cases: Path | None, as_json: bool) -> None:
    from caseroom.app.grading import grade_transcript
    from caseroom.cli import scorecard as card_view
    from caseroom.cli.screen import the_shelf_and_engine
    from caseroom.grading.transcript import Transcript

    assert isinstance(transcript, Transcript)
    shelf, engine = the_shelf_and_engine(cases)
    with progress("Reading the case") as told:
        card = grade_transcript(engine, shelf.case(case), transcript, told)
    if as_json:
        print_json(card.to_dict())
    else:
        card_view.show(card)
