"""Secondary logons from a CSV file, through the pages and the worker: how long, and whether memory grows.

``python -m benchmarks.secondary_file`` (1,000,000 taxpayers; a firm of 100,000 clients, 2,000 secondary logons)

A browser uploads the file, sees what becomes of each row and submits; ``countersign worker`` adds them. Each size has
a copy of the world, a process of its own for the pages, and a worker of its own. The clock runs from the upload
until the last row is added; the mails come afterwards and do not count. 10,000 rows must take 20 seconds; the worker
may not need more than 1.25 times the memory of 1,000 rows, and the pages, which hold one file (of at most 8 MiB) as a
whole, 64 MiB more. The baseline puts the same rows into the same tables by COPY.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.databases import BENCH, TOP, Database, own_peak_mib, server, working_on
from benchmarks.harness import Timing, begin_report, once, report, report_row
from benchmarks.pages import browser_of
from benchmarks.world import GIANT_PARENT, add_parameters, parameters_from

SIZES = (1_000, 10_000)
AT_MOST, RATIO, MORE_MIB = 20_000, 1.25, 64
PATIENCE = 300


def file_of(rows: int, groups: list[str]) -> bytes:
    """So many people, each in two security groups, every 20th a Master Administrator."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(
        [
            "username",
            "first_name",
            "last_name",
            "email",
            "access_type",
            "default_rights",
            "security_groups",
            "account_types",
        ]
    )
    for number in range(rows):
        master = number % 20 == 0
        lines.writerow([
            f"file.{number:05}q", f"First{number}", f"Last{number}", f"file.{number}@mail.example",
            "MA" if master else "TA", "" if master else "File and Pay",
            f"{groups[number % len(groups)]};{groups[(number + 7) % len(groups)]}", "all" if number % 3 else "WTH;SUT",
        ])  # fmt: skip
    return text.getvalue().encode()


@dataclass(frozen=True)
class Added:
    """How long upload, review and submit, and the worker took, in seconds; the most memory of each process in MiB."""

    upload: float
    review: float
    submit: float
    worker: float
    pages_mib: float
    worker_mib: float

    @property
    def seconds(self) -> float:
        """From the upload until the last row is added."""
        return self.upload + self.review + self.submit + self.worker


def main() -> int:
    """Measure, report, exit status 1 when a limit does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_parameters(parser)
    parser.add_argument("--submit", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--skip-bad", action="store_true", help="add in batches (the button that skips bad rows)")
    parser.set_defaults(taxpayers=1_000_000, firm_clients=100_000, firm_secondaries=2_000, firm_groups=500)
    arguments = parser.parse_args()
    if arguments.submit:
        print(json.dumps(_submit(arguments.submit, skip_bad=arguments.skip_bad)))
        return 0
    parameters = parameters_from(arguments)
    dataset = (
        f"{parameters.taxpayers:,} taxpayers, firm of {parameters.firm_clients:,} clients, "
        f"{parameters.firm_secondaries:,} secondary logons"
    )
    results: dict[int, tuple[Added, Timing]] = {}
    with server() as running:
        world = running.world(parameters)
        with closing(psycopg.connect(world.url)) as raw:
            begin_report(raw)
        for rows in SIZES:
            with running.copy(world, "bench_secondary_file") as copy:
                results[rows] = _add(copy, rows, skip_bad=arguments.skip_bad)
    way = ", skipping bad rows" if arguments.skip_bad else ""
    good = True
    for rows, (added, baseline) in results.items():
        limit = AT_MOST if rows == SIZES[-1] else None
        good &= report(
            f"a file of {rows:,} secondary logons{way}", dataset, once(added.seconds), baseline=baseline, at_most=limit
        )
        print(
            f"  upload {added.upload:.2f} s, review {added.review:.2f} s, submit {added.submit:.2f} s, "
            f"worker {added.worker:.2f} s"
        )
    (few, _), (many, _) = (results[rows] for rows in SIZES)
    grows, flat = f"{many.worker_mib / few.worker_mib:.2f} ×", many.worker_mib <= few.worker_mib * RATIO
    good &= report_row(
        f"memory of the worker, {SIZES[0]:,} → {SIZES[1]:,} rows{way}", dataset,
        f"{many.worker_mib:.0f} MiB", f"{few.worker_mib:.0f} MiB", grows, f"{RATIO:g} ×", good=flat,
    )  # fmt: skip
    more = many.pages_mib - few.pages_mib
    good &= report_row(
        f"memory of the pages, {SIZES[0]:,} → {SIZES[1]:,} rows{way}", dataset,
        f"{many.pages_mib:.0f} MiB", f"{few.pages_mib:.0f} MiB", f"+{more:.0f} MiB", f"+{MORE_MIB} MiB",
        good=more <= MORE_MIB,
    )  # fmt: skip
    return 0 if good else 1


def _add(copy: Database, rows: int, *, skip_bad: bool) -> tuple[Added, Timing]:
    with closing(psycopg.connect(copy.url, autocommit=True)) as raw:
        baseline = _by_copy(raw, rows)
        with _worker(copy) as pid:
            command = [sys.executable, "-m", "benchmarks.secondary_file", "--submit", str(rows)]
            child = subprocess.run(
                command + ["--skip-bad"] * skip_bad,
                env={**os.environ, **copy.environment}, cwd=TOP, check=True, capture_output=True, text=True,
            )  # fmt: skip
            told: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
            finished, done = _when_finished(raw)
            # Both clocks are the machine's; the worker begins while the answer to Submit is still under way.
            working = max(0.0, finished - told["submitted_at"])
            peak = _peak_mib(pid)
        assert done == rows, f"{done} of {rows} rows were added"
        added = Added(told["upload"], told["review"], told["submit"], working, told["peak_mib"], peak)
    return added, baseline


@contextmanager
def _worker(copy: Database) -> Iterator[int]:
    with (BENCH / "worker.log").open("w") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "countersign.command_line", "worker"],
            env={**os.environ, **copy.environment}, cwd=TOP, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            # What every worker does when it starts (upkeep, seals of what the import recorded) is not the file's.
            time.sleep(8)
            yield child.pid
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(60)


def _when_finished(raw: psycopg.Connection[Any]) -> tuple[float, int]:
    """When the file's last row was committed (seconds since 1970, as seen from here), and how many were added."""
    until = time.time() + PATIENCE
    while time.time() < until:
        row = raw.execute("SELECT finished_at IS NOT NULL, done FROM secondary_logons_logonfile").fetchone()
        if row and row[0]:
            return time.time(), int(row[1])
        time.sleep(0.02)
    raise RuntimeError(f"not finished after {PATIENCE} seconds: see {BENCH / 'worker.log'}")


