from __future__ import annotations

import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from caseroom.errors import DataError
from caseroom.pipeline.chunking import chunk
from caseroom.pipeline.documents import Document, Note
from caseroom.pipeline.ingest import read_documents

Read = Callable[..., tuple[list[Document], list[Note], list[str]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write files, read their folder: documents, notes, problems."""

    def call(**files: str | bytes) -> tuple[list[Document], list[Note], list[str]]:
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/").replace("_DOT_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        documents: list[Document] = []
        notes: list[Note] = []
        try:
            documents.extend(read_documents(tmp_path, tell=notes.append))
        except DataError as error:
            return documents, notes, error.problems
        return documents, notes, []

    return call


def pdf(text: str) -> bytes:
    """The smallest PDF that says something, with its title."""
    drawn = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (The terms) >>",
    ]
    made = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(made)
    return made + b"xref\n0 7\n0000000000 65535 f \n" + table + end


def docx(path: Path) -> bytes:
    from docx import Document as new_word

    word = new_word()
    word.add_heading("Card terms", 0)
    word.add_heading("Lost cards", 2)
    word.add_paragraph("Call  us at once.")
    table = word.add_table(rows=2, cols=2)
    for place, text in enumerate(["Card", "Fee", "Gold", "5"]):
        table.cell(place // 2, place % 2).text = text
    word.save(str(path))
    return path.read_bytes()


def test_markdown_with_front_matter(read: Read) -> None:
    front = "---\nid: dep-1\ntitle: Deposits\nupdated: 2026-03-01\nvalid: false\naccess: agents\ntopic: deposits\nlayout: page\n---\n"
    (document,), notes, problems = read(a_DOT_md=front + "# Rates\n\nThe **rate** is [3%](https://bank.example/rates).")
    assert document == Document(
        "dep-1", "Deposits", "# Rates\n\nThe rate is 3%.", date(2026, 3, 1), False, "agents", "deposits", "a.md"
    )  # fmt: skip
    assert not notes and not problems


def test_without_fields_a_document_is_named_after_its_file_and_open_to_all(read: Read) -> None:
    documents, _, _ = read(cards__lost_DOT_md="# Lost cards\n\nCall.", **{"cards__fees-2026_DOT_txt": "Five euros."})
    assert [(d.id, d.title, d.access, d.valid, d.updated) for d in documents] == [
        ("cards/fees-2026.txt", "fees 2026", "everyone", True, None), ("cards/lost.md", "Lost cards", "everyone", True, None),
    ]  # fmt: skip


def test_one_file_is_read_alone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("One.")
    (tmp_path / "b.md").write_text("Two.")
    assert [d.id for d in read_documents(tmp_path / "b.md")] == ["b.md"]


def test_html(read: Read) -> None:
    page = """<html><head><title>Card  fees</title><meta name="access" content="agents"><style>p {}</style></head><body>
      <nav>Home</nav><h2>Fees</h2><p>Five
      euros<br>a month.</p><ul><li>gold</li><li>silver &amp; blue</li></ul><script>alert(1)</script>
      <table><tr><th>Card</th><th>Fee</th></tr><tr><td>gold<td>5</tr></table></body>"""
    (document,), _, _ = read(a_DOT_html=page)
    assert (document.title, document.access) == ("Card fees", "agents")
    assert document.text == "## Fees\n\nFive euros\na month.\n\n- gold\n- silver & blue\n\n| Card | Fee\n| gold | 5"


def test_pdf_and_word_with_fields_beside_them(read: Read, tmp_path: Path) -> None:
    files = {
        "terms_DOT_pdf": pdf("Ten days notice"),
        "cards_DOT_docx": docx(tmp_path / "cards.docx"),
        "terms_DOT_pdf_DOT_yaml": "access: agents",
    }
    (word, terms), notes, problems = read(**files)
    assert (terms.title, terms.text, terms.access) == ("The terms", "Ten days notice", "agents")
    assert word.text == "# Card terms\n\n## Lost cards\n\nCall us at once.\n\nCard | Fee\nGold | 5"
    assert not notes and not problems


@pytest.mark.parametrize("missing", ["pypdf", "docx"])
def test_without_the_extra_it_is_said_what_to_install(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    files = {"a_DOT_pdf": pdf("x")} if missing == "pypdf" else {"a_DOT_docx": docx(tmp_path / "a.docx")}
    monkeypatch.setitem(sys.modules, missing, None)
    _, _, (problem,) = read(**files)
    assert "pip install 'caseroom[documents]'" in problem


def test_csv_and_json_lines(read: Read) -> None:
    table = 'ID;Title;Text;Updated;Owner\n1;Fees;"Five;\neuros";2026-01-02;Ann\n\n2;Cards;Gold.;;\n'
    lines = '{"id": 3, "title": "Loans", "text": "Ask us.", "valid": false}\n\n{"text": "No title."}\n'
    documents, _, problems = read(a_DOT_csv=table, b_DOT_jsonl=lines)
    assert [(d.id, d.title, d.text, d.updated, d.valid, d.source) for d in documents] == [
        ("1", "Fees", "Five;\neuros", date(2026, 1, 2), True, "a.csv:3"), ("2", "Cards", "Gold.", None, True, "a.csv:5"),
        ("3", "Loans", "Ask us.", None, False, "b.jsonl:1"), ("b.jsonl:3", "b", "No title.", None, True, "b.jsonl:3"),
    ]  # fmt: skip
    assert not problems


def test_markdown_is_made_light(read: Read) -> None:
    text = (
        "Cards\n=====\n\n<!-- note -->![A card](c.png) See [the *terms*](t.md#a(b)) or [us][1].\n\nFees\n----\n\n- a\n---\n\n"
        "Write to <help@bank.example>, <br>not __here__.\n\n```\n[kept](as it is) **too**\n```\n\n[1]: https://bank.example\n"
    )
    (document,), _, _ = read(a_DOT_md=text)
    assert document.title == "Cards"
    assert document.text == (
        "# Cards\n\nA card See the *terms* or us.\n\n## Fees\n\n- a\n---\n\n"
        "Write to <help@bank.example>, not here.\n\n```\n[kept](as it is) **too**\n```"
    )  # fmt: skip


@pytest.mark.parametrize("piece", ["<!--", "**a", "![", "[a](", "[", "<a ", "# ", "#", "`", "- a\n", "&lt", "<p>"])
def test_a_nasty_page_takes_no_longer_than_a_nice_one(read: Read, piece: str) -> None:
    began = time.process_time()
    for name in ("a_DOT_md", "a_DOT_html"):
        (document,) = read(**{name: "# x" + piece * 30_000 + "x"})[0][:1]
        assert chunk(document)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("data", "text", "noted"),
    [
        ("Grüße".encode(), "Grüße", False),
        ("Grüße\r\nUnd".encode("utf-8-sig"), "Grüße\nUnd", False),
        ("Grüße".encode("utf-16"), "Grüße", False),
        ("Grüße – 5 €".encode("cp1252"), "Grüße – 5 €", True),
        (b"odd \x81 sign \xe9", "odd � sign é", True),
    ],
)
def test_encodings(read: Read, data: bytes, text: str, noted: bool) -> None:
    (document,), notes, _ = read(a_DOT_txt=data)
    assert document.text == text
    assert [note.kind for note in notes] == ["encoding"] * noted


def test_half_a_surrogate_pair_does_not_get_through(read: Read) -> None:
    (document,), _, _ = read(a_DOT_jsonl='{"text": "odd \\ud800 sign"}')
    assert document.text == "odd ? sign"


def test_what_is_left_out_is_noted(read: Read) -> None:
    documents, notes, problems = read(
        a_DOT_md="---\ntitle: Nothing\n---\n", b_DOT_png=b"\x89PNG", _DOT_git__c_DOT_md="hidden", d_DOT_md="x"
    )
    assert [d.id for d in documents] == ["d.md"]
    assert [(note.source, note.kind) for note in notes] == [("b.png", "unknown format"), ("a.md", "empty")]
    assert not problems


def test_all_problems_are_told_at_once_and_what_is_right_is_given(read: Read, tmp_path: Path) -> None:
    with (tmp_path / "big.pdf").open("wb") as file:
        file.truncate(200_000_000)
    documents, _, problems = read(
        a_DOT_md="---\nid: same\n---\nOne.", b_DOT_md="---\nid: same\n---\nTwo.", c_DOT_md="---\nupdated: 2026\naccess: [a, b]\n---\nx",
        d_DOT_pdf=pdf("x" * 40)[:300], e_DOT_docx=b"PK no", f_DOT_txt=b"\0\1", g_DOT_csv="id,name\n1,x\n", h_DOT_csv='id,text\n1,"a\n',
        i_DOT_csv="id,text,access\n1,a\n", j_DOT_jsonl='{"text": "fine"}\n{"text": \n', k_DOT_jsonl="[1]\n", l_DOT_md="---\na: [\n---\nx", z_DOT_md="Good.",
    )  # fmt: skip
    assert [d.text for d in documents] == ["One.", "fine", "Good."]
    wanted = [
        "b.md: has the id 'same', and so has a.md", "big.pdf: is larger than 50 MB", "c.md: updated is 2026; write a date such as 2026-03-01",
        "c.md: access is ['a', 'b']; write everyone or", "d.pdf: is torn or not a PDF", "e.docx: is torn or not a Word file",
        "f.txt: is not text", "g.csv: has no column named text", "h.csv:2: ", "i.csv:2: has 2 cells, the first line 3",
        "j.jsonl:2: is not JSON", "k.jsonl:1: is not an object with a text", "l.md: its fields are not YAML",
    ]  # fmt: skip
    assert len(problems) == len(wanted)
    for problem, start in zip(problems, wanted, strict=True):
        assert problem.startswith(start), problem


def test_a_locked_pdf_is_named(read: Read, tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    (tmp_path / "a.pdf").write_bytes(pdf("secret"))
    writer = PdfWriter(clone_from=PdfReader(tmp_path / "a.pdf"))
    writer.encrypt("key", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")
    _, _, (problem,) = read()
    assert problem.startswith("a.pdf: is locked with a password")


def test_a_word_file_that_unpacks_to_a_flood_is_refused(read: Read, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as flood:
        for _ in range(210):
            flood.write(bytes(1_000_000))
    _, _, (problem,) = read()
    assert problem.startswith("a.docx: unpacks to more than 200 MB")


def test_nothing_to_read_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder or file"):
        read_documents(tmp_path / "absent")
    with pytest.raises(DataError, match="holds nothing that can be read"):
        read_documents(tmp_path)


def test_files_are_read_one_by_one_and_progress_is_told(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.md").write_text(name)
    told: list[tuple[int, int]] = []
    documents = read_documents(tmp_path, lambda done, of: told.append((done, of)))
    assert next(documents).text == "a"
    (tmp_path / "b.md").write_text("changed since")
    assert [d.text for d in documents] == ["changed since", "c"]
    assert told == [(1, 3), (2, 3), (3, 3)]
