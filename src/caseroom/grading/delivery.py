"""How it was delivered, from words and times alone: pace, pauses, fillers, hedges, signposts, answer first. Each figure has the passage behind it.

Nothing is said of a passage that was not heard well, and nothing of voice, body or mood. Where there are no times there is no figure, and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from caseroom.events import Hearing
from caseroom.grading.evidence import Evidence
from caseroom.grading.transcript import AGAIN, BOARD, NOTES, Said, Transcript
from caseroom.language.encoder import Encoder
from caseroom.language.text import Span, sentences, words

PAUSE, BREATH = 1.5, 0.5
"""Seconds: from the first on, a silence inside of a turn is a pause; from the second on it is no part of speaking time."""
_ENOUGH_WORDS, _ENOUGH_TURN = 40, 20
_TOO_GARBLED = 0.3
"""A turn with a larger share of garbled words has no times that one could trust; with as many of all words nothing is said at all."""
_NEAR = 0.8
"""The first sentence answers if it is at least so near to the question as the nearest one."""
_PLACES = 5
TYPED, NO_TIMES, TOO_SHORT = "nothing was spoken", "the recogniser gives no times", "too few words were spoken"
DROPPED = "the recogniser leaves out most “um” and “uh”, so they cannot be counted"
GARBLED = "too much was not heard well"
_FILLER = re.compile(r"\b(?:um+|uh+|erm*|hmm+|mhm)\b", re.IGNORECASE)
_HEDGE = re.compile(
    r"\b(?:maybe|perhaps|possibly|probably|presumably|sort of|kind of|i guess|i suppose|i would guess|i'd guess|more or less|or something|"
    r"or so to speak|somehow|not (?:really |quite )?sure|i'm not certain|it depends)\b",
    re.IGNORECASE,
)
_SIGNPOST = re.compile(
    r"\b(?:(?:two|three|four|five|six|a few|several) (?:parts|points|steps|things|reasons|risks|phases|questions|options|layers|pieces)|"
    r"first(?:ly)?(?: of all)?,|second(?:ly)?,|third(?:ly)?,|finally,?|next,|last(?:ly)?,|(?:let me|i'll|i will|i'd like to) (?:first |now )?(?:start|begin|move|turn|come|go) "
    r"(?:on )?(?:with|to|by)|moving on|now (?:the|to|for|let me)|to (?:sum up|summari[sz]e|recap|conclude)|in (?:short|summary)|my (?:answer|decision|recommendation) is|"
    r"on (?:the )?\w+(?: \w+)?:|coming back to|before i)",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(
    r"^\W*(?:(?:that is |that's )?(?:a |an )?(?:really |very )?(?:good|great|fair|interesting|excellent) (?:question|point)|let me (?:think|see)|thanks?(?: you)?|okay|ok|right|sure|"
    r"yes,? of course|well|hmm+|so|good|great|fine|alright|understood|i see)\b[^a-z]*(?:for (?:that|asking|the \w+))?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of how it was delivered."""

    id: str
    name: str
    value: float | None
    """None where nothing can be said."""
    unit: str
    words: str
    """The figure in words; of an unmeasured one: why not."""
    places: tuple[Evidence, ...] = ()
    """Where it can be seen: the longest, the first ones."""


@dataclass(frozen=True, slots=True)
class _Timed:
    """The clear words of a spoken turn: first and last character, begin and end in seconds."""

    turn: Said
    heard: Hearing
    words: tuple[tuple[int, int, float, float], ...]

    @property
    def speaking(self) -> float:
        """Seconds of speaking: without what is longer than a breath."""
        gaps = sum(gap for a, b in pairwise(self.words) if (gap := b[2] - a[3]) >= BREATH)
        return max(0.0, self.words[-1][3] - self.words[0][2] - gaps)

    @property
    def place(self) -> Evidence:
        """All of it."""
        return Evidence(self.turn.number, self.words[0][0], self.words[-1][1])


