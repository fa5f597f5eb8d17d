"""The board over days: what it learns, sees, refuses, and keeps."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np
import pytest

from caseroom.errors import MonitorError
from caseroom.monitoring.board import Board
from caseroom.monitoring.measured import Counts, Measured, Share, Strata, Values
from caseroom.monitoring.watch import Watch

Maker = Callable[[int], Measured]
QUALITY = Watch("quality", "q", "share", "down", effect=0.05)


def shares(level: Callable[[int], float], seed: int = 0, of: int = 30) -> Maker:
    random = np.random.default_rng(seed)
    return lambda day: Share(float(random.binomial(of, level(day))), of)


def board(*watches: Watch, make: Maker, budget: float = 0.07, days: int = 28) -> Board:
    made = Board(watches, budget)
    made.learn({day: {"q": make(day)} for day in range(days)})
    return made


def raised(made: Board, make: Maker, days: range) -> list[int]:
    return [day for day in days for alert in made.see(day, {"q": make(day)}) if alert.is_new(day)]


def drop(day: int) -> float:
    return 0.9 if day < 40 else 0.65


def test_a_drop_is_seen_within_days_and_told_once() -> None:
    make = shares(drop)
    made = board(QUALITY, make=make)
    (day,) = raised(made, make, range(28, 70))
    assert 40 <= day <= 43
    (alert,) = made.alerts()
    assert (alert.watch, alert.state, alert.last, alert.kind) == ("quality", "open", 69, "moved")
    assert alert.expected == pytest.approx(0.9, abs=0.03)
    assert alert.value is not None and alert.value < 0.75
    assert ("where 8" in alert.why or "where 9" in alert.why) and "% is usual" in alert.why


def test_a_change_that_does_not_matter_is_not_told_however_sure_it_is() -> None:
    make = shares(lambda day: 0.9 if day < 28 else 0.88, of=50_000)
    assert raised(board(QUALITY, make=make), make, range(28, 60)) == []
    assert raised(board(Watch("any", "q", "share", "down"), make=shares(lambda day: 0.9, of=50_000)), make, range(28, 60))


def test_only_the_bad_direction_alarms() -> None:
    make = shares(lambda day: 0.6 if day < 40 else 0.9)
    assert raised(board(QUALITY, make=make), make, range(28, 60)) == []


def test_patience_waits_for_days_in_a_row() -> None:
    days = []
    for patience in (1, 3):
        make = shares(drop)
        days.append(
            raised(board(Watch("quality", "q", "share", "down", effect=0.05, patience=patience), make=make), make, range(28, 60))[0]
        )
    assert days[1] == days[0] + 2


def test_another_mix_alone_is_no_change() -> None:
    def mixed(day: int) -> Measured:
        easy = 900 if day < 40 else 100
        return Strata({"easy": Share(easy * 0.95, easy), "hard": Share((1000 - easy) * 0.6, 1000 - easy)})

    assert raised(board(QUALITY, make=mixed), mixed, range(28, 80)) == []
    total = board(QUALITY, make=lambda day: Share(915, 1000))
    assert total.see(28, {"q": Share(635, 1000)})  # the same without its parts


def test_a_kind_that_nobody_knew_is_compared_with_all() -> None:
    random = np.random.default_rng(0)

    def make(day: int) -> Measured:
        parts = {"old": Share(float(random.binomial(30 if day < 40 else 15, 0.9)), 30 if day < 40 else 15)}
        return Strata(parts if day < 40 else parts | {"new": Share(float(random.binomial(15, 0.5)), 15)})

    assert 40 <= raised(board(QUALITY, make=make), make, range(28, 60))[0] <= 44


def test_each_group_is_watched_for_itself() -> None:
    random = np.random.default_rng(4)

    def make(day: int) -> Measured:
        levels = {"a": 0.9, "b": 0.5 if day >= 40 else 0.9, "c": 0.85}
        return Strata({name: Share(float(random.binomial(10, level)), 10) for name, level in levels.items()})

    made = board(Watch("groups", "q", "share", "down", each=True, effect=0.1), make=make)
    assert 40 <= raised(made, make, range(28, 60))[0] <= 44
    (alert,) = made.alerts()
    assert (alert.part, alert.id.split("@")[0]) == ("b", "groups:b")
    assert "The others moved by" in alert.why


def test_days_of_the_week_are_compared_with_their_like() -> None:
    def make(day: int) -> Measured:
        return Values(np.array([1000.0 if day % 7 < 5 else 200.0]) + day % 3)

    steady = Watch("volume", "q", "mean", weekday=True, fewest=1, effect=0.3, relative=True)
    assert raised(board(steady, make=make), make, range(28, 84)) == []
    made = board(steady, make=make)
    assert made.see(28, {"q": Values(np.array([200.0]))})  # as on a Sunday, but it is a Monday


@pytest.mark.parametrize("empty", [None, Share(0, 0), Share(2, 3), Share(float("nan"), 30), Share(40, 30), Strata({})])
def test_a_day_without_a_measurement_neither_fires_nor_is_healthy(empty: Measured | None) -> None:
    make = shares(drop)
    made = board(QUALITY, make=make)
    first = raised(made, make, range(28, 50))[0]
    (alert,) = made.alerts()
    for day in range(50, 52):
        assert made.see(day, {} if empty is None else {"q": empty}) == []
    assert made.alerts() == [alert]
    (went_on,) = made.see(52, {"q": make(52)})
    assert (went_on.id, went_on.raised, went_on.last) == (alert.id, first, 52)


def test_nothing_measured_for_long_is_an_alert_of_its_own() -> None:
    make = shares(lambda day: 0.9)
    made = board(QUALITY, make=make)
    told = [made.see(day, {}) for day in range(28, 32)]
    assert [len(alerts) for alerts in told] == [0, 0, 1, 1]
    assert (told[2][0].kind, told[2][0].value, told[2][0].since) == ("blind", None, 28)
    made.see(32, {"q": make(32)})
    assert made.alerts()[0].state == "closed"
    assert made.see(40, {}) and "8 days" in made.alerts()[-1].why  # days that were left out count


def test_an_alert_ends_when_it_has_been_calm() -> None:
    make = shares(lambda day: 0.5 if 40 <= day < 45 else 0.9)
    made = board(QUALITY, make=make)
    assert len(raised(made, make, range(28, 80))) == 1
    assert (made.alerts()[0].state, made.book.entries[-1].what) == ("closed", "calmed")


def test_closing_begins_anew() -> None:
    make = shares(drop)
    made = board(QUALITY, make=make)
    first = raised(made, make, range(28, 45))[0]
    made.close(made.alerts()[0].id, 44, "ana", "mended")
    assert made.see(45, {"q": Share(28, 30)}) == []
    again = raised(made, make, range(46, 60))
    assert again and again[0] > first
    assert len({alert.id for alert in made.alerts()}) == 2


def test_renewing_makes_the_new_the_usual() -> None:
    make = shares(drop)
    made = board(QUALITY, make=make)
    raised(made, make, range(28, 50))
    made.close(made.alerts()[0].id, 49, "ana")
    made.renew(49)
    assert raised(made, make, range(50, 110)) == []


def test_it_learns_from_the_first_days_if_there_is_nothing_before() -> None:
    make = shares(lambda day: 0.9 if day < 50 else 0.5)
    assert 50 <= raised(Board([QUALITY], 0.07), make, range(80))[0] <= 53


def test_a_rolling_reference_gets_used_to_what_stays_and_a_frozen_one_does_not() -> None:
    states = {}
    for kind in ("frozen", "rolling"):
        make = shares(lambda day: 0.9 if day < 40 else 0.6)
        made = board(Watch("quality", "q", "share", "down", kind=kind), make=make)
        assert 40 <= raised(made, make, range(28, 120))[0] <= 43
        states[kind] = [alert.state for alert in made.alerts()]
    assert states == {"frozen": ["open"], "rolling": ["closed"]}


def test_what_another_watch_explains_is_info() -> None:
    def make(day: int) -> Measured:
        return Counts({"a": 100.0, "b": 300.0} if day >= 40 else {"a": 300.0, "b": 100.0})

    other = Watch("values", "q", "chi2", effect=0.1, unless="kinds")
    made = board(Watch("kinds", "q", "chi2", effect=0.1, level="info"), other, make=make)
    raised(made, make, range(28, 45))
    assert {alert.watch: alert.level for alert in made.alerts()} == {"kinds": "info", "values": "info"}
    assert "kinds explains it" in made.alerts()[1].why


def test_distributions_are_compared_part_by_part() -> None:
    def make(day: int) -> Measured:
        random, short = np.random.default_rng(day), 900 if day < 40 else 100
        spread = 3.0 if day >= 50 else 1.0
        return Strata({"short": Values(random.normal(1, 1, short)), "long": Values(random.normal(9, spread, 1000 - short))})

    (day,) = raised(board(Watch("ks", "q", "ks", effect=0.1), make=make), make, range(28, 56))
    assert day == 50
    (day,) = raised(board(Watch("ks", "q", "ks", effect=0.1, weekday=True), make=make), make, range(28, 56))
    assert day == 50


def test_fixed_borders_are_broken_by_more_than_chance() -> None:
    watch = Watch("slow", "q", "range", high=10.0, percentile=95, window=3)
    random = np.random.default_rng(1)
    slow = {False: 1.0, True: 1.5}
    make: Maker = lambda day: Values(random.lognormal(np.log(4), 0.5, 300) * slow[day >= 40])  # noqa: E731
    made = Board([watch])
    (day,) = raised(made, make, range(60))
    assert 40 <= day <= 42
    assert made.alerts()[0].expected == 10.0


def test_a_reading_that_does_not_suit_its_test_is_refused_and_nothing_is_taken() -> None:
    made = board(QUALITY, Watch("ks", "q", "ks"), make=lambda day: Share(1, 2), days=0)
    with pytest.raises(MonitorError, match=r"the test ks does not suit 'q', which is Share"):
        made.see(0, {"q": Share(9, 10)})
    assert made.last is None


@pytest.mark.parametrize("day", [27, 3])
def test_a_day_twice_or_a_clock_that_was_set_back_is_refused(day: int) -> None:
    made = board(QUALITY, make=shares(lambda day: 0.9))
    for take in (lambda: made.see(day, {}), lambda: made.learn({day: {}})):
        with pytest.raises(MonitorError, match="Days must come in order, each once"):
            take()
    with pytest.raises(MonitorError, match="whole number"):
        made.see(28.5, {})  # type: ignore[arg-type]


def test_boards_that_cannot_be_are_refused() -> None:
    with pytest.raises(MonitorError, match="share the name quality"):
        Board([QUALITY, QUALITY])
    with pytest.raises(MonitorError, match="explained by one that is not on the board"):
        Board([Watch("values", "q", "chi2", unless="kinds")])
    with pytest.raises(MonitorError, match="leave nothing"):
        Board([QUALITY, Watch("loud", "q", "share", budget=1.0)])
    with pytest.raises(MonitorError, match="above 0"):
        Board([QUALITY], budget=0)


TESTS = [
    Watch("share", "q", "share"),
    Watch("range", "q", "range", low=0.6),
    Watch("rolling", "q", "share", kind="rolling"),
    Watch("page", "q", "page_hinkley"),
    Watch("adwin", "q", "adwin"),
    Watch("mean", "v", "mean", weekday=True),
    Watch("ks", "v", "ks"),
    Watch("chi2", "c", "chi2"),
    Watch("psi", "c", "psi"),
    Watch("each", "s", "share", each=True),
]


def everything(seed: int, day: int) -> dict[str, Measured]:
    random, level = np.random.default_rng([seed, day]), 0.9 if day < 50 else 0.5
    parts = Strata({name: Share(float(random.binomial(20, level)), 20) for name in "ab"})
    values = Values(random.lognormal(0 if day < 50 else 0.4, 0.5, 300))
    counts = Counts(dict(zip("xyz", random.multinomial(200, [0.6, 0.3, 0.1] if day < 50 else [0.2, 0.3, 0.5]).astype(float), strict=True)))
    return {"q": Share(float(random.binomial(60, level)), 60), "v": values, "c": counts, "s": parts}


def test_every_test_sees_a_large_change() -> None:
    made = Board(TESTS)
    made.learn({day: everything(1, day) for day in range(28)})
    for day in range(28, 80):
        told = made.see(day, everything(1, day))
        assert day >= 50 or told == []
    assert {alert.watch for alert in made.alerts()} == {watch.name for watch in TESTS}


def test_a_kept_board_goes_on_as_if_it_had_not_stopped() -> None:
    whole, kept = (Board(TESTS) for _ in range(2))
    for made in (whole, kept):
        made.learn({day: everything(2, day) for day in range(28)})
    for day in range(28, 80):
        if day % 6 == 0:
            kept = Board.from_data(json.loads(json.dumps(kept.to_data())))
        assert kept.see(day, everything(2, day)) == whole.see(day, everything(2, day))
    assert kept.to_data() == whole.to_data()
    assert whole.alerts()
    with pytest.raises(MonitorError, match="version"):
        Board.from_data({"version": 99})


def test_twelve_watches_over_twelve_weeks_are_cheap() -> None:
    made = Board([*TESTS, Watch("more", "s", "share"), Watch("most", "v", "mean")])
    made.learn({day: everything(3, day) for day in range(28)})
    days = {day: everything(3, day - 28) for day in range(28, 112)}
    started = time.process_time()
    for day, readings in days.items():
        made.see(day, readings)
    assert time.process_time() - started < 1.5  # well under a second where nothing else runs
