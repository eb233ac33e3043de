"""Signing in through the real web server: how many a second, at what cost, and whether its answers tell who exists.

``python -m benchmarks.sign_in [--small]``: gunicorn with two processes of 16 threads on a database of its own.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from benchmarks.databases import TOP, Database, server, working_on
from benchmarks.harness import Timing, report

PASSWORD = "seven quiet ferries at noon"  # noqa: S105 - of invented logons
TICKS = os.sysconf("SC_CLK_TCK")
SMALL = "--small" in sys.argv
PAIRS = 20 if SMALL else 200
SIGN_INS = 60 if SMALL else 400
PARALLEL = 40 if SMALL else 200
DATASET = f"{PAIRS * 3 + 2} logons"


def fill(database: Database) -> float:
    """Logons to sign in with; how many CPU seconds one hash takes while both cores compute one."""
    with working_on(database):
        from django.contrib.auth.hashers import make_password
        from django.utils import timezone

        from countersign.access.models import LogonStanding
        from countersign.logons.models import Logon
        from countersign.logons.passwords import password_matches

        salt = "benchmarksaltbenchmark"
        hashed = make_password(PASSWORD, salt=salt)
        names = [
            "signs.in",
            *(f"wrong.{n}" for n in range(PAIRS)),
            *(f"inactive.{n}" for n in range(PAIRS)),
            "zz.known",
        ]
        made = Logon.objects.bulk_create(
            Logon(username=name, first_name="A", last_name="B", email=f"{name}@mail.example", email_confirmed=True,
                  password=hashed, password_salt=salt)
            for name in names
        )  # fmt: skip
        before = timezone.now() - timedelta(days=1)
        LogonStanding.objects.bulk_create(
            LogonStanding(
                logon=one, status="deactivated" if one.username.startswith("inactive") else "active", begins_at=before
            )
            for one in made
        )
        password_matches(made[0], PASSWORD)
        # As busy as the web server will be: a hash on each core, and memory that both wait for.
        began, rounds = time.process_time(), 100
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda _: password_matches(made[0], PASSWORD), range(rounds)))
        return (time.process_time() - began) / rounds


@dataclass(frozen=True)
class Answer:
    """What one try got back, without what differs by chance."""

    status: int
    headers: frozenset[str]
    body: str
    milliseconds: float


class Site:
    """The running web server."""

    def __init__(self, port: int, master: int, hashes: Path) -> None:
        self.port, self.master, self._hashes = port, master, hashes

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return [int(pid) for pid in children.split()]

    def cpu(self) -> float:
        """CPU seconds that they used so far."""
        total = 0
        for pid in self.workers():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def hash_cpu(self) -> float:
        """CPU seconds that they used for hashes so far (:mod:`benchmarks.timed_hash`)."""
        return sum(float(path.read_text()) for path in self._hashes.iterdir())

    def peak_mib(self) -> float:
        """The most memory that one of them ever had."""
        found = [Path(f"/proc/{pid}/status").read_text() for pid in self.workers()]
        return max(int(re.search(r"VmHWM:\s+(\d+)", text)[1]) for text in found) / 1024  # type: ignore[index]


class Visitor:
    """A browser that has the Log In page open, on one connection."""

    def __init__(self, site: Site) -> None:
        self.connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
        self.connection.request("GET", "/log-in/")
        response = self.connection.getresponse()
        page = response.read().decode()
        self.cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found, page[:500]
        self.token = found[1]

    def try_it(self, username: str, password: str) -> Answer:
        """Send the form once."""
        body = urlencode({"csrfmiddlewaretoken": self.token, "username": username, "password": password})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        began = time.perf_counter()
        self.connection.request("POST", "/log-in/", body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        milliseconds = (time.perf_counter() - began) * 1000
        for written in response.headers.get_all("Set-Cookie") or ():
            if written.startswith("device=") and "device=" not in self.cookie:
                self.cookie += f"; {written.partition(';')[0]}"
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text).replace(username, "")
        text = re.sub(r"\b\d+ (seconds?|minutes?)", "", text)
        return Answer(response.status, frozenset(name.lower() for name, _ in response.getheaders()), text, milliseconds)


@contextmanager
def serving(database: Database) -> Iterator[Site]:
    """Gunicorn as docs/operations.md starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    optional = {f"COUNTERSIGN_SECOND_FACTOR_{kind}": "optional" for kind in ("OWN", "SECONDARY", "STAFF")}
    environment = {**os.environ, **database.environment, **optional, "COUNTERSIGN_SOURCE_FAILURES": "1000000"}
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
               "--workers", "2", "--threads", "16", "--preload", "--log-level", "warning",
               "benchmarks.timed_hash:application"]  # fmt: skip
    with Path(os.devnull).open("w") as nowhere, TemporaryDirectory() as hashes:
        environment["BENCHMARK_HASH_SECONDS"] = hashes
        child = subprocess.Popen(command, env=environment, cwd=TOP, stdout=nowhere, stderr=nowhere)
        try:
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            time.sleep(1)
            yield Site(port, child.pid, Path(hashes))
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(20)


