"""``countersign reach``: every account that a logon reaches."""

from __future__ import annotations

import argparse
import json
from typing import Any

from countersign.access.queries.reach import OpenPath, reach
from countersign.command_line.moments import add_at


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("reach", help="every account that the logon reaches")
    parser.add_argument("username")
    parser.add_argument("--json", action="store_true")
    add_at(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the accounts. An unknown name gives an empty list."""
    show(reach(arguments.username, at=arguments.at), "account_number", as_json=arguments.json)
    return 0


def show(paths: list[OpenPath], key: str, *, as_json: bool) -> None:
    """Open paths as a JSON array of objects, or one line each. ``key`` is what the list is about."""
    if as_json:
        rows = [{key: getattr(path, key), "rights": path.rights.name, "path": path.links()} for path in paths]
        print(json.dumps(rows, indent=2))
        return
    for path in paths:
        chain = " → ".join(f"{name} {value}" for link in path.links() for name, value in link.items())
        print(f"{getattr(path, key)}  {path.rights.name}  {chain}")
