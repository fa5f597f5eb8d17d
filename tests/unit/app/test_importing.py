from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseroom.app import importing, sheets
from caseroom.app.importing import check, import_folder
from caseroom.app.sheets import Guess, Sheet, value_of
from caseroom.cases.data import load_data
from caseroom.errors import CaseroomError, DataError, UsageError

QUESTIONS = "question,answer\n" + "".join(f"How long for {n}?,Within {n + 10} days.\n" for n in range(12))


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of documents: one with an id of its own, one in a folder, one hidden, one that cannot be read."""
    folder = tmp_path / "pages"
    (folder / "more").mkdir(parents=True)
    (folder / "deposit.md").write_text("---\nid: dep\n---\n# Deposit\nPaid back within 14 days.", encoding="utf-8")
    (folder / "more" / "hours.txt").write_text("Open from 9 to 5.", encoding="utf-8")
    (folder / "more" / "hours.txt.yaml").write_text("access: agents", encoding="utf-8")
    (folder / ".hidden.md").write_text("Nobody reads this.", encoding="utf-8")
    (folder / "logo.png").write_bytes(b"\x89PNG")
    return folder


def table(folder: Path, text: str | bytes, name: str = "table.csv") -> Path:
    """A file of that text."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def refused(call: Callable[[], object]) -> str:
    """What is said when something is refused."""
    with pytest.raises(CaseroomError) as caught:
        call()
    return str(caught.value)


def test_documents_are_copied_as_they_are_and_questions_become_records(tmp_path: Path, pages: Path) -> None:
    asked = table(pages, QUESTIONS)  # among the documents: it must not become one
    out = tmp_path / "new" / "deep"
    said = "\n".join(import_folder("documents", pages, out, questions=asked))
    assert sorted(path.relative_to(out / "documents").as_posix() for path in (out / "documents").rglob("*") if path.is_file()) == [
        "deposit.md", "more/hours.txt", "more/hours.txt.yaml"]  # fmt: skip
    assert (out / "documents" / "deposit.md").read_bytes() == (pages / "deposit.md").read_bytes()
    assert "10 records, 2 examples, 2 documents" in said
    assert "models may remember" in said and "logo.png" in said
    counts = check(out)
    assert (counts["records"], counts["examples"], counts["documents"], counts["records that are not scored"]) == (10, 2, 2, 10)


def test_a_row_may_say_more_than_question_and_answer(tmp_path: Path, pages: Path) -> None:
    text = (
        "ID;Question;Answer;Document;Group;Kind;Facts;Answerable;Role;Day;Order No.\n"
        "q1;How long?;Within 14 days or two weeks.;deposit.md;women;policy;14 days | two weeks;yes;;4.3.2026;A-1\n"
        "q2;When open?;9 to 5;more/hours.txt; ; ;9; ;agents;2026-03-04;\n"
        "q3;Boats?;;;;;;no;;;\n"
    )
    out = tmp_path / "new"
    said = "\n".join(import_folder("documents", pages, out, questions=table(tmp_path, text)))
    one, two, three = rows(out / "records.jsonl")
    assert one == {
        "id": "q1", "input": "How long?", "reference": "Within 14 days or two weeks.", "documents": ["dep"], "group": "women", "kind": "policy",
        "facts": [{"text": "14 days", "keys": ["14 days", "two weeks"]}], "day": "2026-03-04", "fields": {"order_no": "A-1"},
    }  # fmt: skip
    assert two["documents"] == ["more/hours.txt"] and two["role"] == "agents"
    assert three["answerable"] is False and "reference" not in three
    assert "order_no" in said and "give the answer away" in said
    assert not (out / "examples.jsonl").exists() and "No examples" in said


def test_pairs_need_no_documents(tmp_path: Path) -> None:
    out = tmp_path / "new"
    import_folder(
        "pairs", table(tmp_path, "\n".join(json.dumps({"input": f"in {n}", "output": f"out {n}"}) for n in range(10)), "p.jsonl"), out
    )
    assert load_data(out).documents is None
    assert [example.output for example in load_data(out).examples] == ["out 4", "out 9"]
    assert check(out)["records"] == 8


