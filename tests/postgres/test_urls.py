"""DATABASE_URL, as Django's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from countersign.postgres.urls import APPLICATION_ROLE, parse_database_url, socket_url


@pytest.mark.parametrize(
    ("url", "host", "port", "name", "login", "password"),
    [
        ("postgresql://me:s%40crt@db.example:6432/tax", "db.example", "6432", "tax", "me", "s@crt"),
        ("postgres://me@db.example", "db.example", "", "countersign", "me", ""),
        ("postgresql://me@%2Frun%2FPostgreSQL/tax", "/run/PostgreSQL", "", "tax", "me", ""),
        ("postgresql://me@%2Frun%2Fpg:6432/tax", "/run/pg", "6432", "tax", "me", ""),
        ("postgresql://me@/tax?host=/run/My%20Files&port=6432", "/run/My Files", "6432", "tax", "me", ""),
        ("postgresql:///tax?user=me&password=x", "", "", "tax", "me", "x"),
        ("", "", "", "countersign", "", ""),
    ],
)
def test_an_address_is_read(url: str, host: str, port: str, name: str, login: str, password: str) -> None:
    entry = parse_database_url(url)
    found = (entry["HOST"], entry["PORT"], entry["NAME"], entry["USER"], entry["PASSWORD"])
    assert found == (host, port, name, login, password)


def test_the_application_steps_down_and_the_owner_does_not() -> None:
    url = "postgresql://me@db.example/tax?sslmode=require&options=-c%20lock_timeout%3D5s"
    application, owner = parse_database_url(url), parse_database_url(url, step_down=False)
    assert f"-c role={APPLICATION_ROLE}" in application["OPTIONS"]["options"]
    assert "-c lock_timeout=5s" in application["OPTIONS"]["options"]
    assert application["OPTIONS"]["sslmode"] == "require"
    assert owner["OPTIONS"] == {"sslmode": "require", "options": "-c lock_timeout=5s"}


def test_the_pool_can_be_turned_off() -> None:
    assert "pool" in parse_database_url("postgresql://db.example/tax")["OPTIONS"]
    assert "pool" not in parse_database_url("postgresql://db.example/tax?pool=no")["OPTIONS"]


@pytest.mark.parametrize("url", ["mysql://db.example/tax", "sqlite:///file", "postgresql://db.example:port/tax"])
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"DATABASE_URL|[Pp]ort"):
        parse_database_url(url)


def test_a_socket_directory_with_blanks_comes_back() -> None:
    url = socket_url(login="me", socket_directory=Path("/tmp/two words/ä"), database="tax")  # noqa: S108
    assert parse_database_url(url)["HOST"] == "/tmp/two words/ä"  # noqa: S108
