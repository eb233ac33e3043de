"""What commands answer where there is nothing to answer from, and to a script: one line, a status, JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from countersign.command_line import main

TOP = Path(__file__).resolve().parents[2]


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "countersign.command_line", *arguments],
        cwd=TOP,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_OWNER_URL"])
@pytest.mark.parametrize("url", ["nonsense", "sqlite:///file", "postgresql://host:port/name"])
def test_an_address_that_is_none(name: str, url: str) -> None:
    ended = _run("check", "somebody", "view", "X-1", **{"DATABASE_URL": "postgresql://localhost:1/none", name: url})
    assert ended.returncode == 2 and ended.stdout == ""
    assert ended.stderr.startswith(f"countersign: {name} cannot be used: ")
    assert len(ended.stderr.splitlines()) == 1


def test_no_server() -> None:
    ended = _run("check", "somebody", "view", "X-1", DATABASE_URL="postgresql://localhost:1/none")
    assert ended.returncode == 2 and ended.stdout == ""
    assert "no database answers" in ended.stderr and len(ended.stderr.splitlines()) == 1


@pytest.mark.django_db
def test_a_database_without_tables(capsys: pytest.CaptureFixture[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO pg_temp")
    assert main(["check", "somebody", "view", "X-1"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.endswith("run countersign migrate\n")


@pytest.mark.django_db
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_file_that_cannot_be_read_leaves_the_output_empty(
    more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "questions.csv"
    file.write_text("username;action;account_number\n")
    for given in (file, tmp_path / "none.csv"):
        assert main(["check", "--file", str(given), *more]) == 2
        said = capsys.readouterr()
        assert said.out == "" and said.err.startswith("countersign: ")
    file.write_text("username,action,account_number\n")
    assert main(["check", "--file", str(file), *more]) == 0
    assert capsys.readouterr().out == ("[]\n" if more else "username,action,account_number,decision,reason,rights\n")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["customers", "verify"], {"differences": 0}),
        (["customers", "rebuild"], {"differences": 0}),
        (["mail", "retry"], {"due": 0}),
        (["letters", "printed", "1"], {"printed": 0}),
        (["letters", "list"], []),
    ],
)
def test_an_operator_may_have_json(command: list[str], said: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == said
