"""Start everything that the demo is made of, say where it is, and take it all down again.

Every child is on a leash (:mod:`countersign.postgres.leash`): it ends with this program, however that ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import psycopg

from countersign.demo import neighbour
from countersign.demo.cast import AGENCY_NAME, AGENCY_PHONE
from countersign.demo.lasting import TOP, lasting_secret, program_version
from countersign.demo.ports import HOST, SITE, listen, port_of
from countersign.demo.world import known_since, today_in
from countersign.postgres import leash
from countersign.postgres.cluster import Cluster

READY_SECONDS = 60.0


class Failed(Exception):
    """Something of the demo does not run; the text says what, and where to read more."""


class Stopped(Exception):
    """Somebody asked the demo to stop: Ctrl-C, SIGTERM, a closed terminal."""


class Demo:
    """The running demo: its children, in the order in which they were started.

    Whoever wants it to stop, even while it starts, sets ``asked_to_stop``: it is heeded within a moment.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.asked_to_stop = False
        self._port = port
        self._cluster: Cluster | None = None
        self._children: dict[str, leash.Leashed] = {}
        self.address = self.mailbox = ""

    def start(self) -> None:
        """Start everything and wait until it answers. Raises Failed, Stopped, ClusterFailed, NoPostgres."""
        # Still there after a kill: then our ports may just be becoming free.
        unclean = (self.folder / "running.json").exists()
        (self.folder / "running.json").unlink(missing_ok=True)
        web = listen(self._port, patience=3.0 if unclean else 0.0)
        mail_web, mail_smtp = listen(8025, patience=1.0 if unclean else 0.0), listen(0)
        self.address, self.mailbox = f"http://{SITE}:{port_of(web)}/", f"http://{HOST}:{port_of(mail_web)}/"
        environment = self._environment(port_of(mail_smtp))
        self._child(
            "mailbox",
            [sys.executable, "-m", "countersign.demo.mailbox", "--smtp", str(mail_smtp.fileno()),
             "--web", str(mail_web.fileno()), "--store", str(self.folder / "mail.sqlite")],
            environment, keep_open=(mail_smtp.fileno(), mail_web.fileno()),
        )  # fmt: skip
        owner = {"DATABASE_OWNER_URL": environment.pop("DATABASE_OWNER_URL")}
        self._migrate(environment | owner)
        self._bring_world(environment, owner["DATABASE_OWNER_URL"])
        # Workers are forked from one loaded program: half the start, half the memory.
        self._child(
            "web",
            [sys.executable, "-m", "gunicorn", "--bind", f"fd://{web.fileno()}", "--worker-class", "gthread",
             "--workers", "2", "--threads", "16", "--preload", "--no-control-socket", "--graceful-timeout", "5",
             "--timeout", "60", "--log-level", "warning", "countersign.config.wsgi:application"],
            environment, keep_open=(web.fileno(),), death_signal=signal.SIGQUIT,
        )  # fmt: skip
        self._child("worker", _command("worker"), environment)
        for listener in (web, mail_web, mail_smtp):
            # The children hold them now; a dead child must not leave a socket that nobody answers.
            listener.close()
        self._wait_until_answering()
        neighbour.tell(self.folder, environment)
        (self.folder / "running.json").write_text(json.dumps({"address": self.address, "mailbox": self.mailbox}))

    def _environment(self, smtp_port: int) -> dict[str, str]:
        # These stand where somebody has set them already; the rest is the demo's own, so that no mail gets out.
        defaults = {
            "COUNTERSIGN_AGENCY_NAME": AGENCY_NAME,
            "COUNTERSIGN_AGENCY_PHONE": AGENCY_PHONE,
            "COUNTERSIGN_SECRET_KEY": lasting_secret(self.folder / "secret-key"),
            "COUNTERSIGN_IDENTIFIER_KEY": lasting_secret(self.folder / "identifier-key"),
            # A visitor wants to look around first: the pages say that this is so only here.
            "COUNTERSIGN_SECOND_FACTOR_OWN": "optional",
            "COUNTERSIGN_SECOND_FACTOR_SECONDARY": "optional",
            "COUNTERSIGN_SECOND_FACTOR_STAFF": "optional",
        }
        own = {
            "DJANGO_SETTINGS_MODULE": "countersign.config.settings",
            "COUNTERSIGN_DEMO": "yes",
            "COUNTERSIGN_BASE_URL": self.address.rstrip("/"),
            "COUNTERSIGN_SMTP_HOST": HOST,
            "COUNTERSIGN_SMTP_PORT": str(smtp_port),
        }
        url = os.environ.get("DATABASE_URL", "")
        owner = os.environ.get("DATABASE_OWNER_URL") or url
        if not url:
            self._cluster = Cluster(self.folder / "postgres")
            self._cluster.start()
            url, owner = self._cluster.url(), self._cluster.owner_url()
        own |= {"DATABASE_URL": url, "DATABASE_OWNER_URL": owner, "PYTHONUNBUFFERED": "1"}
        return {**defaults, **os.environ, **own}

    def _migrate(self, environment: Mapping[str, str]) -> None:
        """Bring the database up to date; our own is known to be, while the program is the same."""
        stamp, version = self.folder / "migrated", program_version()
        if self._cluster is not None and stamp.exists() and stamp.read_text() == version:
            return
        self._step("migrate", ["migrate", "--quiet"], environment)
        stamp.write_text(version)

    def _bring_world(self, environment: Mapping[str, str], owner_url: str) -> None:
        with psycopg.connect(owner_url) as connection:
            row = connection.execute("select exists (select from taxpayers_taxpayer)").fetchone()
        if row is not None and row[0]:
            return
        print("making the demo's agency …", flush=True)
        world = self.folder / "world"
        today = today_in(environment.get("COUNTERSIGN_TIME_ZONE", "America/New_York"))
        self._step("demo-world", ["demo-world", str(world), "--today", today.isoformat()], environment)
        # Access began long ago, so that there is a past to ask about.
        self._step("import", ["import", str(world), "--effective", known_since(today).isoformat()], environment)
        self._step("demo-factors", ["demo-factors"], environment)

    def _step(self, name: str, arguments: list[str], environment: Mapping[str, str]) -> None:
        """Run one command to its end."""
        with self._log(name) as output:
            running = leash.start(_command(*arguments), output=output, environment=environment, directory=TOP)
            try:
                while (status := running.child.poll()) is None:
                    self._heed()
                    time.sleep(0.02)
            finally:
                running.end()
        if status:
            raise Failed(f"`countersign {arguments[0]}` failed: {_last_words(self.folder / f'{name}.log')}")

    def _child(
        self,
        name: str,
        command: list[str],
        environment: Mapping[str, str],
        *,
        keep_open: tuple[int, ...] = (),
        death_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self._heed()
        with self._log(name) as output:
            self._children[name] = leash.start(
                command, output=output, environment=environment, directory=TOP,
                keep_open=keep_open, death_signal=death_signal,
            )  # fmt: skip

    def _log(self, name: str) -> IO[bytes]:
        return (self.folder / f"{name}.log").open("ab")

    def _wait_until_answering(self) -> None:
        waiting = [f"{self.address}healthz", self.mailbox]
        deadline = time.monotonic() + READY_SECONDS
        while waiting:
            self.check()
            if _answers(waiting[0]):
                waiting.pop(0)
            elif time.monotonic() > deadline:
                raise Failed(f"{waiting[0]} does not answer; see {self.folder}/*.log")
            else:
                time.sleep(0.05)

    def _heed(self) -> None:
        if self.asked_to_stop:
            raise Stopped

    def check(self) -> None:
        """Raise Stopped if somebody asked for it, Failed if something that should run has ended."""
        self._heed()
        for name, running in self._children.items():
            if running.child.poll() is not None:
                raise Failed(f"{name} has ended: {_last_words(self.folder / f'{name}.log')}")
        if self._cluster is not None and not self._cluster.runs():
            raise Failed(f"PostgreSQL has ended; see {self._cluster.log}")

    def stop(self) -> None:
        """End everything, the database last. Harmless when nothing was started."""
        asked = list(reversed(self._children.values()))
        for running in asked:
            running.ask()
        for running in asked:
            running.end(seconds=8.0)
        self._children.clear()
        if self._cluster is not None:
            self._cluster.stop()
        (self.folder / "running.json").unlink(missing_ok=True)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "countersign.command_line", *arguments]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError as problem:
        # Something answers, if not what was asked for.
        return problem.code < 500
    except OSError:
        return False


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"{lines[-1] if lines else 'it said nothing'} (see {log})"
