"""``countersign factors rotate | status``: the keys under which secrets of second factors are encrypted."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from django.db.models import Count

from countersign.logons.models import Authenticator
from countersign.logons.second_factors.encryption import NoKey, present_key_id
from countersign.logons.second_factors.totp import encrypt_anew


def register(subparsers: Any) -> None:
    """Add the subcommands."""
    factors = subparsers.add_parser("factors", help="the encryption of second factors' secrets")
    commands = factors.add_subparsers(dest="factors_command", required=True, metavar="status|rotate")
    status = commands.add_parser("status", help="how many secrets are under which key")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=run_status)
    rotate = commands.add_parser("rotate", help="encrypt everything anew under the first key of the settings")
    rotate.add_argument("--json", action="store_true")
    rotate.set_defaults(run=run_rotate)


def run_status(arguments: argparse.Namespace) -> int:
    """Exit status 0. Shows ids of keys, never a key."""
    counts = dict(Authenticator.objects.order_by("key_id").values_list("key_id").annotate(Count("pk")))
    if arguments.json:
        print(json.dumps({"present": present_key_id(), "secrets": counts}))
        return 0
    print(f"new secrets are encrypted under {present_key_id()}")
    for key_id, count in counts.items():
        print(f"  {key_id}: {count}")
    return 0


def run_rotate(arguments: argparse.Namespace) -> int:
    """Exit status 0, or 1 when a secret cannot be read."""
    try:
        done = encrypt_anew()
    except NoKey as problem:
        print(f"countersign: {problem}", file=sys.stderr)
        return 1
    print(json.dumps({"encrypted": done}) if arguments.json else f"{done} secrets are under {present_key_id()} now")
    return 0