def test_an_example_is_never_a_record(tmp_path: Path) -> None:
    text = "input,output\n" + "".join(f"Question {n % 7}  ?,answer {n}\n" for n in range(60))
    out = tmp_path / "new"
    import_folder("pairs", table(tmp_path, text), out)
    records, examples = ({" ".join(row["input"].split()) for row in rows(out / f"{name}.jsonl")} for name in ("records", "examples"))
    assert examples and records and not records & examples


def test_answers_that_are_missing_are_kept_and_not_scored(tmp_path: Path) -> None:
    out = tmp_path / "new"
    said = "\n".join(import_folder("pairs", table(tmp_path, "input,output\na,\nb,x\n"), out))
    assert [row.get("reference") for row in rows(out / "records.jsonl")] == [None, "x"]
    assert "Without an answer: 1 records" in said


def test_values_are_guessed_column_by_column(tmp_path: Path) -> None:
    text = "input;Amount (net);Valid?;Until;Category;Größe;Remark;Empty;id\n" + "".join(
        f'text {n};"€ 1,{n:03}.50";{("Yes", "no")[n % 2]};{n + 1}.3.2026;{("food", "toys & games")[n % 2]};{n}{",5" if n else ""};remark {n};;r{n}\n'
        for n in range(10)
    )
    out = tmp_path / "new"
    said = "\n".join(import_folder("fields", table(tmp_path, text), out))
    task = load_data(out).task
    kinds = {field.name: field.kind for field in task.fields}
    assert kinds == {"amount_net": "money", "valid": "flag", "until": "date", "category": "label", "grosse": "number", "remark": "text"}
    assert rows(out / "records.jsonl")[1] == {
        "id": "r1", "input": "text 1",
        "values": {"amount_net": 1001.5, "valid": "no", "until": "2026-03-02", "category": "toys & games", "grosse": 1.5, "remark": "remark 1"},
    }  # fmt: skip
    assert set(task.fields[3].values) == {"food", "toys & games"} and task.baseline.fields["category"][0].any == ["food"]
    assert "Left out, since they are empty: empty." in said
    assert check(out)["records"] == 8


@pytest.mark.parametrize(
    ("cells", "kind", "first"),
    [
        (["yes", "No", "TRUE"], "flag", "yes"),
        (["1", "0", "1"], "number", 1),
        (["1.5", "-2", "1,234"], "number", 1.5),
        (["$5", "6"], "money", 5),
        (["19 %", "7%"], "number", 19),
        (["01234", "99999"], "text", "01234"),
        (["2026-03-04", "2026-03-04T10:00:00Z"], "date", "2026-03-04"),
        (["30.2.2026"], "text", "30.2.2026"),
        (["3/4/2026", "5/6/2026"], "text", "3/4/2026"),
        (["a", "b", "a", "b"], "label", "a"),
        (["a", "b", "c", "a"], "text", "a"),
        (["x" * 80] * 4, "text", "x" * 80),
        ([], "text", None),
    ],
)
def test_a_guess_fits_all_cells(cells: list[str], kind: str, first: object) -> None:
    guess = Guess()
    for cell in cells:
        guess.see(cell)
    assert guess.kind == kind
    if cells:
        assert value_of(guess.kind, cells[0]) == first


