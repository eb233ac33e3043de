"""What tests/conftest.py stands on: the session's server, and the browser."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from countersign.postgres.cluster import Cluster
from countersign.postgres.urls import parse_database_url

# Where a session's processes find its server, its private files, and the name that its databases begin with.
_OWNER, _APPLICATION = "COUNTERSIGN_TEST_OWNER_URL", "COUNTERSIGN_TEST_APPLICATION_URL"
_FOLDER, _PREFIX = "COUNTERSIGN_TEST_FOLDER", "COUNTERSIGN_TEST_PREFIX"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Server:
    """The session's PostgreSQL: started by the first process that needs it, found by the others."""

    def __init__(self) -> None:
        self._cluster: Cluster | None = None
        self._folder: Path | None = None
        self._alive: IO[str] | None = None

    def start(self) -> None:
        """Start, unless this process or its parent already did. From the main thread."""
        if _OWNER in os.environ:
            return
        _sweep()
        self._folder = Path(tempfile.mkdtemp(prefix="countersign-tests-"))
        self._folder.chmod(0o755)
        self._alive = (self._folder / "alive").open("w")
        fcntl.flock(self._alive, fcntl.LOCK_EX)
        application = os.environ.get("DATABASE_URL", "")
        owner = os.environ.get("DATABASE_OWNER_URL") or application
        if not application:
            self._cluster = Cluster(self._folder / "postgres", durable=False)
            self._cluster.start()
            application, owner = self._cluster.url(), self._cluster.owner_url()
        os.environ.update(
            {_OWNER: owner, _APPLICATION: application, _FOLDER: str(self._folder), _PREFIX: f"test_{os.getpid()}"}
        )

    def stop(self) -> None:
        """End what this process started; the others' is left alone."""
        if self._folder is None:
            return
        if self._cluster is not None:
            self._cluster.stop()
        else:
            self.drop_database("template")
        for name in (_OWNER, _APPLICATION, _FOLDER, _PREFIX):
            os.environ.pop(name, None)
        if self._alive is not None:
            self._alive.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None

    def new_database(self, worker: str) -> str:
        """A fresh, migrated database for one worker; the first to ask makes the template that all copy."""
        self.start()
        name, template = f"{os.environ[_PREFIX]}_{worker}", f"{os.environ[_PREFIX]}_template"
        with (Path(os.environ[_FOLDER]) / "template.lock").open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.seek(0)
            if not lock.read():
                self._create(template, "template0")
                self._migrate(template)
                lock.write("made")
            self._create(name, template)
        return name

    def _create(self, name: str, template: str) -> None:
        self._administer(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)),
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(template)
            ),
        )

    def _migrate(self, name: str) -> None:
        from countersign.command_line.migrate import migrate_as_owner

        migrate_as_owner(self.owner_entry(name))

    def drop_database(self, name: str) -> None:
        """Away with it, whoever is still connected."""
        if not name.startswith("test_"):
            name = f"{os.environ[_PREFIX]}_{name}"
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        for attempt in range(100):
            try:
                self._administer(drop)
            except psycopg.errors.InsufficientPrivilege:
                # The server's own autovacuum works in it, which only a superuser may end: it is soon done.
                if attempt == 99:
                    raise
                time.sleep(0.1)
            else:
                return

    def _administer(self, *statements: sql.Composed) -> None:
        with psycopg.connect(self.owner_url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def run_as_owner(self, name: str, statements: Iterable[str]) -> None:
        """Run the statements in one transaction as the owner of the database."""
        with psycopg.connect(self.owner_url(name)) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def owner_url(self, database: str) -> str:
        """DATABASE_OWNER_URL for one of the session's databases."""
        return _on(os.environ[_OWNER], database)

    def application_url(self, database: str) -> str:
        """DATABASE_URL for one of the session's databases."""
        return _on(os.environ[_APPLICATION], database)

    def owner_entry(self, database: str) -> dict[str, Any]:
        """The owner's login as an entry of DATABASES."""
        return parse_database_url(self.owner_url(database), step_down=False)

    def application_entry(self, database: str) -> dict[str, Any]:
        """The application's login as an entry of DATABASES, stepped down to its role."""
        entry = parse_database_url(self.application_url(database))
        # Tests look at one connection's transaction; a pool would hand out another.
        entry["OPTIONS"].pop("pool")
        entry["CONN_HEALTH_CHECKS"] = False
        return entry


def _on(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _sweep() -> None:
    """Remove what sessions left that were killed: nobody holds their lock any more."""
    for folder in Path(tempfile.gettempdir()).glob("countersign-tests-*"):
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            continue
        try:
            with (folder / "alive").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def find_chromium() -> str | None:
    """A Chromium of the system, or the one that COUNTERSIGN_CHROMIUM names."""
    named = os.environ.get("COUNTERSIGN_CHROMIUM", "")
    for name in (named, *_NAMES) if re.search(r"\S", named) else _NAMES:
        if found := shutil.which(name):
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return str(mac) if mac.is_file() else None
