"""``countersign demo-world``: write the demo's world as a folder that ``countersign import`` reads."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from django.conf import settings

from countersign.demo.world import SEED, TAXPAYERS, known_since, today_in, write_demo_world


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("demo-world", help="write the demo's invented agency as files for import")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--taxpayers", type=int, default=TAXPAYERS, help=f"besides the cast; default {TAXPAYERS:,}")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, another crowd")
    parser.add_argument("--today", type=date.fromisoformat, help="the day that past and future are told from")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the files and print how many rows each has; 1 when the folder or the number cannot be used."""
    today = arguments.today or today_in(settings.TIME_ZONE)
    try:
        counts = write_demo_world(arguments.folder, today=today, taxpayers=arguments.taxpayers, seed=arguments.seed)
    except (OSError, ValueError) as problem:
        print(f"demo-world: {problem}", file=sys.stderr)
        return 1
    for name, count in counts.items():
        print(f"{count:>9,}  {name}.csv")
    print(f"next: countersign import {arguments.folder} --effective {known_since(today)}")
    return 0