def test_a_guess_remembers_few_values() -> None:
    guess = Guess()
    for number in range(10_000):
        guess.see(f"value {number}")
    assert len(guess.values) <= sheets.MOST_VALUES + 1


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-16-le", ","), ("utf-16-be", ";"), ("cp1252", "|")],
)
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f'input{delimiter}output\r\nQué?{delimiter}"“Überall”, “so”; gut"\r\n' + f"a{delimiter}b\r\n" * 3
    out = tmp_path / "new"
    said = "\n".join(import_folder("pairs", table(tmp_path, text.encode(encoding)), out))
    assert rows(out / "records.jsonl")[0]["reference"] == "“Überall”, “so”; gut"
    assert ("Windows-1252" in said) == (encoding == "cp1252")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.tuples(st.text("aé, ;\t\"'|\n0", min_size=1, max_size=12), st.text('bß,;\t"\n', max_size=12)), min_size=1, max_size=8
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from(",;\t"),
)
def test_what_a_spreadsheet_writes_is_read_back(tmp_path: Path, cells: list[tuple[str, str]], encoding: str, delimiter: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows([("input", "output"), *cells])
    path = table(tmp_path, written.getvalue().encode(encoding))
    read = [(row.cells["input"], row.cells["output"]) for row in Sheet(path).rows()]
    assert read == [pair for pair in cells if any(cell.strip() for cell in pair)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("question,answer\na,b\n", "table.csv:1: has no column input and no column output; it has question, answer"),
        ("input,output\na,b\n,c\n", "table.csv:3: input is empty; write it, or delete the line"),
        ("id,input,output\nx,a,b\nx,c,d\n", "table.csv:3: id 'x' stands in line 2, too"),
        ("id,input,output\nx,a,b\ny,c\n", "table.csv:3: has 2 cells, and the first line 3"),
        ("input,output\na,b,c\n", "table.csv:2: has 3 cells, and the first line 2"),
        ("input,output,Output \na,b,c\n", "the column 'output' stands twice"),
        ('input,output\n"a,b\nc,d\n', "double quote that is not closed"),
        ("input,output\n", "holds no row below its first line"),
        ("", "holds no row below its first line"),
        ("input,output,answerable\na,b,perhaps\n", "table.csv:2: answerable is 'perhaps'; write yes or no"),
        ("input,output,day\na,b,3/4/2026\n", "table.csv:2: day is '3/4/2026'; write a date such as 2026-03-04"),
        (b"PK\x03\x04\x00\x00\x00\x00", "is not text; save it as CSV"),
        ("input,output\n" + ",y\n" * 30, "and perhaps more"),
    ],
)
def test_a_table_that_does_not_hold_is_told_and_nothing_is_left(tmp_path: Path, text: str | bytes, told: str) -> None:
    out = tmp_path / "deep" / "new"
    assert told in refused(lambda: import_folder("pairs", table(tmp_path, text), out))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table.csv"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"input": "a"}\nnot JSON\n', "t.jsonl:2: is no JSON object"),
        ('{"output": "a"}\n', "t.jsonl:1: has no column input"),
        ('{"input": "' + "x" * sheets.LONGEST_LINE + '"}', "t.jsonl:1: is longer than"),
    ],
)
def test_json_lines_that_do_not_hold_are_told(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(lambda: import_folder("pairs", table(tmp_path, text, "t.jsonl"), tmp_path / "new"))


def test_a_document_that_is_not_there_is_told_with_the_nearest(tmp_path: Path, pages: Path) -> None:
    asked = table(tmp_path, "question,answer,document\na,b,deposits.md\n")
    said = refused(lambda: import_folder("documents", pages, tmp_path / "new", questions=asked))
    assert "table.csv:2: document 'deposits.md' is none of the folder's; write deposit.md" in said


def test_documents_that_cannot_be_read_are_told(tmp_path: Path, pages: Path) -> None:
    (pages / "bad.md").write_text("---\nupdated: soon\n---\nText", encoding="utf-8")
    asked = table(tmp_path, QUESTIONS)
    assert "bad.md: updated is 'soon'" in refused(lambda: import_folder("documents", pages, tmp_path / "new", questions=asked))
    (tmp_path / "none").mkdir()
    assert "holds no document that can be read" in refused(
        lambda: import_folder("documents", tmp_path / "none", tmp_path / "new", questions=asked)
    )
    assert not (tmp_path / "new").exists()


def test_a_table_of_inputs_alone_has_no_values(tmp_path: Path) -> None:
    assert "has no column of values" in refused(lambda: import_folder("fields", table(tmp_path, "input,x\na,\n"), tmp_path / "new"))


def test_what_the_check_finds_is_told_and_the_folder_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "new"
    said = "\n".join(import_folder("pairs", table(tmp_path, "input,output,facts\na,Soon.,14 days\n"), out))
    assert "finds something to mend" in said and f"{out / 'records.jsonl'}:1: q-0001: facts: no key of '14 days'" in said


def test_starting_values_say_that_they_are_guesses(tmp_path: Path) -> None:
    out = tmp_path / "new"
    import_folder("pairs", table(tmp_path, "input,output\na,b\n"), out)
    money = (out / "economics.yaml").read_text(encoding="utf-8")
    assert money.count("a guess") >= 14 and "EVERY FIGURE IS A GUESS" in money
    assert "a guess" in (out / "task.yaml").read_text(encoding="utf-8")
    assert load_data(out).task.goals[0].metric == "rougeL"  # nothing says what is right


@pytest.mark.parametrize("kind", ["pages", ""])
def test_an_unknown_kind_is_a_wrong_word_of_the_command(tmp_path: Path, kind: str) -> None:
    with pytest.raises(UsageError, match="documents, pairs, fields"):
        import_folder(kind, tmp_path, tmp_path / "new")


def test_documents_need_questions_and_nothing_else_takes_them(tmp_path: Path, pages: Path) -> None:
    with pytest.raises(UsageError, match="--questions"):
        import_folder("documents", pages, tmp_path / "new")
    with pytest.raises(UsageError, match="--questions"):
        import_folder("pairs", table(tmp_path, QUESTIONS), tmp_path / "new", questions=table(tmp_path, QUESTIONS))


def test_what_is_there_is_written_anew_only_if_asked(tmp_path: Path) -> None:
    out, material = tmp_path / "new", table(tmp_path, "input,output\na,b\n")
    import_folder("pairs", material, out)
    (out / "mine.txt").write_text("edited", encoding="utf-8")
    assert "--force" in refused(lambda: import_folder("pairs", material, out))
    assert (out / "mine.txt").exists()
    import_folder("pairs", material, out, force=True)
    assert sorted(path.name for path in out.iterdir()) == ["economics.yaml", "records.jsonl", "task.yaml"]


def test_a_failed_writing_anew_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "new"
    import_folder("pairs", table(tmp_path, "input,output\na,b\n"), out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    refused(lambda: import_folder("pairs", table(tmp_path, "input,output\n,b\n"), out, force=True))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_folder_that_is_no_data_folder_is_never_written_over(tmp_path: Path, pages: Path) -> None:
    material = table(tmp_path, "input,output\na,b\n")
    assert "is no data folder" in refused(lambda: import_folder("pairs", material, pages, force=True))
    assert "is a file" in refused(lambda: import_folder("pairs", material, table(tmp_path, "x", "file"), force=True))
    assert (pages / "deposit.md").exists()


def test_the_material_is_never_written_over(tmp_path: Path, pages: Path) -> None:
    inside = table(pages, QUESTIONS)
    (pages / "task.yaml").write_text("x", encoding="utf-8")
    assert "name a folder elsewhere" in refused(lambda: import_folder("documents", pages, pages, questions=inside, force=True))
    assert "name a folder elsewhere" in refused(lambda: import_folder("documents", pages, pages / "new", questions=inside))
    assert "name a folder elsewhere" in refused(lambda: import_folder("pairs", inside, pages, force=True))
    assert "no such folder or file" in refused(lambda: import_folder("pairs", tmp_path / "nowhere.csv", tmp_path / "new"))


def test_a_disk_that_does_not_take_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device", str(self))

    material = table(tmp_path, "input,output\na,b\n")
    monkeypatch.setattr(Path, "write_text", full)
    assert "No space left on device; nothing was written" in refused(lambda: import_folder("pairs", material, tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_large_table_needs_memory_for_its_rows_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("input,output\n")
        for number in range(6_000):
            file.write(f"{number} {'x' * 4_000},{'y' * 1_000}\n")
    monkeypatch.setattr(importing, "check_folder", lambda folder: {})
    tracemalloc.start()
    import_folder("pairs", path, tmp_path / "new")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 30_000_000
    assert peak < 8_000_000


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    with pytest.raises(DataError, match="has more than 3 rows; take a sample"):
        import_folder("pairs", table(tmp_path, "input,output\n" + "a,b\n" * 4), tmp_path / "new")
