"""`caseroom practice`: the interview in the terminal, typed or played from a script."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from caseroom.app import scorecards
from caseroom.app.exports import scorecard_html
from caseroom.app.interviews import Interview, Room, newest_open
from caseroom.app.scripts import Line, ScriptClock, read_script
from caseroom.cases.model import Case
from caseroom.cli import scorecard as card_view
from caseroom.cli.screen import console, errors, print_json, progress, say, the_room, write_file
from caseroom.errors import UsageError
from caseroom.events import Move, Replied, Said
from caseroom.grading.levels import ANCHORS
from caseroom.interview.interviewer import CLOSING
from caseroom.steps import BY_ID, STEPS

if TYPE_CHECKING:
    from caseroom.cli.talk import Gear, Wishes

HELP = """\
  /time     how much is left           /pause    stop the clock (any words start it again)
  /step X   go to a step               /next     go to the next step
  /undo     take the last turn back    /end      finish and see the scorecard
  /help     this                       A line that ends with \\ goes on in the next one."""


def open_the_room() -> None:
    """`caseroom` alone: choose a case and start."""
    run(None, resume=False, script=None, html=None, cases=None, as_json=False)


def run(
    case: str | None, *, resume: bool, script: Path | None, html: Path | None, cases: Path | None, as_json: bool, spoken: Wishes | None = None
) -> None:  # fmt: skip
    """The verb. `spoken`: how, if it is."""
    if spoken and (script or as_json):
        raise UsageError("--voice needs a person; leave --script and --json out.")
    lines = read_script(script) if script else None
    room = the_room(cases)
    found = _gear(room, spoken) if spoken else None
    clock = ScriptClock()
    tick = time.monotonic if lines is None else clock
    if resume:
        interview = Interview(room, case or newest_open(room), tick)
    elif chosen := case or _choose(room):
        interview = Interview.start(room, chosen, tick)
    else:
        return
    if not as_json:
        _introduce(interview, resumed=resume)
    with progress("Reading the case") as told:
        interview.prepare(told)
    try:
        if found and spoken:
            _speak(interview, found, spoken)
        else:
            _converse(interview, _typed() if lines is None else _played(interview, lines, clock, as_json), as_json)
    except KeyboardInterrupt:
        _stored(interview)
        raise
    except EOFError:
        _stored(interview)
        return
    if lines is None and not as_json:
        _self_score(interview)
    _show_scorecard(interview, html, as_json)


def _show_scorecard(interview: Interview, html: Path | None, as_json: bool) -> None:
    card = scorecards.scorecard(interview.room, interview.id).card
    if html:
        write_file(html, scorecard_html(card))
    if as_json:
        print_json({"session": interview.id, **card.to_dict()})
    else:
        card_view.show(card)
        say(f"Session {interview.id} is stored: `caseroom sessions show {interview.id}`", style="dim")


def _stored(interview: Interview) -> None:
    errors.print(f"\nStored. `caseroom practice --resume {interview.id}` goes on at this turn.")


def _choose(room: Room) -> str | None:
    """Let the candidate choose from the shelf; None if they leave."""
    found, broken = room.shelf.all()
    for error in broken:
        errors.print(f"Left out, does not hold: {error.problems[0]}", style="yellow")
    say("Which case? No key, no network; everything stays on this machine.\n")
    for number, case in enumerate(found, start=1):
        say(f"  {number}  {case.title}  ({case.domain}, {case.level}, {case.total_minutes():.0f} minutes)")
    say()
    while True:
        try:
            answer = input("Number, or Enter for 1 (q leaves): ").strip().lower()
        except EOFError:
            answer = "q"
        if answer in ("q", "quit", "/end"):
            say("\n`caseroom practice CASE` starts one directly.", style="dim")
            return None
        if answer == "" and found:
            return found[0].id
        if answer.isdigit() and 1 <= int(answer) <= len(found):
            return found[int(answer) - 1].id
        if answer in {c.id for c in found}:
            return answer
        say("Write one of the numbers.")


def _introduce(interview: Interview, *, resumed: bool) -> None:
    case: Case = interview.case
    boxes = " · ".join(f"{BY_ID[step].letter} {minutes:g}" for step, minutes in case.minutes)
    say(f"\n{case.title}  ({case.company})", style="bold")
    say(f"{case.total_minutes():.0f} minutes: {boxes}.  /help shows the commands; /end finishes.", style="dim")
    say()
    replies = interview.session.replies()
    if resumed:
        say(f"Going on with session {interview.id}, turn {interview.session.next_turn}. {interview.time_words()}", style="dim")
        for turn in interview.session.turns[-1:]:
            say(f"You: {turn.text}")
    if replies:
        _show_reply(replies[-1])


def _show_reply(reply: Replied) -> None:
    console.print()
    for move in reply.said:
        _show_move(move)
    console.print()


def _show_move(move: Move) -> None:
    style = "dim" if move.kind in ("clock", "time") else "cyan"
    say(move.text, style=style)


def _typed() -> Iterator[str]:
    try:
        import readline  # noqa: F401  line editing and history, where the platform has it
    except ImportError:
        pass
    while True:
        text = input("you> ")
        while text.endswith("\\"):
            text = text[:-1] + "\n" + input("...> ")
        yield text


def _played(interview: Interview, lines: list[Line], clock: ScriptClock, quiet: bool) -> Iterator[str]:
    for line in lines:
        clock.speak(line)
        if not quiet:
            say(f"you> {line.text}")
        yield line.text
    if not interview.session.ended:
        yield "/end"


def _converse(interview: Interview, source: Iterator[str], quiet: bool) -> None:
    if interview.unanswered and not interview.held:  # a crash came between the turn and its answer
        _tell(interview.answering(), quiet)
    for text in source:
        command, _, rest = text.strip().partition(" ")
        if command.startswith("/"):
            if _command(interview, command.lower(), rest.strip(), quiet):
                return
        elif text.strip():
            _tell(interview.saying(text), quiet)


def wishes(hands_free: bool, keep_audio: bool, recogniser: str) -> Wishes:
    """What was asked for of a spoken interview."""
    from caseroom.cli.talk import Wishes

    return Wishes(hands_free, keep_audio, recogniser)


def _gear(room: Room, asked: Wishes) -> Gear:
    from caseroom.cli import talk

    return talk.gear(room.settings, asked)


def _speak(interview: Interview, found: Gear, asked: Wishes) -> None:
    from caseroom.cli.talk import Speaking

    if interview.unanswered and not interview.held:
        _tell(interview.answering(), quiet=False)
    speaking = Speaking(interview, found, asked)

    def line(text: str) -> bool:
        """A typed line or command; True if the interview is over."""
        command, _, rest = text.strip().partition(" ")
        if command.startswith("/"):
            return _command(interview, command.lower(), rest.strip(), quiet=False)
        _tell(interview.saying(text), quiet=False)
        if reply := interview.session.turns[-1].reply:
            speaking.speak(reply.words)
        return False

    if replies := interview.session.replies():
        speaking.speak(replies[-1].words)
    speaking.run(line, _told)


def _told(reply: Replied | None) -> None:
    if reply:
        _show_reply(reply)
    else:
        say("A person holds this interview; their answer comes in the browser (`caseroom serve`).", style="dim")


def _tell(pieces: Iterator[Said | Move | Replied], quiet: bool) -> None:
    """Say a reply as it comes."""
    last: Said | Move | Replied | None = None
    for last in pieces:
        if quiet or isinstance(last, Said):
            continue
        if isinstance(last, Move):
            _show_move(last)
        elif last.by:
            say(f"(worded by {last.by})", style="dim")
    if quiet:
        return
    if isinstance(last, Said):
        say("A person holds this interview; their answer comes in the browser (`caseroom serve`).", style="dim")
    console.print()


def _command(interview: Interview, command: str, rest: str, quiet: bool) -> bool:
    """Carry out a command; True if it ends the interview."""
    if command == "/end":
        interview.end()
        if not quiet:
            say(CLOSING, style="cyan")
        return True
    if command == "/time":
        words = interview.time_words()
    elif command == "/pause":
        interview.pause()
        words = "The clock is stopped. Any words start it again."
    elif command == "/undo":
        words = "Taken back; say it again." if interview.undo() else "There is nothing to take back."
    elif command in ("/step", "/next"):
        words = _go_to(interview, command, rest)
    elif command == "/self":
        interview.self_score(_levels_from(rest))
        words = "Noted."
    else:
        words = HELP if command == "/help" else f"{command} is no command.\n{HELP}"
    if not quiet:
        say(words, style="dim")
    return False


def _go_to(interview: Interview, command: str, rest: str) -> str:
    order = [step.id for step in STEPS]
    if command == "/next":
        wanted = order[min(order.index(interview.session.step) + 1, len(order) - 1)]
    else:
        wanted = next((s.id for s in STEPS if rest and (s.id.startswith(rest.lower()) or s.letter == rest.upper())), "")
    if not wanted:
        return f"Steps: {', '.join(order)}."
    interview.enter(wanted)
    return f"You are in: {BY_ID[wanted].title}."


def _levels_from(text: str) -> dict[str, int]:
    levels: dict[str, int] = {}
    for part in text.replace(",", " ").split():
        name, _, value = part.partition("=")
        step = next((s.id for s in STEPS if name and s.id.startswith(name.lower())), None)
        if step is None or not value.isdigit():
            raise UsageError("Write /self ground=3 assess=2 ...; a level is a whole number from 0 to 4.")
        levels[step] = int(value)
    return levels


def _self_score(interview: Interview) -> None:
    """Ask for the candidate's own levels before the scorecard is shown."""
    if interview.session.self_scores or not sys.stdin.isatty():
        return
    say("\nBefore you see it: your own level for each step, 0 to 4 (Enter leaves it out).", style="bold")
    for number, anchor in enumerate(ANCHORS):
        say(f"  {number}  {anchor}", style="dim")
    levels: dict[str, int] = {}
    for step in STEPS:
        answer = input(f"  {step.title}: ").strip()
        if answer.isdigit() and int(answer) <= 4:
            levels[step.id] = int(answer)
    if levels:
        interview.self_score(levels)
