"""A private PostgreSQL server in a folder: no port, no password, no other account of the machine gets in."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from countersign.postgres import leash
from countersign.postgres.account import SystemAccount, may_enter, server_account
from countersign.postgres.binaries import SHARED, Binaries, find_binaries, within_reach
from countersign.postgres.postmaster import Postmaster, is_postgres, read_postmaster
from countersign.postgres.roles import OWNER_ROLE, SUPERUSER, make_cluster_roles
from countersign.postgres.server_settings import server_settings, who_may_connect
from countersign.postgres.urls import APPLICATION_ROLE, socket_url

# The kernel's limit for a socket's path is 107 bytes (103 on macOS); the socket's own name takes 15.
_SOCKET_DIRECTORY_LIMIT = 85
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0


class ClusterFailed(RuntimeError):
    """The server did not come up; the text ends with the last lines of its log."""


class Cluster:
    """One server and its files, all in ``folder``. ``start`` may be called whatever was left there before."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable
        self.account: SystemAccount = server_account()
        self.adopted = False
        self._leashed: leash.Leashed | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._running: Postmaster | None = None

    # --- Addresses -------------------------------------------------------------------------------------

    @property
    def files(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server said."""
        return self.folder / "server.log"

    @property
    def pid(self) -> int:
        """The running server's process. Raises RuntimeError when nothing runs."""
        return self._server().pid

    def runs(self) -> bool:
        """True while the server that was started or adopted lives."""
        return self._running is not None and is_postgres(self._running.pid)

    def url(self, database: str = "countersign", *, login: str = APPLICATION_ROLE) -> str:
        """DATABASE_URL for the application's login (or another); the server must run."""
        return socket_url(login=login, socket_directory=self._server().socket_directory, database=database)

    def owner_url(self, database: str = "countersign") -> str:
        """DATABASE_OWNER_URL: the login that owns the database's tables."""
        return self.url(database, login=OWNER_ROLE)

    def _server(self) -> Postmaster:
        if self._running is None:
            raise RuntimeError("the server does not run")
        return self._running

    # --- Starting --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make what is missing, adopt a server that runs here already, else start one; both roles exist then.

        The server dies with this process. Call from the main thread. Raises ClusterFailed or NoPostgres.
        """
        self._settle()
        with self._alone():
            found = self._wait_for_old_server()
            if found is not None:
                self._adopt(found)
            else:
                self._launch()
        make_cluster_roles(self.url("postgres", login=SUPERUSER))

    def _settle(self) -> None:
        """Make the folder, elsewhere if the server's account cannot enter it (root's checkout under /root)."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        if not self.account.is_launcher and not may_enter(self.account, self.folder.parent):
            name = hashlib.sha256(os.fsencode(self.folder.parent.resolve() / self.folder.name)).hexdigest()[:12]
            elsewhere = SHARED / f"data-{name}"
            SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
            if not (self.folder.is_symlink() and self.folder.readlink() == elsewhere):
                # Whoever removed the link wanted a fresh start.
                shutil.rmtree(elsewhere, ignore_errors=True)
                self.folder.symlink_to(elsewhere)
            elsewhere.mkdir(mode=0o700, exist_ok=True)
        # Ours alone. The server's account may pass through to its own two directories, and writes nowhere else.
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.folder.chmod(0o700 if self.account.is_launcher else 0o711)

    def _private(self, directory: Path) -> Path:
        """Make a directory that only the server's account can look into."""
        directory.mkdir(mode=0o700, exist_ok=True)
        directory.chmod(0o700)
        if not self.account.is_launcher:
            os.chown(directory, self.account.uid, self.account.gid)
        return directory

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _wait_for_old_server(self) -> Postmaster | None:
        """A server that runs on these files; one that is just going down or coming up is waited for."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            found = read_postmaster(self.files)
            if found is None:
                return None
            if not is_postgres(found.pid):
                # Left behind by a crash; the number may belong to a stranger by now.
                (self.files / "postmaster.pid").unlink(missing_ok=True)
                return None
            if found.ready:
                return found
            time.sleep(0.05)
        raise ClusterFailed(f"the server in {self.files} neither starts nor stops; see {self.log}")

    def _adopt(self, found: Postmaster) -> None:
        self._running = found
        self.adopted = True
        self._watcher = leash.watch(found.pid, signal.SIGINT)

    def _launch(self) -> None:
        binaries = within_reach(find_binaries(), self.account)
        if not (self.files / "PG_VERSION").is_file():
            self._create(binaries)
        made_by = int((self.files / "PG_VERSION").read_text())
        if made_by != binaries.version:
            raise ClusterFailed(
                f"{self.files} was made by PostgreSQL {made_by}, the programs here are {binaries.version}: "
                "remove the folder for a fresh start"
            )
        sockets = self._socket_directory()
        settings = server_settings(durable=self.durable) | who_may_connect(self.folder.resolve())
        command: list[str | Path] = [binaries.directory / "postgres", "-D", self.files.resolve(), "-k", sockets]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as output:
            self._leashed = leash.start(
                command,
                account=self.account,
                # Fast shutdown keeps the files tidy; what is thrown away need not be.
                death_signal=signal.SIGINT if self.durable else signal.SIGQUIT,
                output=output,
                directory=Path("/"),
            )
        self._running = self._wait_until_ready(self._leashed.child)
        self.adopted = False

    def _create(self, binaries: Binaries) -> None:
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._private(fresh)
        if binaries.version >= 17:
            language = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        else:
            language = [f"--locale={'C.UTF-8' if sys.platform == 'linux' else 'en_US.UTF-8'}"]
        # A crash in the middle leaves data.new, which the next start throws away.
        options = ["-U", SUPERUSER, "-A", "peer", "-E", "UTF8", *language, "--no-instructions", "--no-sync"]
        command: list[str | Path] = [binaries.directory / "initdb", "-D", fresh.resolve(), *options]
        with self.log.open("wb") as output:
            made = leash.start(command, account=self.account, output=output, directory=Path("/"))
            if made.child.wait():
                raise ClusterFailed(f"initdb failed: {self._last_words()}")
        fresh.rename(self.files)

    def _socket_directory(self) -> Path:
        sockets = self.folder.resolve() / "socket"
        if len(os.fsencode(sockets)) > _SOCKET_DIRECTORY_LIMIT:
            name = hashlib.sha256(os.fsencode(sockets)).hexdigest()[:12]
            sockets = Path(tempfile.gettempdir()) / f"countersign-{os.geteuid()}-{name}"
        if sockets.is_symlink() or (sockets.exists() and sockets.stat().st_uid not in (os.geteuid(), self.account.uid)):
            raise ClusterFailed(f"{sockets} belongs to somebody else: remove it")
        return self._private(sockets)

    def _wait_until_ready(self, child: subprocess.Popen[bytes]) -> Postmaster:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise ClusterFailed(f"PostgreSQL ended at once: {self._last_words()}")
            found = read_postmaster(self.files)
            if found is not None and found.pid == child.pid and found.ready:
                return found
            time.sleep(0.01)
        child.kill()
        raise ClusterFailed(f"PostgreSQL was not ready in {_START_SECONDS:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return " · ".join(line.strip() for line in lines[-3:] if line.strip()) or "it said nothing"

    # --- Stopping --------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop the server, started or adopted, and wait for its end. Stopping twice is harmless."""
        ask = signal.SIGINT if self.durable else signal.SIGQUIT
        leash.release(self._watcher)
        if self._leashed is not None:
            self._leashed.end(ask=ask, seconds=_STOP_SECONDS)
        elif self._running is not None and is_postgres(self._running.pid):
            os.kill(self._running.pid, ask)
            deadline = time.monotonic() + _STOP_SECONDS
            while is_postgres(self._running.pid) and time.monotonic() < deadline:
                time.sleep(0.02)
        self._leashed = self._watcher = self._running = None

    def __enter__(self) -> Cluster:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
