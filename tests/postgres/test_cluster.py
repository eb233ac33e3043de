"""The private server: closed to others, adopted when it runs already, gone when its parent is."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from countersign.postgres import binaries
from countersign.postgres.cluster import Cluster, ClusterFailed
from countersign.postgres.postmaster import is_postgres, read_postmaster
from countersign.postgres.roles import SUPERUSER, make_application_role
from countersign.postgres.urls import APPLICATION_ROLE, parse_database_url

_STARTS_ONE = """
import sys, time
from pathlib import Path
from countersign.postgres.cluster import Cluster
server = Cluster(Path(sys.argv[1]), durable=False)
server.start()
print(server.pid, flush=True)
time.sleep(120)
"""


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def other_parent(short_folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that has started a server in the same folder; its first line is the server's number."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _STARTS_ONE, str(short_folder / "postgres")], stdout=subprocess.PIPE, text=True
    )
    yield parent
    parent.kill()
    parent.wait()
    assert parent.stdout is not None
    parent.stdout.close()


def _pid_from(parent: subprocess.Popen[str]) -> int:
    assert parent.stdout is not None
    return int(parent.stdout.readline())


def test_it_listens_on_no_port_and_its_files_are_closed(server: Cluster) -> None:
    with psycopg.connect(server.url("postgres", login=SUPERUSER)) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    for directory in (server.files, server.folder / "socket"):
        status = directory.stat()
        assert stat.S_IMODE(status.st_mode) == 0o700
        assert status.st_uid == server.account.uid


def test_both_roles_are_there_and_neither_is_powerful(server: Cluster) -> None:
    for url in (server.url(), server.owner_url()):
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "select rolsuper, rolbypassrls from pg_roles where rolname = current_user"
            ).fetchone()
            assert row == (False, False)


def test_the_two_extensions_that_the_owner_needs_can_be_made(server: Cluster) -> None:
    with psycopg.connect(server.owner_url()) as connection:
        connection.execute("create extension pg_trgm")
        connection.execute("create extension btree_gin")
        assert connection.execute("select lower('ÉÑ'), similarity('peña', 'peñas') > 0.5").fetchone() == ("éñ", True)


def test_what_was_written_is_there_after_a_restart(short_folder: Path) -> None:
    server = Cluster(short_folder / "postgres")
    with server, psycopg.connect(server.owner_url()) as connection:
        connection.execute("create table kept (id int)")
    assert read_postmaster(server.files) is None
    with server, psycopg.connect(server.owner_url()) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)


def test_a_running_server_is_adopted_and_can_be_stopped(
    short_folder: Path, other_parent: subprocess.Popen[str]
) -> None:
    pid = _pid_from(other_parent)
    second = Cluster(short_folder / "postgres", durable=False)
    second.start()
    assert second.adopted
    assert second.pid == pid
    with psycopg.connect(second.url()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    second.stop()
    assert not is_postgres(pid)


def test_it_dies_with_its_parent_even_when_that_is_killed(
    short_folder: Path, other_parent: subprocess.Popen[str]
) -> None:
    pid = _pid_from(other_parent)
    assert is_postgres(pid)
    other_parent.send_signal(signal.SIGKILL)
    assert eventually(lambda: not is_postgres(pid))
    # The next start finds what the dead one left, and comes up.
    with Cluster(short_folder / "postgres", durable=False) as third:
        assert not third.adopted


def test_an_adopted_server_dies_with_whoever_adopted_it(
    short_folder: Path, other_parent: subprocess.Popen[str]
) -> None:
    pid = _pid_from(other_parent)
    adopter = subprocess.Popen(
        [sys.executable, "-c", _STARTS_ONE, str(short_folder / "postgres")], stdout=subprocess.PIPE, text=True
    )
    assert _pid_from(adopter) == pid
    adopter.kill()
    adopter.communicate()
    assert eventually(lambda: not is_postgres(pid))


def test_a_left_over_pid_file_of_a_stranger_is_no_server(short_folder: Path) -> None:
    server = Cluster(short_folder / "postgres", durable=False)
    with server:
        left = (server.files / "postmaster.pid").read_text().splitlines()
    left[0] = str(os.getpid())
    (server.files / "postmaster.pid").write_text("\n".join(left) + "\n")
    with server:
        assert not server.adopted
        assert server.pid != os.getpid()


def test_a_folder_of_another_version_is_refused_in_words(short_folder: Path) -> None:
    server = Cluster(short_folder / "postgres", durable=False)
    with server:
        pass
    (server.files / "PG_VERSION").write_text("9\n")
    with pytest.raises(ClusterFailed, match="made by PostgreSQL 9"):
        server.start()


def test_a_long_path_gets_a_short_socket(short_folder: Path) -> None:
    deep = short_folder / ("long " * 10) / ("deep " * 10)
    deep.mkdir(parents=True)
    with Cluster(deep / "postgres", durable=False) as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
        sockets = Path(parse_database_url(server.url())["HOST"])
        assert len(os.fsencode(sockets)) < 85
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    sockets.rmdir()


def test_without_any_postgres_the_error_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_places", lambda: iter(()))
    with pytest.raises(binaries.NoPostgres, match="apt-get install postgresql"):
        binaries.find_binaries()


def test_the_owner_makes_the_applications_role_and_steps_down_to_it(server: Cluster) -> None:
    """As on an agency's own server: one DATABASE_URL, whose login may create roles and is no superuser."""
    with psycopg.connect(server.url("postgres", login=SUPERUSER), autocommit=True) as connection:
        connection.execute(f"drop role {APPLICATION_ROLE}")
    with psycopg.connect(server.owner_url(), autocommit=True) as connection:
        make_application_role(connection)
        make_application_role(connection)
    entry = parse_database_url(server.owner_url())
    with psycopg.connect(server.owner_url(), options=entry["OPTIONS"]["options"]) as connection:
        assert connection.execute("select current_user").fetchone() == (APPLICATION_ROLE,)
        assert connection.execute("select rolcanlogin from pg_roles where rolname = current_user").fetchone() == (
            False,
        )


def test_a_powerful_application_role_is_refused(server: Cluster) -> None:
    with psycopg.connect(server.url("postgres", login=SUPERUSER), autocommit=True) as connection:
        connection.execute(f"alter role {APPLICATION_ROLE} bypassrls")
        with pytest.raises(RuntimeError, match="BYPASSRLS"):
            make_application_role(connection)
