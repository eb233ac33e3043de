"""``countersign worker``: send mail, seal the audit log, run jobs, until it is asked to stop."""

from __future__ import annotations

import argparse
from typing import Any

from countersign.background.worker import work_until_stopped


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("worker", help="send mail, seal the audit log, run jobs; ends on SIGTERM or Ctrl-C")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Work until stopped. Any number of workers may run at once."""
    work_until_stopped()
    return 0
