"""Placements from a file: what each row means, all or nothing, skipping, stale, and the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from countersign.access.models import TaxpayerAccess
from countersign.access.operations.customers import differences
from countersign.access.queries.mapping_changes import preview_of_moves
from countersign.events.models import Entry
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.portfolios.queries import portfolio_of
from countersign.security_groups.models import PlacementFile
from countersign.security_groups.operations import keep_file, place_from_file, uploading
from countersign.security_groups.operations.uploading import AT_ONCE, place_rows
from countersign.security_groups.queries.placement_files import meaning_of
from countersign.submissions.models import Submission
from countersign.uploads.working import forget_old_files
from tests.security_groups.conftest import Firm
from tests.security_groups.test_pages import address, hidden, in_group, signed_in, text
from tests.security_groups.test_placing import place

HEADING = "Customer number,Customer,Security group"


def keep(firm: Firm, *lines: str, heading: str = HEADING, actor: str = "maria") -> PlacementFile:
    content = "\r\n".join([heading, *lines]).encode("utf-8-sig")
    return keep_file(actor=firm.logon(actor), portfolio=firm.portfolio, content=content, now=firm.now)


def outcomes(firm: Firm, kept: PlacementFile, actor: str = "maria") -> list[str]:
    standing = portfolio_of(firm.logon(actor), firm.portfolio, at=firm.now)
    return [row.outcome for row in meaning_of(standing, kept.rows, at=firm.now).rows]


def submit(firm: Firm, kept: PlacementFile, *, skip: bool = False, version: str | None = None) -> Submission:
    if version is None:
        meaning = meaning_of(portfolio_of(firm.maria, firm.portfolio, at=firm.now), kept.rows, at=firm.now)
        version = preview_of_moves(firm.portfolio, meaning.moves, at=firm.now).version
    return place_from_file(
        actor=firm.maria, portfolio=firm.portfolio, file=kept.pk, skip=skip, version=version, now=firm.now
    )


def test_what_each_row_means(firm: Firm) -> None:
    bakery = firm.taxpayer("HARBOR-BAKERY")
    kept = keep(
        firm,
        f"{bakery},whatever,firm",
        ",pell street books LLC,Retail clients",
        ",MARIA LOPEZ,",
        ",Nobody at all,Firm",
        "12345678,,Firm",
        ",Lantern Inn LLC,Nowhere",
        ",Gull & Anchor Tavern LLC,Firm",
        ",Gull & Anchor Tavern LLC,Default",
        "",
    )
    assert outcomes(firm, kept) == [
        "placed", "already", "already", "no_customer", "no_customer", "no_group", "twice", "twice",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"Customer,Security group\n", b'Customer,Security group\n"a\n', b"\x00"],
)
def test_what_is_no_such_file(firm: Firm, content: bytes) -> None:
    with pytest.raises(Invalid):
        keep_file(actor=firm.maria, portfolio=firm.portfolio, content=content, now=firm.now)


def test_the_spanish_download_comes_back_too(firm: Firm) -> None:
    kept = keep(firm, ";Harbor Bakery LLC;Firm", heading="Número de cliente;Cliente;Grupo de seguridad")
    assert outcomes(firm, kept) == ["placed"]


def test_all_or_nothing_or_with_bad_rows_skipped(firm: Firm) -> None:
    kept = keep(firm, ",Harbor Bakery LLC,Firm", ",Lantern Inn LLC,Next season", ",Nobody,Firm")
    with pytest.raises(Invalid):
        submit(firm, kept)
    assert in_group(firm, "HARBOR-BAKERY") == "Retail clients"
    submission = submit(firm, kept, skip=True)
    assert (in_group(firm, "HARBOR-BAKERY"), in_group(firm, "LANTERN-INN")) == ("Firm", "Next season")
    entry = Entry.objects.get(name="PlacementsUploaded")
    assert (entry.submission, entry.body["customers"], entry.body["skipped"]) == (
        submission.confirmation_number,
        2,
        1,
    )
    assert differences() == 0
    with pytest.raises(Stale):
        submit(firm, kept, skip=True)


def test_a_file_grows_stale(firm: Firm) -> None:
    kept = keep(firm, ",Harbor Bakery LLC,Firm")
    standing = portfolio_of(firm.maria, firm.portfolio, at=firm.now)
    version = preview_of_moves(firm.portfolio, meaning_of(standing, kept.rows, at=firm.now).moves, at=firm.now).version
    place(firm, firm.chosen("HARBOR-BAKERY"), "Restaurants")
    with pytest.raises(Stale):
        submit(firm, kept, version=version)


def test_a_file_is_its_uploaders_and_limited_to_what_it_sees(firm: Firm) -> None:
    kept = keep(firm, ",Lopez CPA PC,Restaurants", ",Harbor Bakery LLC,Firm", actor="kim")
    assert outcomes(firm, kept, actor="kim") == ["no_customer", "no_group"]
    with pytest.raises(Refused) as error:
        submit(firm, kept, version="")
    assert error.value.hidden
    with pytest.raises(Refused):
        keep(firm, ",Harbor Bakery LLC,Firm", actor="victor")
    limited = keep(firm, ",Harbor Bakery LLC,Restaurants", actor="kim")
    with pytest.raises(Refused):
        place_from_file(
            actor=firm.logon("kim"), portfolio=firm.portfolio, file=limited.pk, skip=False, version="", now=firm.now
        )


def test_files_are_forgotten_after_a_week(firm: Firm) -> None:
    keep(firm, ",Harbor Bakery LLC,Firm")
    assert forget_old_files(PlacementFile, days=7, now=firm.now + timedelta(days=6)) == 0
    assert forget_old_files(PlacementFile, days=7, now=firm.now + timedelta(days=8)) == 1


def test_the_pages(firm: Firm) -> None:
    client = signed_in(firm)
    downloaded = client.get(address(firm, "customers_csv")).getvalue()
    assert b"Harbor Bakery LLC,Retail clients" in downloaded
    changed = downloaded.replace(b"Harbor Bakery LLC,Retail clients", b"Harbor Bakery LLC,Firm") + b",Nobody,Firm\r\n"
    assert client.post(address(firm, "upload"), {}).status_code == 422
    sent = client.post(address(firm, "upload"), {"file": SimpleUploadedFile("p.csv", changed)})
    assert sent.status_code == 302
    review = client.get(sent["Location"])
    assert "1 row cannot be done" in text(review)
    assert "1 customer changes its security group" in text(review)
    refused = client.post(sent["Location"], hidden(review) | {"step": "submit"})
    assert refused.status_code == 422
    behind = client.get(f"{sent['Location']}changes/", {"logon": str(firm.logon("joel").pk), "gained": "0"})
    assert "Harbor Bakery LLC" in text(behind)
    response = client.post(sent["Location"], hidden(review) | {"step": "skip"})
    assert response.status_code == 303
    assert in_group(firm, "HARBOR-BAKERY") == "Firm"
    assert "Rows skipped" in text(client.get(response["Location"]))
    results = client.get(f"{sent['Location']}results.csv").getvalue().decode("utf-8-sig")
    assert "Harbor Bakery LLC,Firm,Comes to this security group" in results
    assert "Nobody,Firm,No customer has this number or name" in results
    assert signed_in(firm, "victor").get(sent["Location"]).status_code == 404


def long_file(firm: Firm, *lines: str) -> PlacementFile:
    """A file of so many rows that the worker does it: most of them name nobody."""
    return keep(firm, *lines, *[f",Nobody {number},Firm" for number in range(AT_ONCE)])


def test_a_long_file_is_handed_to_the_worker_and_shows_how_far_it_is(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("countersign.security_groups.operations.uploading.BATCH", 2_000)
    client = signed_in(firm)
    kept = long_file(firm, ",Harbor Bakery LLC,Firm", ",Lantern Inn LLC,Next season")
    page = address(firm, "upload_review", kept.pk)
    review = client.get(page)
    sent = client.post(page, hidden(review) | {"step": "skip"})
    assert sent.status_code == 302
    assert in_group(firm, "HARBOR-BAKERY") == "Retail clients"
    assert "Customers are being placed" in text(client.get(page))
    real, calls = uploading.note_results, []

    def breaks(*given: Any, **more: Any) -> None:
        calls.append(more)
        if len(calls) == 2:
            raise RuntimeError("the worker died")
        real(*given, **more)

    monkeypatch.setattr(uploading, "note_results", breaks)
    with pytest.raises(RuntimeError):
        place_rows(kept.pk)
    kept.refresh_from_db()
    assert kept.running and len(kept.results) == 2_000
    assert in_group(firm, "HARBOR-BAKERY") == "Firm"
    under_way = client.get(page)
    assert "2 of 5,002 rows done, 1,998 skipped" in text(under_way) and b'value="2000"' in under_way.content
    for _time in range(2):
        place_rows(kept.pk)
    kept.refresh_from_db()
    assert (kept.done, kept.running, len(kept.results)) == (2, False, AT_ONCE + 2)
    assert "The file is done" in text(client.get(page))
    entries = Entry.objects.filter(name="PlacementsUploaded")
    assert {entry.submission for entry in entries} == {kept.submission}
    assert sum(entry.body["customers"] for entry in entries) == 2
    assert differences() == 0


def test_a_long_file_does_only_what_was_shown(firm: Firm) -> None:
    for skip in (True, False):
        kept = keep(firm, *[",Harbor Bakery LLC,Firm"] * (AT_ONCE + 1))
        submit(firm, kept, skip=skip)
        place(firm, firm.chosen("HARBOR-BAKERY"), "Restaurants")
        place_rows(kept.pk)
        kept.refresh_from_db()
        assert (kept.refused, kept.done) == ("changed", 0)
        assert in_group(firm, "HARBOR-BAKERY") == "Restaurants"
        results = signed_in(firm).get(address(firm, "results", kept.pk)).getvalue().decode()
        assert "Was left out, because the file has stopped" in results
        place(firm, firm.chosen("HARBOR-BAKERY"), "Retail clients")


def test_who_may_no_longer_place_places_nobody(firm: Firm) -> None:
    kept = keep(firm, *[",Harbor Bakery LLC,Firm"] * (AT_ONCE + 1))
    submit(firm, kept)
    TaxpayerAccess.objects.filter(logon=firm.maria).update(ended_at=firm.now, ended_by="TEST")
    place_rows(kept.pk)
    kept.refresh_from_db()
    assert kept.refused and in_group(firm, "HARBOR-BAKERY") == "Retail clients"


@pytest.mark.parametrize(
    "content",
    [
        HEADING.encode() + b'\n"' + b"x" * 1_100_000 + b'"\n',
        HEADING.encode() + b"\n1\x00,b,Firm",
        (HEADING + "\n" + ",a,Firm\n" * 100_001).encode(),
    ],
)
def test_hostile_files_are_refused_with_a_message(firm: Firm, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        keep_file(actor=firm.maria, portfolio=firm.portfolio, content=content, now=firm.now)
    assert refused.value.problems["file"]


def test_a_row_with_more_cells_than_the_heading_is_not_guessed_at(firm: Firm) -> None:
    kept = keep(firm, ",Harbor Bakery, LLC,Firm", ",".join("x" * 5_000), ",Harbor Bakery LLC,Firm,,,")
    assert outcomes(firm, kept) == ["cells", "cells", "placed"]
