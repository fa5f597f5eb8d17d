"""Who speaks when: a pure state machine over speech probabilities and keys. It hears no sound and looks at no clock; times come with the signals.

Thinking is never cut off. Patience grows with the candidate's own pauses; "let me think" waits for as long as it takes; after a long silence there
is one soft word, and no more. The browser follows the same rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from caseroom.speech.base import Chance

THINKING = re.compile(
    r"\b(?:let me (?:just )?(?:think|see|collect|gather|write|sketch)|let me take a (?:moment|second|minute)|"
    r"give me (?:a|one|two) (?:\w+ )?(?:moments?|seconds?|secs?|minutes?)|(?:just )?(?:a|one) (?:moment|second|sec|minute),? please|"
    r"(?:just )?one (?:moment|second|sec)\b|bear with me|i need (?:a|one) (?:moment|second|minute)|thinking (?:out loud|aloud|about)|hold on)\b",
    re.IGNORECASE,
)
"""What asks for time to think."""
UNHURRIED = re.compile(r"\b(?:take your time|no rush|take a (?:moment|minute)|whenever you are ready)\b", re.IGNORECASE)
"""What gives time to think, in the interviewer's words."""
_OPEN = re.compile(
    r"(?:[,:;–—-]|\.\.\.|…|\b(?:and|or|but|so|because|then|that|which|with|for|to|of|the|a|an|is|are|if|first|second|third|um|uh|er|like|well))\s*$",
    re.IGNORECASE,
)
"""How a caption ends that is not finished."""
_KEPT_PAUSES = 20


@dataclass(frozen=True, slots=True)
class Rules:
    """The times, in seconds, and thresholds of probability."""

    speech: float = 0.5
    """Speech begins at this probability."""
    silence: float = 0.35
    """Speech ends below this one."""
    blip: float = 0.2
    """What is shorter is a click or a cough, no turn."""
    barge: float = 0.25
    """So long somebody must speak over the interviewer's voice to stop it."""
    barge_speech: float = 0.6
    """So sure one must be of it: the loudspeaker is near the microphone."""
    patience: float = 0.9
    """Silence that ends a turn, at first."""
    longest: float = 6.0
    """Patience grows up to this."""
    room: float = 0.4
    """Patience is the candidate's own longer pauses and this."""
    unfinished: float = 2.0
    """So many times the patience where the words so far are not finished."""
    unhurried: float = 5.0
    """Patience after the interviewer said to take one's time."""
    nudge: float = 25.0
    """Silence before the one soft word."""
    nudge_thinking: float = 60.0
    """The same, after somebody asked for time to think."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The talk key went down: the turn begins, whatever is heard."""

    at: float


@dataclass(frozen=True, slots=True)
class Released:
    """The talk key went up, or was pressed again: the turn is over."""

    at: float


@dataclass(frozen=True, slots=True)
class VoiceBegan:
    """The interviewer's voice can be heard."""

    at: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class VoiceEnded:
    """The interviewer's voice is over, or was stopped."""

    at: float


@dataclass(frozen=True, slots=True)
class Caption:
    """What was understood of the turn so far."""

    at: float
    text: str


Signal = Chance | Pressed | Released | VoiceBegan | VoiceEnded | Caption
Kind = Literal["begin", "stop_voice", "end", "go_on", "nudge"]


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done now.

    begin: the candidate's turn began, at `at`. stop_voice: they speak over the interviewer; be still at once. end: the turn is over, its
    last sound was at `at`. go_on: they went on before the reply began, so what was over is not; take both pieces as one turn. nudge: say
    the soft word.
    """

    kind: Kind
    at: float


@dataclass(frozen=True, slots=True)
class State:
    """All that is remembered."""

    rules: Rules = field(default_factory=Rules)
    hands_free: bool = True
    """False: only the talk key begins and ends turns."""
    began: float | None = None
    """When the turn began; None between turns."""
    over: float | None = None
    """When the last turn ended, until the reply to it begins."""
    run: float | None = None
    """When the sound began that is not yet long enough to count."""
    speaking: bool = False
    last: float = 0.0
    """When speech was last heard."""
    quiet: float = 0.0
    """Since when nobody speaks."""
    held: bool = False
    """Whether the talk key is down."""
    voice: bool = False
    """Whether the interviewer's voice can be heard."""
    pauses: tuple[float, ...] = ()
    """The candidate's own pauses inside of turns, the last ones."""
    caption: str = ""
    unhurried: bool = False
    """Whether the interviewer said to take one's time."""
    nudged: bool = False
    """Whether the soft word was said in this silence."""

    @property
    def thinking(self) -> bool:
        """Whether the last words of the candidate asked for time."""
        tail = self.caption.strip()[-80:]
        last = [match.end() for match in THINKING.finditer(tail)]
        return bool(last) and len(tail[last[-1] :].split()) <= 6

    @property
    def patience(self) -> float | None:
        """Seconds of silence that end the turn by now; None if none does."""
        if self.thinking:
            return None
        rules = self.rules
        own = sorted(self.pauses)
        usual = own[int(0.8 * (len(own) - 1))] + rules.room if own else 0.0
        wait = min(rules.longest, max(rules.patience, usual))
        if _OPEN.search(self.caption):
            wait = min(rules.longest, wait * rules.unfinished)
        return max(wait, rules.unhurried) if self.unhurried else wait


