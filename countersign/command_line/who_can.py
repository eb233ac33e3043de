"""``countersign who-can``: every logon that can do something on an account."""

from __future__ import annotations

import argparse
from typing import Any

from countersign.access.queries.reach import who_can
from countersign.command_line.moments import add_at
from countersign.command_line.reach import show


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("who-can", help="every logon that can do this on the account")
    parser.add_argument("action", help="view, file, pay, maintain or administer")
    parser.add_argument("account_number")
    parser.add_argument("--json", action="store_true")
    add_at(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the logons. Unknown names give an empty list."""
    show(who_can(arguments.action, arguments.account_number, at=arguments.at), "username", as_json=arguments.json)
    return 0
