"""Whom the server runs as, and what that account can reach."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SystemAccount:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int

    @property
    def is_launcher(self) -> bool:
        """True if this is who we are already: nothing needs to be given away or stepped down to."""
        return self.uid == os.geteuid()


def launcher() -> SystemAccount:
    """Who runs this program. PostgreSQL refuses to run for an id without an entry in the password file."""
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise RuntimeError(
            f"user id {os.geteuid()} has no entry in /etc/passwd, which PostgreSQL needs: "
            "add one, or set DATABASE_URL to a server that runs elsewhere"
        ) from None
    return SystemAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)


def server_account() -> SystemAccount:
    """Whom a private server runs as: ourselves, but ``nobody`` for root (PostgreSQL refuses to run as root)."""
    if os.geteuid() != 0:
        return launcher()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise RuntimeError("PostgreSQL does not run as root and there is no account 'nobody' to run it as") from None
    return SystemAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)


def may_enter(account: SystemAccount, directory: Path) -> bool:
    """True if the account can pass through the directory and every one above it (group lists apart)."""
    resolved = directory.resolve()
    for step in (resolved, *resolved.parents):
        status = step.stat()
        if status.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif status.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True
