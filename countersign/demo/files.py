"""A world as a folder of the CSV files that IMPORT.md defines."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

# The columns of each file, in the order in which rows are written here.
COLUMNS: dict[str, tuple[str, ...]] = {
    "account_types": ("code", "name"),
    "taxpayers": (
        "taxpayer_key", "kind", "legal_name", "id_type", "id_number", "address1", "address2", "city", "state",
        "postal_code", "listed_in_directory", "status", "freeze",
    ),
    "accounts": ("account_number", "taxpayer_key", "account_type", "opened_on", "closed_on"),
    "proofs": ("taxpayer_key", "kind", "label", "value", "expires_on"),
    "logons": (
        "username", "first_name", "last_name", "email", "phone", "status", "parent_username", "access_type",
        "default_rights", "account_types", "password_hash",
    ),
    "access": ("username", "taxpayer_key", "access_type"),
    "rights": ("username", "account_number", "rights"),
    "grants": ("third_party_key", "account_number", "rights", "begins_on", "ends_on"),
    "security_groups": ("parent_username", "name", "description"),
    "placements": ("parent_username", "taxpayer_key", "group_name"),
    "group_members": ("username", "group_name"),
    "refinements": ("username", "taxpayer_key", "account_number", "rights"),
}  # fmt: skip

Row = Sequence[object]


class WorldFiles:
    """The open files of one world: rows go straight to disk, so that memory does not grow with the world.

    Use as a context manager. The folder is made where it is missing; files of the same names are replaced.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts: dict[str, int] = dict.fromkeys(COLUMNS, 0)
        self._open = ExitStack()
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> WorldFiles:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, columns in COLUMNS.items():
            path = self.folder / f"{name}.csv"
            file: IO[str] = self._open.enter_context(path.open("w", encoding="utf-8", newline=""))
            self._writers[name] = csv.writer(file, lineterminator="\n")
            self._writers[name].writerow(columns)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def row(self, name: str, *cells: object) -> None:
        """Write one row; the cells in the order of COLUMNS, trailing empty ones may be left out."""
        missing = len(COLUMNS[name]) - len(cells)
        self._writers[name].writerow((*cells, *("",) * missing) if missing else cells)
        self.counts[name] += 1

    def rows(self, name: str, rows: Iterable[Row]) -> None:
        """Write many rows."""
        for cells in rows:
            self.row(name, *cells)
