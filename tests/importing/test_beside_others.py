"""An import beside another import, and beside people in the portal: real transactions at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from django.db import connection, transaction

from countersign.access.models import AccountRights, TaxpayerAccess
from countersign.access.operations.customers import lock_portfolio
from countersign.importing import operations
from countersign.importing.report import Report
from countersign.policy.errors import Invalid
from countersign.taxpayers.models import Taxpayer
from tests.importing.world import DAY, Files, conflicts, import_submissions, live, portal_ends

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def files(transactional_db: None, tmp_path: Path) -> Iterator[Files]:
    yield Files(tmp_path / "folder")


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def in_thread(pool: ThreadPoolExecutor, call):  # type: ignore[no-untyped-def]
    def run():  # type: ignore[no-untyped-def]
        try:
            return call()
        finally:
            connection.close()

    return pool.submit(run)


def test_of_two_imports_at_once_one_is_refused_in_words(
    files: Files, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, staged, go_on = files.write(), Event(), Event()

    def wait(file: str, rows: int, percent: int) -> None:
        if file == "refinements.csv":
            staged.set()
            assert go_on.wait(20)

    first = in_thread(threads, lambda: operations.import_folder(folder, now=files.clock, progress=wait))
    assert staged.wait(20)
    with pytest.raises(Invalid) as raised:
        operations.import_folder(folder, now=files.clock)
    assert "another import is under way" in raised.value.problems["folder"]
    go_on.set()
    assert first.result(20).landed
    assert Taxpayer.objects.count() == 4 and len(import_submissions()) == 1
    assert operations.import_folder(folder, now=files.clock + DAY).changes == 0


def test_a_cancellation_that_commits_while_the_files_are_read_is_not_undone(
    files: Files, threads: ThreadPoolExecutor
) -> None:
    files.landed()
    (access,) = live(TaxpayerAccess, access_type="TA")
    files.change("access", "erin.b,BAKERY,TA", "erin.b,BAKERY,MA")
    folder, staged, go_on = files.write(), Event(), Event()

    def wait(file: str, rows: int, percent: int) -> None:
        if file == "refinements.csv":
            staged.set()
            assert go_on.wait(20)

    running = in_thread(threads, lambda: operations.import_folder(folder, now=files.clock + DAY, progress=wait))
    assert staged.wait(20)
    portal_ends(access, files.clock + DAY)  # commits
    go_on.set()
    report: Report = running.result(20)
    assert report.landed and conflicts(report) == [("access.csv", 5)]
    assert live(TaxpayerAccess, logon=access.logon) == []


def test_whoever_changes_a_fact_meanwhile_waits_and_then_sees_the_import(
    files: Files, threads: ThreadPoolExecutor
) -> None:
    files.landed()
    (rights,) = live(AccountRights)
    files.change("rights", "erin.b,B-W,VIEW_ONLY", "erin.b,B-W,ALL_ACCESS")
    folder, merging, go_on = files.write(), Event(), Event()

    def wait(file: str, rows: int, percent: int) -> None:
        if file == "lists":
            merging.set()
            assert go_on.wait(20)

    def cancel() -> int:
        with transaction.atomic():
            return AccountRights.objects.filter(pk=rights.pk, ended_at=None).update(
                ended_at=files.clock + DAY, ended_by="PORTAL2345"
            )

    running = in_thread(threads, lambda: operations.import_folder(folder, now=files.clock + DAY, progress=wait))
    assert merging.wait(20)
    ending = in_thread(threads, cancel)
    assert not ending.done()
    go_on.set()
    assert running.result(20).landed and ending.result(20) == 0
    assert [fact.rights for fact in live(AccountRights)] == [3]


def test_what_fails_in_the_middle_leaves_nothing(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(operations, "refresh", broken)
    with pytest.raises(RuntimeError):
        files.bring_in()
    assert not Taxpayer.objects.exists() and not import_submissions()
    monkeypatch.undo()
    files.landed()


def test_an_import_does_not_wait_for_somebody_who_looks_at_a_portfolio(
    files: Files, threads: ThreadPoolExecutor
) -> None:
    """Portfolios are numbered from 1: their locks are none of the import's own."""
    folder, held, go_on = files.write(), Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            for portfolio in range(1, 6):
                lock_portfolio(portfolio)
            held.set()
            assert go_on.wait(30)

    holding = in_thread(threads, hold)
    assert held.wait(20)
    importing = in_thread(threads, lambda: operations.import_folder(folder, now=files.clock))
    try:
        assert importing.result(20).landed
    finally:
        go_on.set()
    holding.result(20)
