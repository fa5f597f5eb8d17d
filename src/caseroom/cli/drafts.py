"""`caseroom cases draft`: a case from a document, by a large model. Sends nothing before somebody agreed."""

from __future__ import annotations

from pathlib import Path

from caseroom.app import largemodels
from caseroom.app.draft_folder import as_data, counted, figured
from caseroom.app.drafting import Drafted, Wish, calls
from caseroom.app.drafting import draft as drafted
from caseroom.app.interviews import Room
from caseroom.cli.screen import errors, print_json, progress, say, the_room
from caseroom.errors import ModelError, NotAgreed
from caseroom.models.chat import ChatModel


def draft(document: Path, case_id: str, output: Path | None, name: str, sizes: tuple[int, int, int], *, as_json: bool) -> None:
    """`caseroom cases draft`."""
    room, wish = the_room(None), Wish(*sizes)
    model = _model(room, name)
    if not as_json:
        errors.print(f"{model.name} is asked {calls(wish)} times, and once more where something does not hold.", style="dim")
    with progress("Drafting") as told:
        made = drafted(room, document, case_id, output, model, wish, lambda _, done, total: told(done, total))
    folder = (output or room.settings.user_cases) / case_id
    if as_json:
        print_json(as_data(made, folder))
    else:
        _show(made, folder)


def _model(room: Room, name: str) -> ChatModel:
    settings = largemodels.settings_of(room)
    names = [name] if name else [entry.name for entry in settings.chain("draft")]
    if not names:
        raise ModelError(
            "No model is set up for drafts. `caseroom models add` names one, `caseroom models use draft NAME` puts it to work; or name it with --model."
        )
    for notice in (largemodels.first_call_notice(room, one, "draft") for one in names):
        if not notice.agreed:
            raise NotAgreed(
                f"{notice.name} at {notice.host} would get {notice.sends[0]}. Nothing was sent. `caseroom models agree {notice.name} --for draft` asks."
            )
    model = largemodels.named(room, name, "draft") if name else largemodels.chat_model(room, "draft")
    assert model is not None, "names were found"
    return model


def _show(made: Drafted, folder: Path) -> None:
    figures = figured(made)
    invented = [one for one in figures if one.invented]
    say(f"{made.frame['title']}  ({made.frame['company']})", style="bold")
    say(f"{counted(made)}, in {folder}")
    say(f"{len(figures)} figures: {len(figures) - len(invented)} stand in the document, {len(invented)} were invented:")
    for one in invented[:12]:
        say(f"  {one.shown} in {one.where}", style="yellow")
    for problem in made.left_out[:8]:
        say(f"  left out: {problem}", style="dim")
    if made.source.left_out:
        say(f"  {len(made.source.left_out)} sentences of the document speak to a model; it was not given them.", style="dim")
    say(f"It is a draft. Read DRAFT.md, run `caseroom cases check {folder}`, mend it, and remove `draft: true` from case.yaml.")
