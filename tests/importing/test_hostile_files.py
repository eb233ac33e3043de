"""Files as nobody should write them: a clear answer with the line, never an error, and never more memory."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from countersign.importing.operations import import_folder
from countersign.importing.reading import MOST_ROW_BYTES, BadFile, read_rows
from countersign.importing.report import Remark
from countersign.policy.errors import Invalid
from countersign.taxpayers.models import AccountType, Taxpayer
from tests.importing.world import Files, remarks

HEAD = b"code,name\n"
Read = Callable[..., tuple[list[tuple[int, str]], list[tuple[int, str]]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Rows and bad rows of these bytes, as (line, first cell) and (line, reason)."""

    def found(content: bytes) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
        path = tmp_path / "account_types.csv"
        path.write_bytes(content)
        bad: list[Remark] = []
        rows = [
            (line, row[0]) for line, row in read_rows(path, ("code", "name"), frozenset(), bad.append, lambda _: None)
        ]
        return rows, [(remark.line, remark.reason) for remark in bad]

    return found


@pytest.mark.parametrize("content", [
    b"\xef\xbb\xbfcode,name\nA,a\nB,b\n",
    b"code,name\r\nA,a\r\nB,b\r\n",
    b"code,name\nA,a\nB,b",
    b'"code","name"\n"A","a"\n"B","b"\n',
    b'\xef\xbb\xbf"code",name\r\n"A",a\r\nB,"b"',
])  # fmt: skip
def test_what_is_accepted(read: Read, content: bytes) -> None:
    assert read(content) == ([(2, "A"), (3, "B")], [])


def test_blank_lines_are_skipped_and_counted(read: Read) -> None:
    assert read(b"\ncode,name\n\r\n\nA,a\n\nB,b\n\n") == ([(5, "A"), (7, "B")], [])


def test_the_line_is_where_the_row_begins(read: Read) -> None:
    rows, bad = read(HEAD + b'A,"two\nlines"\nB,"three\r\n\r\nlines"\nC\nD,d\n')
    assert rows == [(2, "A"), (4, "B"), (8, "D")]
    assert [line for line, _ in bad] == [7]


