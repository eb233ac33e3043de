"""``countersign audit seal | verify | head``: the event log's evidence."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from django.utils import timezone

from countersign.events.sealing import latest_seal, seal_pending
from countersign.events.verification import verify


def register(subparsers: Any) -> None:
    """Add the subcommands."""
    audit = subparsers.add_parser("audit", help="seal, verify and publish the audit log")
    commands = audit.add_subparsers(dest="audit_command", required=True, metavar="seal|verify|head")
    seal = commands.add_parser("seal", help="seal what was recorded since the last seal (the worker does it too)")
    seal.set_defaults(run=run_seal)
    check = commands.add_parser("verify", help="read the whole log against its seals; names the first bad entry")
    check.add_argument(
        "--published-head",
        default="",
        metavar="HEX",
        help="a head that was published earlier: without one, entries cut off at the end cannot be missed",
    )
    check.set_defaults(run=run_verify)
    head = commands.add_parser("head", help="the newest seal: publish its head where the agency cannot change it")
    head.set_defaults(run=run_head)
    for parser in (seal, check, head):
        parser.add_argument("--json", action="store_true")


def run_seal(arguments: argparse.Namespace) -> int:
    """Exit status 0."""
    seals = seal_pending(timezone.now())
    entries = sum(seal.size for seal in seals)
    if arguments.json:
        print(json.dumps({"seals": len(seals), "entries": entries}))
    else:
        print(f"sealed {entries} entries in {len(seals)} seals" if seals else "nothing to seal")
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    """Exit status 0 when everything fits, 1 when something does not."""
    found = verify(published_head=arguments.published_head)
    if arguments.json:
        finding = found.finding
        print(
            json.dumps(
                {
                    "ok": found.ok,
                    "seals": found.seals,
                    "entries": found.entries,
                    "pending": found.pending,
                    "head": found.head,
                    "finding": finding
                    and {"kind": finding.kind, "seal": finding.seal, "entry": finding.entry, "text": str(finding)},
                }
            )
        )
    elif found.finding:
        print(f"countersign: {found.finding}", file=sys.stderr)
        print(f"{found.seals} seals with {found.entries} entries before it are good", file=sys.stderr)
    else:
        print(f"good: {found.entries} entries in {found.seals} seals; {found.pending} wait for the next seal")
        print(f"head {found.head}")
    return 0 if found.ok else 1


def run_head(arguments: argparse.Namespace) -> int:
    """Exit status 0, or 1 when nothing was sealed yet."""
    seal = latest_seal()
    if seal is None:
        print("null" if arguments.json else "nothing is sealed yet")
        return 1
    statement = {
        "seal": seal.number,
        "sealed_at": seal.sealed_at.isoformat(),
        "size": seal.size,
        "head": bytes(seal.head).hex(),
    }
    print(json.dumps(statement) if arguments.json else f"{statement['head']}  seal {seal.number}, {seal.sealed_at}")
    return 0