def delivery(transcript: Transcript, encoder: Encoder) -> tuple[Measure, ...]:
    """All measures, in the order in which they are shown."""
    said = [turn for turn in transcript.candidate() if turn.number not in (BOARD, NOTES, AGAIN)]
    spoken = [turn for turn in said if turn.heard]
    if spoken and _garbled_share(spoken) > _TOO_GARBLED:
        return tuple(replace(m, value=None, words=GARBLED, places=()) for m in _all(transcript, said, [], spoken, encoder))
    timed = [one for turn in spoken if (one := _timed(turn))]
    return tuple(_all(transcript, said, timed, spoken, encoder))


def is_timed(measures: Sequence[Measure]) -> bool:
    """Whether something was measured by the clock."""
    return any(m.value is not None and m.unit in ("words a minute", "seconds") for m in measures)


def _all(transcript: Transcript, said: Sequence[Said], timed: Sequence[_Timed], spoken: Sequence[Said], encoder: Encoder) -> list[Measure]:
    why = TYPED if not spoken else NO_TIMES if not any(t.heard and t.heard.words for t in spoken) else TOO_SHORT
    return [
        _pace(timed, why), _monologue(timed, why), *_pauses(timed, why), _before(timed, why), _fillers(spoken),
        _said("hedges", "Hedges", said, _HEDGE), _said("signposts", "Signposts", said, _SIGNPOST), _answer_first(transcript, encoder),
    ]  # fmt: skip


def _garbled_share(spoken: Sequence[Said]) -> float:
    total = sum(len(turn.text) for turn in spoken)
    bad = sum(b - a for turn in spoken for a, b in (turn.heard.garbled if turn.heard else ()))
    return bad / total if total else 0.0


def _timed(turn: Said) -> _Timed | None:
    heard = turn.heard
    if heard is None or not heard.words or _garbled_share([turn]) > _TOO_GARBLED:
        return None
    clear = tuple((a, b, start / 100, end / 100) for a, b, start, end in heard.words if not turn.garbled(a, b))
    return _Timed(turn, heard, clear) if clear else None


def _none(id: str, name: str, unit: str, why: str) -> Measure:
    return Measure(id, name, None, unit, why)


def _pace(timed: Sequence[_Timed], why: str) -> Measure:
    count, seconds = sum(len(one.words) for one in timed), sum(one.speaking for one in timed)
    if count < _ENOUGH_WORDS or seconds <= 0:
        return _none("pace", "Pace", "words a minute", why)
    pace = 60 * count / seconds
    long = [one for one in timed if len(one.words) >= _ENOUGH_TURN and one.speaking > 0]
    fastest = max(long, key=lambda one: len(one.words) / one.speaking, default=None)
    more = f"; the fastest turn {60 * len(fastest.words) / fastest.speaking:.0f}" if fastest and len(long) > 1 else ""
    return Measure(
        "pace",
        "Pace",
        round(pace, 1),
        "words a minute",
        f"{pace:.0f} words a minute of speaking{more}",
        (fastest.place,) if fastest else (),
    )


def _monologue(timed: Sequence[_Timed], why: str) -> Measure:
    longest = max(timed, key=lambda one: one.words[-1][3] - one.words[0][2], default=None)
    if longest is None:
        return _none("monologue", "Longest stretch", "seconds", why)
    seconds = longest.words[-1][3] - longest.words[0][2]
    return Measure(
        "monologue", "Longest stretch", round(seconds, 1), "seconds", f"{_clock(seconds)} without the interviewer, in {len(longest.words)} words",
        (longest.place,),
    )  # fmt: skip


def _pauses(timed: Sequence[_Timed], why: str) -> list[Measure]:
    if not timed:
        return [_none("pauses", "Pauses", "pauses", why), _none("longest_pause", "Longest pause", "seconds", why)]
    found = [
        (b[2] - a[3], Evidence(one.turn.number, a[0], b[1]))
        for one in timed
        for a, b in pairwise(one.words)
        if b[2] - a[3] >= PAUSE and not one.turn.garbled(a[0], b[1])
    ]
    found.sort(key=lambda row: -row[0])
    places = tuple(place for _, place in found[:_PLACES])
    count = Measure("pauses", "Pauses", len(found), "pauses", f"{len(found)} of {PAUSE:g} seconds or more while speaking", places)
    if not found:
        return [count, Measure("longest_pause", "Longest pause", 0.0, "seconds", "none")]
    return [count, Measure("longest_pause", "Longest pause", round(found[0][0], 1), "seconds", f"{found[0][0]:.1f} seconds", places[:1])]


