"""``countersign demo-factors``: give the demo's cast its second factors, or show a code."""

from __future__ import annotations

import argparse
import sys

import pyotp
from django.conf import settings
from django.utils import timezone

from countersign.demo.cast_factors import app_secret, give_factors


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("demo-factors", help="second factors of the demo's cast")
    parser.add_argument("--code", action="store_true", help="only show what the authenticator app shows now")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exit status 0, or 1 where this is not the demo."""
    if arguments.code:
        print(pyotp.TOTP(app_secret()).now())
        return 0
    if not settings.DEMO:
        print("demo-factors: only in the demo", file=sys.stderr)
        return 1
    give_factors(now=timezone.now())
    return 0