def _peak_mib(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def _submit(rows: int, *, skip_bad: bool) -> dict[str, float]:
    """The browser's part, in a process of its own."""
    name = os.environ["DATABASE_URL"].partition("?")[0].rpartition("/")[2]
    with working_on(Database(name, os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"])):
        from django.core.files.uploadedfile import SimpleUploadedFile
        from django.urls import reverse

        from countersign.access.models import PortfolioHolder, SecurityGroup

        portfolio = PortfolioHolder.objects.get(holder__username=GIANT_PARENT, received=False).portfolio_id
        groups = SecurityGroup.objects.filter(portfolio=portfolio, ended_at=None)
        content = file_of(rows, list(groups.order_by("pk").values_list("name", flat=True)[:400]))
        browser = browser_of(GIANT_PARENT)
        browser.get(reverse("secondary_logons:upload", args=[portfolio]))
        began = time.perf_counter()
        uploaded = SimpleUploadedFile("people.csv", content, "text/csv")
        response = browser.post(reverse("secondary_logons:upload", args=[portfolio]), {"file": uploaded})
        assert response.status_code == 303, response.content.decode()[:3000]
        upload = time.perf_counter() - began
        page = response["Location"]
        began = time.perf_counter()
        response = browser.get(page)
        assert response.status_code == 200, response.status_code
        review = time.perf_counter() - began
        token = re.search(r'name="page_token" value="([^"]+)"', response.content.decode())
        form = {"step": "skip" if skip_bad else "submit", **({"page_token": token[1]} if token else {})}
        began = time.perf_counter()
        response = browser.post(page, form)
        assert response.status_code == 303 and response["Location"] == page, response.content.decode()[:3000]
        submit = time.perf_counter() - began
        return {
            "upload": upload,
            "review": review,
            "submit": submit,
            "submitted_at": time.time(),
            "peak_mib": own_peak_mib(),
        }


def _by_copy(raw: psycopg.Connection[Any], rows: int) -> Timing:
    """The same rows in the same tables, without a question asked; taken back."""
    portfolio, group = raw.execute(
        """SELECT h.portfolio_id, g.id FROM access_portfolioholder h JOIN logons_logon l ON l.id = h.holder_id
        JOIN access_securitygroup g ON g.portfolio_id = h.portfolio_id WHERE l.username = %s LIMIT 1""",
        [GIANT_PARENT],
    ).fetchone()  # type: ignore[misc]
    began = time.perf_counter()
    with raw.transaction(force_rollback=True), raw.cursor() as cursor:
        with cursor.copy(
            "COPY logons_logon (username, first_name, last_name, email, email_confirmed, language, password, "
            "password_salt, must_change_password, phone, second_email, second_email_confirmed) FROM STDIN"
        ) as copy:
            for number in range(rows):
                copy.write_row([f"copied.{number:05}q", "First", "Last", f"copied.{number}@mail.example", False, "en",
                                "", "", False, "", "", False])  # fmt: skip
        for table, columns, values in (
            ("access_logonstanding", "logon_id, status", "id, 'invited'"),
            (
                "access_secondarylogon",
                "logon_id, portfolio_id, access_type, default_rights, accepted",
                f"id, {portfolio}, 'TA', 2, false",
            ),
            ("access_groupmember", "logon_id, group_id", f"id, {group}"),
        ):
            cursor.execute(
                f"""INSERT INTO {table} ({columns}, begins_at, begun_by, ended_by)
                SELECT {values}, now(), 'BENCHMARK', '' FROM logons_logon WHERE username LIKE 'copied.%'"""
            )
    return once(time.perf_counter() - began)


if __name__ == "__main__":
    sys.exit(main())
