"""``countersign customers``: compare the derived list of customers with the facts, or make it anew."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.db import transaction

from countersign.access.operations.customers import differences, refresh


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("customers", help="verify or rebuild the derived lists of customers")
    parser.add_argument("what", choices=["verify", "rebuild"])
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exit status 1 when ``verify`` finds a difference."""
    if arguments.what == "rebuild":
        with transaction.atomic():
            refresh(portfolios=None, taxpayers=None)
    found = differences()
    print(json.dumps({"differences": found}) if arguments.json else f"{found} rows differ from the facts")
    return 1 if found else 0