def _before(timed: Sequence[_Timed], why: str) -> Measure:
    waits = [(one.heard.waited, one) for one in timed if one.heard.waited is not None]
    if not waits:
        return _none("before", "Before answers", "seconds", why if not timed else "it is not known when the interviewer stopped speaking")
    longest = max(waits, key=lambda row: row[0])
    middle = median(wait for wait, _ in waits)
    place = Evidence(longest[1].turn.number, *longest[1].words[0][:2])
    return Measure(
        "before",
        "Before answers",
        round(middle, 1),
        "seconds",
        f"{middle:.1f} seconds (median), {longest[0]:.1f} at the longest",
        (place,),
    )


def _fillers(spoken: Sequence[Said]) -> Measure:
    if not spoken:
        return _none("fillers", "Fillers", "fillers", TYPED)
    kept = [turn for turn in spoken if turn.heard and turn.heard.fillers]
    return _said("fillers", "Fillers", kept, _FILLER) if kept else _none("fillers", "Fillers", "fillers", DROPPED)


def _said(id: str, name: str, turns: Sequence[Said], pattern: re.Pattern[str]) -> Measure:
    """How often something is said, and where."""
    places = [
        Evidence(turn.number, m.start(), m.end())
        for turn in turns
        for m in pattern.finditer(turn.text)
        if not turn.garbled(m.start(), m.end())
    ]
    count = sum(len(words(turn.text)) for turn in turns)
    if count < _ENOUGH_WORDS:
        return _none(id, name, id, "too few words")
    often = f"{len(places)}, or {100 * len(places) / count:.1f} in a hundred words" if places else "none"
    return Measure(id, name, len(places), id, often, tuple(places[:_PLACES]))


def _answer_first(transcript: Transcript, encoder: Encoder) -> Measure:
    """In how many answers to a question the first sentence is about what was asked, as near as any other of that answer."""
    answers = [row for before, after in pairwise(transcript.turns) if (row := _answer(before, after))]
    if not answers:
        return _none("answer_first", "Answer first", "answers", "no question of the interviewer was answered at length")
    late = [place for turn, question, pieces in answers if (place := _late(turn, question, pieces, encoder))]
    first = len(answers) - len(late)
    end = "; these come to it later" if late else ""
    return Measure(
        "answer_first",
        "Answer first",
        first,
        "answers",
        f"{first} of {len(answers)} answers begin with the answer{end}",
        tuple(late[:_PLACES]),
    )


def _answer(before: Said, after: Said) -> tuple[Said, str, list[Span]] | None:
    """An answer of at least two sentences to a question. Who asks back first is not answering, and is right to ask."""
    if before.speaker != "interviewer" or after.speaker != "candidate" or after.number in (BOARD, NOTES, AGAIN):
        return None
    asked = [piece.text for piece in sentences(before.text) if piece.text.endswith("?")]
    pieces = [piece for piece in sentences(after.text) if not after.garbled(piece.start, piece.end)]
    told = [piece for piece in pieces if not _PREAMBLE.match(piece.text)]
    return (after, asked[-1], told) if asked and len(told) >= 2 and not told[0].text.endswith("?") else None


def _late(turn: Said, question: str, pieces: Sequence[Span], encoder: Encoder) -> Evidence | None:
    """The first sentence, if it does not answer."""
    near = (encoder.encode([piece.text for piece in pieces]) @ encoder.encode([question])[0]).tolist()
    return None if near[0] >= _NEAR * max(near) else Evidence(turn.number, pieces[0].start, pieces[0].end)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02} minutes" if seconds >= 60 else f"{seconds:.0f} seconds"
