"""One watch over the days: its reference, its windows, how long it has stood out. Knows one watch; writes no alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from caseroom.monitoring import compare
from caseroom.monitoring.compare import Baseline, Look
from caseroom.monitoring.days import Day, block, reduced
from caseroom.monitoring.fixed import range_looks
from caseroom.monitoring.looks import alpha
from caseroom.monitoring.measured import Measured
from caseroom.monitoring.series import Series
from caseroom.monitoring.watch import Watch

FEWEST_DAYS = 7
"""Days of reference from which a watch looks, if its whole reference is not there yet."""
LINGERS = 0.05
"""The p-value of one look above which a part that stood out has come back."""
STREAMS = ("page_hinkley", "adwin")


@dataclass(slots=True)
class Streak:
    """Of one part: how long it has stood out, or has been quiet since."""

    out: int = 0
    """Measured days in a row on which it stood out."""
    since: int = 0
    """The first of them."""
    quiet: int = 0
    """Measured days in a row since it last stood out."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a watch says of a part today."""

    part: str
    look: Look
    out: bool
    """Whether it stands out: surely enough, and by enough."""
    lingers: bool
    """Whether it has not come back yet: an alert that is there goes on until a look finds nothing even at the usual 5 percent."""
    streak: Streak
    others: float | None = None
    """Of a watch of parts: by how much the other parts moved."""


