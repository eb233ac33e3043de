"""The benchmarks' databases: a server of their own (or DATABASE_URL's), and worlds that are imported once."""

from __future__ import annotations

import fcntl
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks.world import EFFECTIVE, Parameters, write_world
from countersign.postgres.cluster import Cluster

TOP = Path(__file__).resolve().parent.parent
BENCH = TOP / "build" / "bench"
# Identifiers and proofs are stored as keyed hashes: a lasting key, so that a cached world stays good.
_ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "countersign.config.settings",
    "COUNTERSIGN_SECRET_KEY": "of no value: benchmarks only, never served",
}


@dataclass(frozen=True)
class Finished:
    """A command that ran to its end: seconds, and the most memory that it had, in MiB."""

    seconds: float
    peak_mib: float


@dataclass(frozen=True)
class Database:
    """One database, by the addresses of its two logins."""

    name: str
    url: str
    owner_url: str

    @property
    def environment(self) -> dict[str, str]:
        """For a command of Countersign's that works on it."""
        return {**_ENVIRONMENT, "DATABASE_URL": self.url, "DATABASE_OWNER_URL": self.owner_url}

    def run(self, *arguments: str) -> Finished:
        """``countersign`` with these arguments on this database. Raises RuntimeError when it fails."""
        command = [sys.executable, "-m", "countersign.command_line", *arguments]
        started = time.perf_counter()
        with (BENCH / "last-command.log").open("w+") as log:
            child = subprocess.Popen(
                command, env={**os.environ, **self.environment}, cwd=TOP, stdout=log, stderr=subprocess.STDOUT
            )
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.perf_counter() - started
            if child.returncode:
                log.seek(0)
                raise RuntimeError(f"{' '.join(arguments[:1])} failed:\n{log.read()[-2000:]}")
        return Finished(seconds, _mib(usage.ru_maxrss))


def _mib(maxrss: int) -> float:
    return maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


class Server:
    """Where the benchmarks' databases are."""

    def __init__(self, url: str, owner_url: str) -> None:
        self._url, self._owner_url = url, owner_url

    def database(self, name: str) -> Database:
        """A database by name, whether it exists or not."""
        return Database(name, _on(self._url, name), _on(self._owner_url, name))

    def administer(self, statement: sql.Composed) -> list[tuple[object, ...]]:
        """Run one statement as owner, outside of the benchmarks' databases."""
        with psycopg.connect(_on(self._owner_url, "postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def drop(self, name: str) -> None:
        """Away with a database, if it is there."""
        self.administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def fresh(self, name: str) -> Database:
        """A new, migrated, empty database."""
        self.drop(name)
        self.administer(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
        database = self.database(name)
        database.run("migrate", "--quiet")
        return database

    @contextmanager
    def copy(self, database: Database, name: str) -> Iterator[Database]:
        """A copy of it, for what has to be committed and would spoil a world. Dropped at the end."""
        self.drop(name)
        statement = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
        self.administer(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(database.name)))
        try:
            yield self.database(name)
        finally:
            self.drop(name)

    def world(self, parameters: Parameters) -> Database:
        """The database of an imported world: made once, reused as long as parameters and migrations are the same."""
        mark = f"{parameters.name()} {_fingerprint()}"
        name = f"bench_{hashlib.sha256(parameters.name().encode()).hexdigest()[:12]}"
        if self._mark(name) == mark:
            return self.database(name)
        print(f"importing a world of {parameters.taxpayers:,} taxpayers, once …", file=sys.stderr)
        database = self.fresh(name)
        database.run("import", str(folder_of(parameters)), "--effective", EFFECTIVE.isoformat())
        with psycopg.connect(database.owner_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(mark))
        self.administer(comment)
        return database

    def _mark(self, name: str) -> object:
        question = "select shobj_description(oid, 'pg_database') from pg_database where datname = {}"
        rows = self.administer(sql.SQL(question).format(sql.Literal(name)))
        return rows[0][0] if rows else None


@contextmanager
def server() -> Iterator[Server]:
    """The server to measure on: DATABASE_URL's, else a private one in build/bench, stopped at the end.

    One benchmark at a time: a second one waits, because they would measure each other.
    """
    BENCH.mkdir(parents=True, exist_ok=True)
    with (BENCH / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        url = os.environ.get("DATABASE_URL", "")
        if url:
            yield Server(url, os.environ.get("DATABASE_OWNER_URL") or url)
            return
        with Cluster(BENCH / "postgres") as cluster:
            yield Server(cluster.url("postgres"), cluster.owner_url("postgres"))


@contextmanager
def working_on(database: Database) -> Iterator[Database]:
    """Django, in this process, on this database: as the application, like a web server. One after the other."""
    before = {name: os.environ.get(name) for name in database.environment}
    os.environ.update(database.environment)
    import django

    django.setup()
    from django.db import connection

    # The databases of one server differ by name only.
    connection.settings_dict["NAME"] = database.name
    try:
        yield database
    finally:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def loaded_world(parameters: Parameters) -> Iterator[Database]:
    """An imported world, and Django set up on it. For two worlds in one run: ``server`` and ``working_on``."""
    with server() as found, working_on(found.world(parameters)) as database:
        yield database


def folder_of(parameters: Parameters) -> Path:
    """The world's files: written once, kept in build/bench."""
    folder = BENCH / "worlds" / hashlib.sha256(f"{parameters.name()} {_generator()}".encode()).hexdigest()[:12]
    if not folder.is_dir():
        unfinished = folder.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        write_world(unfinished, parameters)
        unfinished.rename(folder)
    return folder


def own_peak_mib() -> float:
    """The most memory that this process had, in MiB."""
    return _mib(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _fingerprint() -> str:
    """Changes when the tables or the world change."""
    return f"{_digest(sorted(TOP.glob('countersign/*/migrations/*.py')))} {_generator()}"


def _generator() -> str:
    return _digest([*sorted((TOP / "countersign" / "demo").glob("c*.py")), TOP / "benchmarks" / "world.py"])


def _digest(paths: Sequence[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:12]


def _on(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