def throughput(site: Site, hash_seconds: float) -> bool:
    """Four browsers, one after the other each: sign-ins a second, and CPU for each against the hash alone."""
    visitors = [Visitor(site) for _ in range(4)]
    for visitor in visitors:
        assert visitor.try_it("signs.in", PASSWORD).status == 303
    statuses: list[int] = []

    def work(visitor: Visitor) -> None:
        for _ in range(SIGN_INS // len(visitors)):
            statuses.append(visitor.try_it("signs.in", PASSWORD).status)

    cpu, hashing, began = site.cpu(), site.hash_cpu(), time.perf_counter()
    _together([threading.Thread(target=work, args=[visitor]) for visitor in visitors])
    seconds, used, hashing = time.perf_counter() - began, site.cpu() - cpu, site.hash_cpu() - hashing
    done = statuses.count(303)
    assert done == len(statuses), statuses
    good = report("sign_in throughput", DATASET, _of([seconds / done * 1000], done), at_most=50)
    each, alone = _of([used / done * 1000], done), _of([hashing / done * 1000], done)
    print(f"one hash, on two idle cores: {hash_seconds * 1000:.1f} ms")
    return report("sign_in cpu", DATASET, each, baseline=alone, ratio_at_most=1.25) and good


# In a process of its own: beside 200 threads it would measure how long it waits for its own interpreter.
_LOOKER = """
import http.client, sys, threading, time
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
while not over.is_set():
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
    began = time.perf_counter()
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    print((time.perf_counter() - began) * 1000, flush=True)
    connection.close()
    time.sleep(0.02)
"""


def many_at_once(site: Site) -> bool:
    """All at the same moment: in, or 503 with Retry-After; meanwhile /healthz, and the memory afterwards."""
    visitors = [Visitor(site) for _ in range(PARALLEL)]
    statuses: list[int] = []
    command = [sys.executable, "-c", _LOOKER, str(site.port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as looking:
        assert looking.stdout is not None
        looking.stdout.readline()  # it stands
        _together(
            [
                threading.Thread(target=lambda one=one: statuses.append(one.try_it("signs.in", PASSWORD).status))
                for one in visitors
            ]
        )
        told, _ = looking.communicate()
    assert looking.returncode == 0
    health = [float(line) for line in told.split()]
    print({status: statuses.count(status) for status in sorted(set(statuses))}, f"peak {site.peak_mib():.0f} MiB")
    assert set(statuses) <= {303, 503}
    good = report("sign_in healthz, slowest", f"{PARALLEL} at once", _of([max(health)], len(health)), at_most=200)
    return good and site.peak_mib() < 600


def indistinguishable(site: Site) -> bool:
    """Unknown, wrong and inactive; and two usernames that are locked: same answers, no telling times."""
    visitor = Visitor(site)
    tries: dict[str, list[Answer]] = {"unknown": [], "wrong": [], "inactive": []}
    for number in range(PAIRS):
        for kind, found in tries.items():
            found.append(visitor.try_it(f"{kind}.{number}", PASSWORD if kind == "inactive" else "not the password"))
    for name in ("zz.known", "zz.nobody"):
        for _ in range(5):
            visitor.try_it(name, "not the password")
    locked: dict[str, list[Answer]] = {"zz.known": [], "zz.nobody": []}
    for _ in range(PAIRS):
        for name, found in locked.items():
            found.append(visitor.try_it(name, "not the password"))
    good = True
    for first, second in (("unknown", "wrong"), ("unknown", "inactive"), ("zz.known", "zz.nobody")):
        one, other = ({**tries, **locked}[kind] for kind in (first, second))
        same = {(a.status, a.headers, a.body) for a in (*one, *other)}
        if len(same) != 1:
            print(f"{first} and {second} are told apart by their answers")
            good = False
        print(
            *(
                f"{kind} {statistics.median(a.milliseconds for a in found):.2f} ms"
                for kind, found in ((first, one), (second, other))
            )
        )
        gaps = [abs(statistics.median(a.milliseconds for a in one) - statistics.median(b.milliseconds for b in other))]
        good &= report(f"sign_in gap {first}/{second}", DATASET, _of(gaps, PAIRS), at_most=5)
    return good


def _of(milliseconds: Sequence[float], runs: int) -> Timing:
    return Timing(max(milliseconds), max(milliseconds), max(2, runs))


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> int:
    """All of it; 1 where a limit is missed."""
    with server() as running:
        database = running.fresh("bench_sign_in")
        hash_seconds = fill(database)
        with serving(database) as site:
            results: list[Any] = [throughput(site, hash_seconds), indistinguishable(site), many_at_once(site)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
