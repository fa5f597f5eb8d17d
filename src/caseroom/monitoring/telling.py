"""What a watch says today, written into the book: raised, gone on, calmed, raised again after a silence; in words. Looks at nothing."""

from __future__ import annotations

from dataclasses import replace

from caseroom.monitoring.alerts import LOUD, Alert, Book
from caseroom.monitoring.compare import Look
from caseroom.monitoring.guard import Guard, Seen
from caseroom.monitoring.watch import Level, Watch

WEAK = 1e-4
"""p-values below are told as this, since nobody can tell them apart."""


def moved(book: Book, day: int, watch: Watch, seen: Seen, explained: bool) -> Alert | None:
    """The alert of a part that stands out today, or has not come back yet; None if there is none, or it is silenced."""
    if not seen.lingers:
        return None
    alert = current(book, watch.name, seen.part, "moved")
    if alert is None and seen.streak.out < watch.patience:
        return None
    look, level = seen.look, _level(watch, explained)
    why = _words(watch, seen, explained)
    if alert is None:
        id = f"{watch.name}{':' + seen.part if seen.part else ''}@{seen.streak.since}"
        fresh = Alert(
            _unused(book, id, day), watch.name, seen.streak.since, day, day, level, look.value, look.expected, look.p, why, watch.owner, watch.action,
            part=seen.part,
        )  # fmt: skip
        return _told(book, day, fresh, watch)
    louder = LOUD[level] > LOUD[alert.level]
    now = replace(alert, last=day, level=level if louder else alert.level, value=look.value, expected=look.expected, p=look.p, why=why)
    return _told(book, day, replace(now, raised=day) if louder else now, watch)


def _told(book: Book, day: int, alert: Alert, watch: Watch) -> Alert | None:
    """Written down in any case; told unless silenced. What was raised in a silence and goes on after it is told as raised again."""
    known = alert.id in {one.id for one in book.alerts()}
    silenced = book.silenced(watch.name, day)
    if not known:
        book.append(day, "raised", alert, why="silenced" if silenced else "")
    elif alert.raised == day:
        book.append(day, "raised again", alert, why="it is louder now")
    elif not silenced and book.silenced(watch.name, book.get(alert.id).last):
        alert = book.append(day, "raised again", replace(alert, raised=day), why="it went on after the silence")
    else:
        book.append(day, "went on", alert, why="silenced" if silenced else "")
    return None if silenced else alert


def over(book: Book, day: int, watch: Watch, seen: Seen) -> list[Alert]:
    """Ends the alert of a part that has been calm long enough. Nothing is told of it."""
    alert = current(book, watch.name, seen.part, "moved")
    if alert is not None and seen.streak.quiet >= watch.calm:
        book.append(day, "calmed", replace(alert, state="closed"), why=f"{seen.streak.quiet} measured days without standing out")
    return []


def blind(book: Book, day: int, watch: Watch, guard: Guard) -> Alert | None:
    """The alert of a watch that has nothing to look at."""
    alert = current(book, watch.name, "", "blind")
    if guard.unmeasured < watch.blind:
        if alert is not None and guard.unmeasured == 0:
            book.append(day, "calmed", replace(alert, state="closed"), why="measured again")
        return None
    since = day - guard.unmeasured + 1
    why = f"{watch.reads} was not measured for {guard.unmeasured} days: nobody knows how it is."
    if alert is not None:
        return _told(book, day, replace(alert, last=day, why=why), watch)
    level: Level = "info" if watch.level == "info" else "ticket"
    action = f"Find out why {watch.reads} does not arrive."
    id = _unused(book, f"{watch.name}:unmeasured@{since}", day)
    return _told(book, day, Alert(id, watch.name, since, day, day, level, None, None, None, why, watch.owner, action, kind="blind"), watch)


def current(book: Book, watch: str, part: str, kind: str) -> Alert | None:
    """The alert of a part that is not closed."""
    found = [alert for alert in book.alerts() if (alert.watch, alert.part, alert.kind) == (watch, part, kind) and alert.state != "closed"]
    return found[-1] if found else None


def _unused(book: Book, id: str, day: int) -> str:
    """Ids are never given twice."""
    return f"{id}+{day}" if id in {alert.id for alert in book.alerts()} else id


def _level(watch: Watch, explained: bool) -> Level:
    return "info" if explained else watch.level


def _figure(look: Look, value: float | None) -> str:
    """Shares in percent."""
    return "nothing" if value is None else f"{100 * value:.3g}%" if look.share else f"{value:.4g}"


def _words(watch: Watch, seen: Seen, explained: bool) -> str:
    look = seen.look
    days = f"over {look.days} days" if look.days > 1 else "on one day"
    of = f" of {seen.part}" if seen.part else ""
    chance = f"p below {WEAK:g}" if look.p < WEAK else f"p {look.p:.2g}"
    if watch.test == "range":
        words = f"{watch.reads}{of} is {_figure(look, look.value)} {days}, beyond the border of {_figure(look, look.expected)} by more than chance ({chance})."
    elif watch.test in ("chi2", "psi"):
        what = "items changed category" if watch.test == "chi2" else "is the stability index"
        size = f"{look.effect:.1%}" if watch.test == "chi2" else f"{look.effect:.3g}"
        words = f"{watch.reads}{of}: {size} {what} {days} ({chance})."
    else:
        words = f"{watch.reads}{of} is {_figure(look, look.value)} {days} where {_figure(look, look.expected)} is usual ({chance})."
    if seen.others is not None:
        words += f" The others moved by {f'{100 * seen.others:+.3g} points' if look.share else f'{seen.others:+.3g}'}."
    return words + (f" {watch.unless} explains it." if explained else "")
