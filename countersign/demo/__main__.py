"""``python -m countersign.demo``: what ``bin/demo`` becomes once the environment stands."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import psycopg

from countersign.demo.cast import sign_in_table
from countersign.demo.cast_factors import factor_lines
from countersign.demo.cast_register import BY_KEY
from countersign.demo.lasting import TOP
from countersign.demo.supervisor import READY_SECONDS, Demo, Failed, Stopped
from countersign.postgres.binaries import NoPostgres
from countersign.postgres.cluster import ClusterFailed


def _other_demo(folder: Path) -> str:
    """The address of the demo that holds the lock, waiting for it to come up."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            return str(json.loads((folder / "running.json").read_text())["address"])
        except (OSError, ValueError):
            time.sleep(0.1)
    return "(it is still starting)"


def main() -> int:
    """Run the demo until it is stopped. Exit status 0, or 1 when something of it failed."""
    parser = argparse.ArgumentParser(prog="bin/demo", description="Run Countersign's demo until Ctrl-C.")
    parser.add_argument("--port", type=int, default=8000, help="first port to try (default %(default)s)")
    parser.add_argument("--folder", type=Path, default=TOP / ".demo", help="its files (default %(default)s)")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    # The server's account passes through to its own files; everything else in here is closed by itself.
    folder.mkdir(mode=0o711, exist_ok=True)
    folder.chmod(0o711)
    os.umask(0o077)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"The demo of this folder is running already: {_other_demo(folder)}", flush=True)
            return 0
        return _run(Demo(folder, arguments.port))


def _run(demo: Demo) -> int:
    stopping = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def ask(number: int, frame: FrameType | None) -> None:
        # Only noted: an exception raised here could be lost in a callback of the interpreter, and a child with it.
        demo.asked_to_stop = True

    for number in stopping:
        signal.signal(number, ask)
    status = 0
    try:
        demo.start()
        print(banner(demo), flush=True)
        while True:
            time.sleep(0.25)
            demo.check()
    except Stopped:
        print("\nStopping …", flush=True)
    except (Failed, ClusterFailed, NoPostgres, OSError, psycopg.Error) as problem:
        print(f"bin/demo: {problem}", file=sys.stderr, flush=True)
        status = 1
    finally:
        for number in stopping:
            signal.signal(number, signal.SIG_IGN)
        demo.stop()
    return status


def registering() -> list[str]:
    """Two businesses that one may register for: nobody administers the one, and somebody the other."""
    lines = ["  Or create a logon, for a business, with a Letter ID:"]
    for key in ("MARSH-LANE-POTTERY", "HARBOR-BAKERY"):
        taxpayer = BY_KEY[key]
        lines.append(f"    {taxpayer.legal_name}, FEIN {taxpayer.id_number}, Letter ID {taxpayer.letter_id}")
    return lines


def banner(demo: Demo) -> str:
    """Where it is, who may sign in, and how to stop."""
    lines = [
        "",
        "The demo is running.",
        "",
        f"  Site     {demo.address}",
        f"  Mail     {demo.mailbox}   (everything it sends)",
    ]
    people = sign_in_table()
    width = max(len(person.username) for person in people)
    passwords = {person.password for person in people}
    one_for_all = f', all with the password "{passwords.pop()}"' if len(passwords) == 1 else ""
    lines += ["", f"  Log in as{one_for_all}"]
    for person in people:
        own = "" if one_for_all else f"  {person.password}"
        lines.append(f"    {person.username:{width}}{own}  {person.who}")
    lines += ["", *registering()]
    lines += ["", *factor_lines()]
    lines += ["", f"  Stop: Ctrl-C. Its files are in {demo.folder}; remove that folder for a fresh start.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
