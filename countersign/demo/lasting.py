"""What the demo keeps from one start to the next, besides its database and mail."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent


def program_version() -> str:
    """Changes with any file of the program: migrations, and the models that say what may be done with a table."""
    digest = hashlib.sha256()
    for path in sorted((TOP / "countersign").rglob("*.py")):
        digest.update(os.fsencode(path) + b"\0" + path.read_bytes())
    return digest.hexdigest()


def lasting_secret(path: Path) -> str:
    """Made once: sessions and keyed hashes outlive a restart."""
    try:
        return path.read_text()
    except FileNotFoundError:
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
        return path.read_text()