def advance(state: State, signal: Signal) -> tuple[State, tuple[Action, ...]]:
    """The state after a signal, and what is to be done. Signals come in the order of their times."""
    match signal:
        case Chance():
            return _heard(state, signal)
        case Pressed(at):
            begun = replace(state, held=True, began=at, over=None, run=None, caption="", last=at, nudged=False)
            return begun, (*_stopped(state, at), Action("begin", at))
        case Released(at):
            if state.began is None:
                return replace(state, held=False), ()
            return _ended(replace(state, held=False), at)
        case VoiceBegan(_, text):
            return replace(state, voice=True, over=None, run=None, nudged=state.nudged, unhurried=bool(UNHURRIED.search(text))), ()
        case VoiceEnded(at):
            return replace(state, voice=False, run=None, quiet=at), ()
        case Caption(_, text):
            return replace(state, caption=text), ()


def _stopped(state: State, at: float) -> tuple[Action, ...]:
    return (Action("stop_voice", at),) if state.voice else ()


def _ended(state: State, at: float) -> tuple[State, tuple[Action, ...]]:
    over = replace(state, began=None, over=at, speaking=False, run=None, quiet=at, unhurried=False)
    return over, (Action("end", at),)


def _heard(state: State, chance: Chance) -> tuple[State, tuple[Action, ...]]:
    if state.held or not state.hands_free:
        return _keyed(state, chance)
    rules = state.rules
    needed = rules.barge_speech if state.voice else rules.speech
    if chance.speech >= (rules.silence if state.speaking else needed):
        return _speech(state, chance.at)
    return _silence(state, chance.at)


def _keyed(state: State, chance: Chance) -> tuple[State, tuple[Action, ...]]:
    """With the talk key only pauses are learned; a silence between turns may still be nudged."""
    if state.held:
        return (replace(state, last=chance.at) if chance.speech >= state.rules.speech else state), ()
    return _nudge(state, chance.at) if not state.voice and state.began is None else (state, ())


def _speech(state: State, at: float) -> tuple[State, tuple[Action, ...]]:
    if state.speaking:
        return replace(state, last=at, quiet=at), ()
    run = at if state.run is None else state.run
    if at - run < (state.rules.barge if state.voice else state.rules.blip):
        return replace(state, run=run), ()
    on = replace(state, speaking=True, run=None, last=at, quiet=at, nudged=False)
    if state.began is not None:  # a pause of their own is over
        return replace(on, pauses=_with(state, run)), ()
    if state.over is not None:
        return replace(on, began=state.over, over=None, pauses=_with(state, run)), (Action("go_on", run),)
    return replace(on, began=run, caption=""), (*_stopped(state, at), Action("begin", run))


def _with(state: State, run: float) -> tuple[float, ...]:
    """The pauses with the one that is over; time that was asked for says nothing of how somebody talks."""
    return state.pauses if state.thinking else (*state.pauses, max(0.0, run - state.last))[-_KEPT_PAUSES:]


def _silence(state: State, at: float) -> tuple[State, tuple[Action, ...]]:
    state = replace(state, run=None, speaking=False)
    if state.voice:
        return state, ()
    if state.began is not None:
        patience = state.patience
        if patience is not None and at - state.last >= patience:
            return _ended(state, state.last)
    return _nudge(state, at)


def _nudge(state: State, at: float) -> tuple[State, tuple[Action, ...]]:
    wait = state.rules.nudge_thinking if state.thinking or state.unhurried else state.rules.nudge
    if state.nudged or state.over is not None or at - state.quiet < wait:
        return state, ()
    return replace(state, nudged=True), (Action("nudge", at),)
