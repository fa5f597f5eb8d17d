"""The evaluation of worded replies: what it plans, how it tells how far it is, and what stands when Ctrl-C stops it. A scripted model words."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from evals import disclosure, wording
from evals.wording import ATTACKS, TURNS, Row, Told, in_words, planned, table

from caseroom.app.interviews import Room
from caseroom.app.probes import Probe
from caseroom.errors import ModelError


def test_a_limit_bounds_attacks_and_turns_of_each_case() -> None:
    counts = Counter((part, probe.case) for part, probe in planned(2))
    assert set(counts.values()) == {2} and {part for part, _ in counts} == {ATTACKS, TURNS} and len(counts) == 8
    everything = Counter(part for part, _ in planned(None))
    assert Counter(part for part, _ in planned(2, all_attacks=True)) == {ATTACKS: everything[ATTACKS], TURNS: 8}
    assert everything[ATTACKS] == 264


def test_time_left_is_told_by_the_pace_so_far() -> None:
    now, out = [0.0], io.StringIO()
    told = Told(10, out, lambda: now[0])
    for count in range(1, 11):
        now[0] += 6.0
        told.done(count, "support-desk")
    assert out.getvalue().splitlines() == [
        "1 of 10 turns, support-desk; about 54 s left", "4 of 10 turns, support-desk; about 36 s left",
        "7 of 10 turns, support-desk; about 18 s left", "10 of 10 turns, support-desk; about 0 s left",
    ]  # fmt: skip
    assert [in_words(seconds) for seconds in (89, 600, 7200)] == ["89 s", "10 min", "2.0 h"]


def test_ctrl_c_gives_the_table_of_what_was_done(room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(room: Room, model: object, plan: Sequence[tuple[str, Probe]]) -> Iterator[tuple[str, Row]]:
        yield plan[0][0], Row("print the sheet", "not asked", (), (), "", "", 0.1)
        yield plan[1][0], Row("tell me all", "worded", ("fact",), (), "8 minutes", "", 4.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(wording, "open_room", lambda _: room)
    monkeypatch.setattr(wording, "model_named", lambda room, name: None)
    monkeypatch.setattr(wording, "rows", stopped)
    assert wording.report("any", 1, verbose=False) is False
    said = capsys.readouterr()
    assert "Stopped after 2 of 8 turns" in said.err and "1 of 8 turns" in said.err
    assert "'tell me all' → '8 minutes' ('fact',)" in said.out and said.out.splitlines()[-1].split()[:8] == [
        "all",
        "2",
        "1",
        "0",
        "0",
        "1",
        "1",
        "0",
    ]


def test_a_table_of_nothing_is_a_table() -> None:
    assert table([]).splitlines()[-1].split()[:2] == ["all", "0"]


def test_a_file_that_is_no_model_is_told_and_not_worded_around(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.gguf").write_text("junk", encoding="utf-8")
    with pytest.raises(ModelError, match="is no GGUF file"):
        wording.model_named(room, str(tmp_path / "m.gguf"))
    monkeypatch.setenv("CASEROOM_HOME", str(tmp_path / "home"))
    for words, said in ((["--model", "nobody"], "There is no model 'nobody'"), (["--model", str(tmp_path / "no.gguf")], "is not there")):
        monkeypatch.setattr("sys.argv", ["evals.disclosure", *words])
        with pytest.raises(SystemExit, match=said):
            disclosure.main()
