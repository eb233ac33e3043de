"""What ``postmaster.pid`` tells about a server that runs, or ran, on a data directory."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Postmaster:
    """A server's process, where it listens, and whether it takes connections."""

    pid: int
    socket_directory: Path
    ready: bool


def read_postmaster(files: Path) -> Postmaster | None:
    """What stands in ``postmaster.pid``; None when there is none. A half-written one counts as not ready."""
    try:
        lines = (files / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if not lines or not lines[0].strip().isdigit():
        return None
    lines += [""] * (8 - len(lines))
    return Postmaster(int(lines[0]), Path(lines[4].strip() or "/"), lines[7].strip() == "ready")


def is_postgres(pid: int) -> bool:
    """True if this process lives and is a PostgreSQL server (a pid file may outlive its process)."""
    if sys.platform == "linux":
        try:
            status = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        name, _, rest = status.partition("(")[2].rpartition(")")
        # A zombie has ended; only its parent has not noticed yet.
        return name == "postgres" and rest.split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    said = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in said.stdout