class Guard:
    """A watch at work."""

    def __init__(self, watch: Watch, budget: float) -> None:
        self.watch, self.budget = watch, budget
        self._alpha = alpha(replace(watch, window=1) if watch.test in STREAMS else watch, budget)
        self.kept: dict[int, Day] = {}
        """What is kept of each measured day."""
        self.usual: list[int] = []
        """Of a frozen reference: its days, in order. Of a rolling one: those that were learned."""
        self.loud: set[int] = set()
        """Days on which it stood out."""
        self.floor = -(2**62)
        """Days up to this one are in no window."""
        self.unmeasured = 0
        """Days in a row without a measurement."""
        self.streaks: dict[str, Streak] = {}
        self._series: dict[str, Series] = {}
        self._ready: dict[str, Baseline] = {}
        self._last: int | None = None

    # Taking days

    def learn(self, day: int, row: Day | None) -> None:
        """Takes a day as usual."""
        self._last = day
        if row is not None:
            self.kept[day] = row
            self.usual.append(day)
            self._forget(day)
            self._changed()

    def take(self, day: int, measured: Measured | None) -> Day | None:
        """What is kept of a day; changes nothing yet."""
        return reduced(self.watch, day, measured)

    def _forget(self, day: int) -> None:
        """A frozen reference keeps its latest learned days, a rolling one what it can still need."""
        if self.watch.kind == "frozen":
            self.usual = self.usual[-self.watch.reference :]
            if len(self.kept) > self.watch.reference + 2 * self.watch.window:
                used = set(self.usual)
                self.kept = {d: row for d, row in self.kept.items() if d in used or d > day - self.watch.window}
        else:
            oldest = day - self.watch.gap - self.watch.reference
            self.kept = {d: row for d, row in self.kept.items() if d > oldest}
            self.usual = [d for d in self.usual if d > oldest]
        self.loud = {d for d in self.loud if d in self.kept}

    def _changed(self) -> None:
        self._ready.clear()
        self._series.clear()

    # Looking

    def look(self, day: int, row: Day | None) -> list[Seen]:
        """What the watch says of the day; nothing of a day that is not measured, or before it has learned enough."""
        skipped = 0 if self._last is None else day - self._last - 1
        self._last = day
        if row is None:
            self.unmeasured += 1 + skipped
            return []
        self.unmeasured = 0
        self.kept[day] = row
        reference = self._reference(day)
        enough = len(reference) >= self._needed()
        looks = self._looks(day, reference) if enough else []
        for look in looks:
            self.streaks.setdefault(look.part, Streak())
        seen = [self._seen(day, look, looks) for look in looks]
        if any(one.out for one in seen):
            self.loud.add(day)
        self._enter(day, enough)
        self._forget(day)
        return seen

    def _needed(self) -> int:
        """Days of reference from which it looks; a detector of a series needs the whole of it, since it reads it once."""
        if self.watch.test == "range":
            return 0
        return self.watch.reference if self.watch.test in STREAMS else min(self.watch.reference, FEWEST_DAYS)

    def _reference(self, day: int) -> list[int]:
        if self.watch.kind == "frozen":
            return self.usual
        first, last = day - self.watch.gap - self.watch.reference + 1, day - self.watch.gap
        found = [d for d in self.kept if first <= d <= last]
        self._ready.clear()
        return found

    def _enter(self, day: int, enough: bool) -> None:
        """Until a frozen reference is whole, quiet days enter it when no window needs them any more; the first ones at once."""
        if self.watch.kind != "frozen" or self.watch.test == "range" or len(self.usual) >= self.watch.reference:
            return
        border = day - self.watch.window if enough else day
        known = set(self.usual)
        fresh = [d for d in sorted(self.kept) if self.floor < d <= border and d not in known and d not in self.loud]
        if fresh and not any(streak.out for streak in self.streaks.values()):
            self.usual = (self.usual + fresh)[: self.watch.reference]
            self._ready.clear()

    def _looks(self, day: int, reference: Sequence[int]) -> list[Look]:
        """The best look of each part that is watched."""
        parts = self._parts(day, reference) if self.watch.each else ("",)
        return [look for part in parts if (look := self._best(day, reference, part, len(parts))) is not None]

    def _parts(self, day: int, reference: Sequence[int]) -> tuple[str, ...]:
        return tuple(sorted({name for d in (*reference, day) for name in self.kept[d]} & set(self.kept[day])))

    def _best(self, day: int, reference: Sequence[int], part: str, parts: int) -> Look | None:
        """Of all windows the surest look that is large enough and in the direction that alarms; else the surest."""
        looks = self._compared(day, reference, part, parts)
        if not looks:
            return None
        large = [look for look in looks if self._large(look)]
        best = min(large or looks, key=lambda look: (look.p, look.days))
        return replace(best, p=best.p if large else 1.0, part=part)

    def _large(self, look: Look) -> bool:
        watch = self.watch
        directed = watch.test in ("share", "mean") and watch.worse != "either"
        if directed and (look.effect > 0) != (watch.worse == "up"):
            return False
        size = abs(look.expected or 0.0) if watch.relative else 1.0
        return watch.test in STREAMS or abs(look.effect) >= watch.effect * size

    def _compared(self, day: int, reference: Sequence[int], part: str, parts: int) -> list[Look]:
        watch, days = self.watch, self._window(day)
        if watch.test == "range":
            return range_looks(watch, self._of(part), days)
        if watch.test in STREAMS:
            return self._streamed(day, reference, part, parts)
        kept = self._of(part)
        if watch.test == "ks":
            return self._distributions(day, reference, kept)
        known = [d for d in reference if kept.get(d)] if part else list(reference)
        if len(known) < 2:
            return []
        base = self._ready.get(part) or self._baseline(kept, known)
        self._ready[part] = base
        found = block(kept, days, base.names, compare.width(watch))
        if watch.test in ("chi2", "psi"):
            return compare.count_looks(watch, found, base)
        return (compare.share_looks if watch.test == "share" else compare.mean_looks)(watch, found, base)

    def _distributions(self, day: int, reference: Sequence[int], kept: Mapping[int, Day]) -> list[Look]:
        """Each of today's parts with its like; their p-values are multiplied by how many there are (Bonferroni)."""
        looks, days, parts = list[Look](), self._window(day), sorted(kept[day])
        for part in parts:
            base = self._ready.get(part) or compare.ks_baseline(kept, reference, part)
            self._ready[part] = base
            found = compare.ks_looks(self.watch, kept, days, base, part)
            looks += [replace(look, p=min(1.0, look.p * len(parts))) for look in found]
        return looks

    def _baseline(self, kept: Mapping[int, Day], days: Sequence[int]) -> Baseline:
        test = self.watch.test
        if test in ("chi2", "psi"):
            return compare.count_baseline(kept, days, self.watch)
        return compare.share_baseline(kept, days) if test == "share" else compare.mean_baseline(kept, days)

    def _of(self, part: str) -> Mapping[int, Day]:
        """The kept days, of one part only if it is watched for itself."""
        if not self.watch.each:
            return self.kept
        return {d: {part: row[part]} if part in row else {} for d, row in self.kept.items()}

    def _window(self, day: int) -> list[int]:
        """Its days, whether measured or not, without those of a frozen reference."""
        used = set(self.usual)
        return [d for d in range(max(day - self.watch.window, self.floor) + 1, day + 1) if d not in used]

    def _streamed(self, day: int, reference: Sequence[int], part: str, parts: int) -> list[Look]:
        kept, level = self._of(part), self._alpha / parts
        if part not in self._series:
            known = [d for d in reference if kept.get(d)]
            if len(known) < 2:
                return []
            self._series[part] = Series.of(self.watch, kept, known, self.budget / parts, level)
        return [self._series[part].look(self.watch, kept[day], level)]

    def _seen(self, day: int, look: Look, looks: Sequence[Look]) -> Seen:
        """With how long it has stood out, and how the other parts moved."""
        streak = self.streaks[look.part]
        others = [other.effect for other in looks if other.part != look.part]
        out = look.p <= self.level()
        lingers = out or look.p <= LINGERS
        if out:
            streak.since = streak.since if streak.out else day
        streak.out = streak.out + 1 if out else 0
        streak.quiet = 0 if lingers else streak.quiet + 1
        return Seen(look.part, look, out, lingers, replace(streak), sum(others) / len(others) if others else None)

    def level(self) -> float:
        """The p-value that a look must reach."""
        return self._alpha / (max(len(self.streaks), 1) if self.watch.each else 1)

    # Going on

    def restart(self, day: int) -> None:
        """Days up to this one are in no window any more."""
        self.floor = max(self.floor, day)
        self.streaks.clear()

    def renew(self, day: int) -> None:
        """What comes after this day is the new usual."""
        self.restart(day)
        self.kept, self.usual, self.loud = {}, [], set()
        self._changed()

    def to_data(self) -> dict[str, Any]:
        """As plain data that JSON takes."""
        return {
            "kept": [[day, {name: list(row) for name, row in parts.items()}] for day, parts in self.kept.items()],
            "usual": self.usual,
            "loud": sorted(self.loud),
            "floor": self.floor,
            "unmeasured": self.unmeasured,
            "last": self._last,
            "streaks": {part: asdict(streak) for part, streak in self.streaks.items()},
            "series": {part: series.to_data() for part, series in self._series.items()},
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """From `to_data`."""
        self.kept = {day: {name: tuple(row) for name, row in parts.items()} for day, parts in data["kept"]}
        self.usual, self.loud, self.floor = list(data["usual"]), set(data["loud"]), data["floor"]
        self.unmeasured, self._last = data["unmeasured"], data["last"]
        self.streaks = {part: Streak(**streak) for part, streak in data["streaks"].items()}
        self._series = {part: Series.from_data(series) for part, series in data["series"].items()}
        self._ready.clear()
