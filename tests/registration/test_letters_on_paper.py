"""``countersign letters pdf``: what a print shop gets."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from countersign.command_line import main
from countersign.letters.models import Letter
from countersign.letters.sheets import letters_pdf
from tests.registration.world import World


@pytest.fixture
def letter(world: World) -> Letter:
    type(world.pottery).objects.filter(pk=world.pottery.pk).update(
        address1="2 Marsh Lane", city="Keystone Bay", state="KS", postal_code="12345"
    )
    world.enter(world.logon("ada"), "payment")
    return Letter.objects.select_related("taxpayer").get()


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_the_pdf_holds_sender_address_and_code(
    letter: Letter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "letters.pdf"
    assert main(["letters", "pdf", str(file)]) == 0
    told = capsys.readouterr().out
    (sheet,) = pages(file.read_bytes())
    code = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", letter.body)
    assert code and code[0] in sheet and code[0] not in told
    for line in ("Department of Revenue", "Marsh Lane Pottery LLC", "2 Marsh Lane", "Keystone Bay KS 12345"):
        assert line in sheet
    assert letter.subject in " ".join(sheet.split())
    assert file.stat().st_mode & 0o077 == 0, "it holds codes"
    assert f"countersign letters printed {letter.pk}" in told
    assert Letter.objects.get().printed_at is None, "only once they are on paper"


def test_it_never_writes_over_a_file(letter: Letter, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "letters.pdf"
    file.write_text("precious")
    assert main(["letters", "pdf", str(file)]) == 2
    assert main(["letters", "pdf", str(tmp_path / "no" / "where.pdf")]) == 2
    assert capsys.readouterr().err.count("Name a file that does not exist yet") == 2
    assert file.read_text() == "precious"


def test_a_name_that_the_font_cannot_write_is_told_and_the_others_are_printed(
    world: World, letter: Letter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Letter.objects.create(
        taxpayer=letter.taxpayer, kind="letter_id", language="en", subject="漢字", body="x", written_at=world.later()
    )
    file = tmp_path / "letters.pdf"
    assert main(["letters", "pdf", str(file)]) == 1
    assert "U+5B57 U+6F22" in capsys.readouterr().out
    assert len(pages(file.read_bytes())) == 1
    assert main(["letters", "pdf", "--json", str(tmp_path / "again.pdf")]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["letters"] == [letter.pk] and list(told["left_out"].values()) == [["U+5B57", "U+6F22"]]


def test_nothing_waits(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["letters", "pdf", str(tmp_path / "letters.pdf")]) == 0
    assert "no letter waits" in capsys.readouterr().out
    assert not (tmp_path / "letters.pdf").exists()


def test_each_letter_begins_on_a_sheet_of_its_own_and_each_speaks_its_language(letter: Letter) -> None:
    other = Letter(pk=letter.pk + 1, taxpayer=letter.taxpayer, language="es", written_at=letter.written_at)
    other.subject, other.body = "Su código <&>", "\n\n".join(["señales de papel " * 60] * 9)
    sheets = pages(letters_pdf([letter, other]))
    assert len(sheets) > 2
    assert letter.subject in " ".join(sheets[0].split()) and "Su código <&>" in sheets[1]
    assert f"Letter {letter.pk}" in sheets[0] and all(f"Carta {other.pk}" in sheet for sheet in sheets[1:])
    assert "2 Marsh Lane" in sheets[1] and "Marsh Lane Pottery LLC" in sheets[2]
