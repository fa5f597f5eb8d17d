"""The clock of an interview: time boxes per step, a word at the half and near the end. It counts; it never cuts anybody off."""

from __future__ import annotations

from caseroom.events import Session
from caseroom.steps import BY_ID

_NEAR_END = 0.9


def total_seconds(session: Session) -> float:
    """The length of the whole interview."""
    return sum(minutes for _, minutes in session.minutes) * 60


def box_seconds(session: Session, step: str) -> float:
    """The time box of a step."""
    return dict(session.minutes).get(step, 0.0) * 60


def minutes_words(seconds: float) -> str:
    """A length of time as one says it: "about 4 minutes", "under a minute"."""
    minutes = round(seconds / 60)
    return "under a minute" if minutes < 1 else "about a minute" if minutes == 1 else f"about {minutes} minutes"


def said(session: Session) -> set[str]:
    """Which marks of the clock were spoken."""
    return {ref for move in session.moves("clock") for ref in move.refs}


def mark(session: Session, now: float) -> tuple[str, str] | None:
    """The mark that is due and not yet spoken, and its words: the end, near the end, the half, or a full time box."""
    total, spoken = total_seconds(session), said(session)
    if total <= 0:
        return None
    if now >= total:
        return None if "end" in spoken else ("end", "We are at time. Please close with a short summary.")
    if now >= total * _NEAR_END:
        return None if "near-end" in spoken else ("near-end", f"We have {minutes_words(total - now)} left.")
    if now >= total / 2 and "half" not in spoken:
        return "half", f"We are half way; {minutes_words(total - now)} left."
    step = session.step
    over = session.seconds_in().get(step, 0.0) + now - session.at > box_seconds(session, step)
    if over and f"box-{step}" not in spoken:
        return f"box-{step}", f"The time set aside for {BY_ID[step].title.lower()} is used up; move on when you are ready."
    return None


def left_words(session: Session, now: float) -> str:
    """The answer to "how much time is left?"."""
    total = total_seconds(session)
    if now >= total:
        return "Our time is used up; a short summary would be good now."
    return f"{minutes_words(total - now).capitalize()} of {round(total / 60)} are left. You are in: {BY_ID[session.step].title}."