@pytest.mark.parametrize(("row", "reason"), [
    (b"X\x00,x", "holds a NUL"),
    (b"X,\xff\xfe", "is not UTF-8 text"),
    (b"X,\xed\xa0\x80", "is not UTF-8 text"),
    (b"X,\xc3", "is not UTF-8 text"),
    ("X,a\u202eb".encode(), "holds a bidirectional control character"),
    ("X,a\u2066b".encode(), "holds a bidirectional control character"),
    ("X,a\u200fb".encode(), "holds a bidirectional control character"),
    (b"X", "has not the 2 cells of the header"),
    (b"X,x,x", "has not the 2 cells of the header"),
    (b"   ", "has not the 2 cells of the header"),
    (b'"X"x,x', "is no CSV: ',' expected after '\"'"),
    (b"X,x\rY,y", "is no CSV: a carriage return without its line feed"),
    (b"X," + b"x" * 65_537, "holds a cell of more than 64 KiB"),
    (b'X,"' + b'""' * 65_537 + b'"', "holds a cell of more than 64 KiB"),
    (b"X," + b"x" * (MOST_ROW_BYTES + 10), "is longer than 2 MiB"),
    (b"X," * (MOST_ROW_BYTES // 2 + 10), "is longer than 2 MiB"),
])  # fmt: skip
def test_one_bad_row_and_the_rows_around_it(read: Read, row: bytes, reason: str) -> None:
    rows, bad = read(HEAD + b"A,a\n" + row + b"\nB,b\n")
    assert (rows, bad) == ([(2, "A"), (4, "B")], [(3, reason)])


@pytest.mark.parametrize("size", [70_000, MOST_ROW_BYTES + 70_000])
def test_the_text_of_a_huge_cell_is_never_read_as_rows(read: Read, size: int) -> None:
    """Whoever can put text into a cell of the agency's export could otherwise write rows of its own."""
    cell = b"x" * 60 + b"\n" + b"EVIL,evil\n" * (size // 10) + b'say ""hello""\nEVIL,evil'
    rows, bad = read(HEAD + b'A,"' + cell + b'"\nB,b\n')
    assert [key for _, key in rows] == ["B"] and rows[0][0] == cell.count(b"\n") + 3
    assert [line for line, _ in bad] == [2]


def test_a_quote_that_never_ends(read: Read) -> None:
    rows, bad = read(HEAD + b"A,a\n" + b'X,"x\nB,b\nC,c\n')
    assert rows == [(2, "A")] and bad == [(3, "is no CSV: unexpected end of data")]
    rows, bad = read(HEAD + b'X,"x\n' + b"B,b\n" * 100_000)
    assert rows == [] and bad == [(2, "holds a cell of more than 64 KiB")]


def test_memory_stays_flat_over_a_quote_that_never_ends_and_a_line_that_never_ends(read: Read, tmp_path: Path) -> None:
    for name, begin, filler in (("quote", b'X,"', b"line\n"), ("line", b"X,", b"xxxx"), ("cells", b'"a\n', b'b","a\n')):
        path = tmp_path / name
        with path.open("wb") as file:
            file.write(HEAD + begin)
            for _ in range(16):
                file.write(filler * (2**20 // len(filler)))
        tracemalloc.start()
        rows = list(read_rows(path, ("code", "name"), frozenset(), lambda _: None, lambda _: None))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        path.unlink()
        assert rows == [] and peak < 40 * 2**20, (name, peak)


@pytest.mark.parametrize(("content", "column"), [
    (b"", ""),
    (b"\n\n", ""),
    (b"code\n", "name"),
    (b"code,name,colour\n", "colour"),
    (b"code,name,name\n", "name"),
    (b"Code,name\n", "Code"),
    (b" code,name\n", " code"),
    (b"code;name\n", "code;name"),
    (b"\xff\xfec\x00o\x00", None),
    (b'"code,name\nA,a\n', ""),
    (b"A,a\nB,b\n", "A"),
    (b"x" * 70_000 + b"\n", ""),
    (b"x" * (MOST_ROW_BYTES + 5), ""),
    (b"code,na\x00me\n", None),
])  # fmt: skip
def test_a_header_that_cannot_be_used(read: Read, content: bytes, column: str | None) -> None:
    with pytest.raises(BadFile) as raised:
        read(content)
    assert raised.value.remark.line == 1
    assert column is None or raised.value.remark.column == column


def test_a_file_without_header_lands_nothing_also_when_bad_rows_are_skipped(files: Files) -> None:
    files.rows["rights"] = files.rows["rights"][1:]
    for skip_bad in (False, True):
        report = files.bring_in(skip_bad=skip_bad)
        assert not report.landed and remarks(report) == [("rights.csv", 1, "erin.b")]
    assert not Taxpayer.objects.exists()


def test_other_files_hidden_files_and_subfolders_are_errors(files: Files, tmp_path: Path) -> None:
    files.write()

    def refused(folder: Path) -> str:
        with pytest.raises(Invalid) as raised:
            import_folder(folder, now=files.clock)
        return str(raised.value.problems["folder"])

    for name in ("readme.txt", ".hidden", "Accounts.csv", "accounts.csv.bak", ".DS_Store"):
        (files.folder / name).touch()
        assert name in refused(files.folder)
        (files.folder / name).unlink()
    (files.folder / "sub").mkdir()
    assert "sub" in refused(files.folder)
    (files.folder / "sub").rmdir()
    (files.folder / "accounts.csv").unlink()
    (files.folder / "accounts.csv").mkdir()
    assert "accounts.csv" in refused(files.folder)
    assert "no folder" in refused(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty")
    assert not Taxpayer.objects.exists()


@pytest.mark.parametrize("cell", ["\t", "\\", "\\N", "\\.", "a\\nb", "\x0b\x0c\x1b", "\x7f", "\u2028", "💶", "e\u0301", "'; DROP TABLE x; --", "%s %(now)s {}"])  # fmt: skip
def test_text_lands_as_it_is(files: Files, cell: str) -> None:
    files.only("account_types")
    files.add("account_types", f"XXX,<{cell}>")
    files.landed()
    assert AccountType.objects.get(code="XXX").name == f"<{cell}>"
    assert files.landed().changes == 0


def test_percent_signs_and_quotes_in_keys(files: Files) -> None:
    files.only("taxpayers", "account_types", "accounts")
    files.add("taxpayers", """%s',business,X,FEIN,10-0000077,,,""")
    files.add("accounts", """%(x)s\\',%s',WTH,,""", """N-1,%%s',WTH,,""")
    report = files.bring_in()
    assert remarks(report) == [("accounts.csv", 8, "taxpayer_key")]


def test_a_group_name_with_accents_is_compared_without_case(files: Files) -> None:
    files.add("security_groups", "maria.lopez,Équipe Ω,")
    files.add("placements", "maria.lopez,BOOKS,ÉQUIPE ω")
    files.add("group_members", "tom.temp,équipe Ω")
    files.landed()
    assert files.landed().changes == 0
    files.add("security_groups", "maria.lopez,éQUIPE Ω,again")
    assert remarks(files.bring_in()) == [("security_groups.csv", 4, "")]


def test_a_name_stands_on_one_line(files: Files) -> None:
    files.change(
        "taxpayers", files.rows["taxpayers"][3], 'BOOKS,business,"Pell\nSubject:  Books",FEIN,10-0000003,no,active,'
    )
    files.landed()
    assert Taxpayer.objects.get(key="BOOKS").legal_name == "Pell Subject: Books"


def test_a_file_that_may_not_be_read_is_named(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    folder = files.write()
    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(Invalid) as raised:
        import_folder(folder, now=files.clock)
    assert raised.value.problems["folder"] == "account_types.csv cannot be read: Permission denied"
