"""A session as others see it: private data and names behind stand-ins, board and notes shown or not. It never changes what is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from caseroom.app.grading import transcript_of
from caseroom.app.links import Options
from caseroom.events import Session
from caseroom.grading.evidence import Evidence
from caseroom.grading.transcript import BOARD, NOTES, Said, Transcript
from caseroom.pipeline import privacy


@dataclass(frozen=True, slots=True)
class Masks:
    """Shows the words of one session. The same name has the same stand-in everywhere."""

    transcript: Transcript
    options: Options
    names: tuple[str, ...]
    """Names that were given to be hidden, and those by which the candidate speaks of themselves."""
    _known: dict[str, str] = field(default_factory=dict)

    def shows(self, turn: int) -> bool:
        """Whether a turn is shown: all are, but the board and the notes where they are left out."""
        return (turn != BOARD or self.options.board) and (turn != NOTES or self.options.notes)

    def turns(self) -> tuple[Said, ...]:
        """The turns that are shown, with their words as they are shown."""
        return tuple(
            Said(said.number, said.speaker, self.text(said.text), said.at, said.step)
            for said in self.transcript.turns
            if self.shows(said.number)
        )

    def text(self, text: str) -> str:
        """Words as they are shown."""
        return privacy.mask_part(text, 0, len(text), self.names, self._known) if self.options.mask else text

    def quote(self, place: Evidence | None, words: str | None) -> str | None:
        """A quote as it is shown: looked for in its whole turn, so that no half of an address is left at its edge. None where its turn is hidden."""
        if place is None or words is None:
            return words and self.text(words)
        if not self.shows(place.turn):
            return None
        whole = self._turn(place.turn)
        return self._part(whole, place.start, place.end) if whole[place.start : place.end] == words else self.text(words)

    def around(self, place: Evidence) -> tuple[str, str, str]:
        """The turn of a place: the words before it, its own, and those after it. Nothing where its turn is hidden or gone."""
        if not self.shows(place.turn):
            return "", "", ""
        whole = self._turn(place.turn)
        return self._part(whole, 0, place.start), self._part(whole, place.start, place.end), self._part(whole, place.end, len(whole))

    def _turn(self, number: int) -> str:
        return next((said.text for said in self.transcript.candidate() if said.number == number), "")

    def _part(self, whole: str, start: int, end: int) -> str:
        return privacy.mask_part(whole, start, end, self.names, self._known) if self.options.mask else whole[start:end]


def masks(session: Session, options: Options) -> Masks:
    """What shows the words of a session by these options."""
    transcript = transcript_of(session)
    said = [name for turn in transcript.candidate() for name in privacy.own_names(turn.text)]
    names = tuple(dict.fromkeys([*options.names, *said])) if options.mask else ()
    return Masks(transcript, options, names)
