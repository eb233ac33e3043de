"""The ``countersign`` command. Each subcommand is a module here with ``register(subparsers)``."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import pkgutil
import sys

from countersign.demo import neighbour
from countersign.postgres.urls import parse_database_url

SECONDS_TO_CONNECT = 3
# PostgreSQL's codes for a table and a column that are not there.
_NOT_MIGRATED = ("42P01", "42703")


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns its exit status (0 done, 1 something was refused, 2 wrong usage)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "countersign.config.settings")
    if not os.environ.get("DATABASE_URL"):
        # Without a database of its own, a command asks the demo's that runs from this checkout.
        os.environ.update(neighbour.ask())
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        try:
            parse_database_url(os.environ.get(name, ""))
        except ValueError as error:
            print(f"countersign: {name} cannot be used: {error}", file=sys.stderr)
            return 2
    import django
    from django.db import connection
    from django.db.utils import OperationalError, ProgrammingError

    django.setup()
    # Somebody waits at the terminal: no server is said after seconds, not after the patience of a web process.
    pool = connection.settings_dict["OPTIONS"].get("pool")
    if isinstance(pool, dict):
        pool["timeout"] = SECONDS_TO_CONNECT
    parser = argparse.ArgumentParser(prog="countersign", description="Logons and delegated access of a tax agency.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in sorted(pkgutil.iter_modules(__path__)):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(loaded, "register"):
            loaded.register(subparsers)
    chosen = parser.parse_args(arguments)
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # one clear line below says it all
    try:
        status: int = chosen.run(chosen)
    except OperationalError:
        print(
            "countersign: no database answers; start bin/demo, or set DATABASE_URL to your PostgreSQL server",
            file=sys.stderr,
        )
        return 2
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", "") not in _NOT_MIGRATED or chosen.command == "migrate":
            raise
        print("countersign: the database is empty or of an older release; run countersign migrate", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status
