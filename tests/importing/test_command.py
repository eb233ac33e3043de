"""``countersign import``: exit statuses, what is printed, the progress bar."""

import io
import json
from typing import Any

import pytest
from django.utils import timezone

from countersign.access.models import Grant, TaxpayerAccess
from countersign.command_line import import_folder as command
from countersign.command_line import main
from countersign.taxpayers.models import Taxpayer
from tests.importing.world import Files, live


@pytest.fixture(autouse=True)
def keys_last(settings: Any) -> None:
    settings.KEYS_LAST = True


def test_what_landed_is_counted_and_the_second_time_nothing_changed(files: Files, capsys: Any) -> None:
    assert main(["import", str(files.write())]) == 0
    out = capsys.readouterr().out
    assert "taxpayers.csv: 4 begun" in out and "Imported. Confirmation number " in out
    assert main(["import", str(files.folder)]) == 0
    assert capsys.readouterr().out == "Nothing changed: the database says already what the files say.\n"


def test_bad_rows_end_with_status_1_also_when_skipped(files: Files, capsys: Any) -> None:
    files.add("grants", "LOPEZ,NONE,VIEW_ONLY,,")
    assert main(["import", str(files.write())]) == 1
    out = capsys.readouterr().out
    assert "grants.csv, line 4, account_number 'NONE': is no known account" in out
    assert "taxpayers.csv: 4 would be begun" in out
    assert "Nothing was imported" in out and not Taxpayer.objects.exists()
    assert main(["import", str(files.folder), "--skip-bad"]) == 1
    assert "Imported." in capsys.readouterr().out and len(live(Grant)) == 2


def test_check_only_keeps_nothing(files: Files, capsys: Any) -> None:
    assert main(["import", str(files.write()), "--check-only"]) == 0
    assert "Checked only" in capsys.readouterr().out and not Taxpayer.objects.exists()


def test_conflicts_are_told_and_no_failure(files: Files, capsys: Any) -> None:
    files.landed()
    TaxpayerAccess.objects.filter(access_type="TA").update(ended_at=timezone.now(), ended_by="PORTAL2345")
    files.change("access", "erin.b,BAKERY,TA", "erin.b,BAKERY,MA")
    assert main(["import", str(files.write())]) == 0
    assert "access.csv, line 5, 'erin.b, BAKERY': the portal changed this" in capsys.readouterr().out


def test_json_says_all_of_it(files: Files, capsys: Any) -> None:
    line = files.add("taxpayers", "X,business,X,FEIN,10-00000,,,")
    assert main(["import", str(files.write()), "--json", "--skip-bad"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["landed"] and said["begun"]["accounts.csv"] == 5 and len(said["confirmation_number"]) == 10
    assert said["bad"] == {
        "total": 1,
        "first": [{"file": "taxpayers.csv", "line": line, "column": "id_number", "value": "********", "reason": "is not nine digits"}],
        "counts": [{"file": "taxpayers.csv", "reason": "is not nine digits", "rows": 1}],
    }  # fmt: skip
    assert main(["import", str(files.write()), "--json", "--skip-bad"]) == 1
    assert json.loads(capsys.readouterr().out)["nothing_changed"]


def test_replace_may_be_given_several_times(files: Files) -> None:
    files.landed()
    files.rows["grants"] = files.rows["grants"][:2]
    files.rows["access"] = files.rows["access"][:4]
    files.rows["rights"] = files.rows["rights"][:1]
    assert main(["import", str(files.write()), "--replace", "grants.csv", "--replace", "access.csv"]) == 0
    assert len(live(Grant)) == 1 and not live(TaxpayerAccess, access_type="TA")


@pytest.mark.parametrize("more", [["--replace", "no.csv"], ["--effective", "2026-1-1"], ["--effective", "2026-W01-1"],
                                  ["--effective", "0001-01-01"], ["--effective", ""], ["--nonsense"]])  # fmt: skip
def test_wrong_usage_is_status_2_and_keeps_nothing(files: Files, capsys: Any, more: list[str]) -> None:
    try:
        status: Any = main(["import", str(files.write()), *more])
    except SystemExit as left:
        status = left.code
    assert status == 2 and capsys.readouterr().err and not Taxpayer.objects.exists()


def test_a_folder_that_is_none_is_status_2(files: Files, capsys: Any) -> None:
    assert main(["import", str(files.folder / "nowhere")]) == 2
    assert capsys.readouterr().err.startswith("countersign import: ")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_rows_rate_and_time_left_to_a_person_only(files: Files, monkeypatch: Any) -> None:
    terminal = Terminal()
    monkeypatch.setattr(command.sys, "stderr", terminal)
    assert main(["import", str(files.write()), "--check-only"]) == 0
    shown = terminal.getvalue()
    assert "accounts.csv" in shown and "5 rows" in shown and "/s" in shown and "s left" in shown and "facts" in shown
    plain = io.StringIO()
    monkeypatch.setattr(command.sys, "stderr", plain)
    assert main(["import", str(files.write()), "--check-only"]) == 0
    assert plain.getvalue() == ""
