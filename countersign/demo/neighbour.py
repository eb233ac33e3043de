"""The demo's database for commands that run beside it: ``countersign check …`` in a second terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from countersign.demo.lasting import TOP

_SHARED = ("DATABASE_URL", "DATABASE_OWNER_URL")
FOLDER = TOP / ".demo"


def tell(folder: Path, environment: Mapping[str, str]) -> None:
    """Leave what another command needs, for the same account only; an old file is replaced."""
    shared = {name: text for name, text in environment.items() if name in _SHARED or name.startswith("COUNTERSIGN_")}
    file = folder / "environment.json"
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(shared))


def ask() -> dict[str, str]:
    """What the demo of this checkout left, if it has run; nothing otherwise."""
    try:
        found: dict[str, str] = json.loads((FOLDER / "environment.json").read_text())
    except (OSError, ValueError):
        return {}
    return found
