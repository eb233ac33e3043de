"""``countersign mail status | retry``: the outbox for its operator."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from countersign.mail.upkeep import outbox_status, try_again


def register(subparsers: Any) -> None:
    """Add the subcommands."""
    mail = subparsers.add_parser("mail", help="what waits in the outbox, and what could not be sent")
    commands = mail.add_subparsers(dest="mail_command", required=True, metavar="status|retry")
    status = commands.add_parser("status", help="counts, errors, and the mails that were given up")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=run_status)
    retry = commands.add_parser("retry", help="make everything unsent due now, also what was given up")
    retry.add_argument("--json", action="store_true")
    retry.set_defaults(run=run_retry)


def run_status(arguments: argparse.Namespace) -> int:
    """Exit status 0, or 1 when mails were given up. Shows keys and codes, no addresses."""
    status = outbox_status()
    if arguments.json:
        print(json.dumps(asdict(status), default=str))
    else:
        print(f"waiting {status.waiting}" + (f", the oldest since {status.oldest}" if status.oldest else ""))
        for code, count in status.errors.items():
            print(f"  {code}: {count}")
        print(f"sent in the last day {status.sent_last_day}")
        print(f"given up {status.given_up}")
        for mail in status.given_up_latest:
            print(f"  mail {mail.mail}, {mail.kind}, logon {mail.logon_id}: {mail.error}, {mail.gave_up_at}")
    return 1 if status.given_up else 0


def run_retry(arguments: argparse.Namespace) -> int:
    """Exit status 0."""
    due = try_again()
    print(json.dumps({"due": due}) if arguments.json else f"{due} mails are due now")
    return 0
