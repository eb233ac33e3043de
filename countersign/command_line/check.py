"""``countersign check``: may this logon do that on this account? One question, or a file of them."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from countersign.access.queries.decisions import check, check_stream
from countersign.access.queries.facts import Question
from countersign.command_line.moments import add_at, moment
from countersign.policy.decision import Decision

COLUMNS = ["username", "action", "account_number"]
ANSWER = [*COLUMNS, "decision", "reason", "rights"]


class UnusableFile(Exception):
    """The file of questions cannot be read; the message says where and why."""


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("check", help="may this logon do that on this account?")
    parser.add_argument("username", nargs="?")
    parser.add_argument("action", nargs="?", help="view, file, pay, maintain or administer")
    parser.add_argument("account_number", nargs="?")
    parser.add_argument("--file", type=Path, metavar="QUESTIONS.csv", help="username,action,account_number[,at]")
    parser.add_argument("--json", action="store_true")
    add_at(parser)
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Answer on standard output. Exit status 0 for every answer, 2 when the question cannot be read."""
    if arguments.file is not None:
        if arguments.username is not None:
            arguments.parser.error("give either one question or --file, not both")
        try:
            _answer_file(arguments)
        except UnusableFile as error:
            print(f"countersign: {error}", file=sys.stderr)
            return 2
        return 0
    if arguments.account_number is None:
        arguments.parser.error("give USERNAME ACTION ACCOUNT_NUMBER, or --file QUESTIONS.csv")
    decision = check(arguments.username, arguments.action, arguments.account_number, at=arguments.at)
    row = _answer(arguments.username, arguments.action, arguments.account_number, decision)
    print(json.dumps(row) if arguments.json else f"{row['decision']}  {row['reason']}  {row['rights']}")
    return 0


def _answer(username: str, action: str, account_number: str, decision: Decision) -> dict[str, str]:
    return dict(
        zip(
            ANSWER,
            (
                username,
                action,
                account_number,
                "allow" if decision.allowed else "deny",
                decision.reason.value,
                decision.rights.name,
            ),
            strict=True,
        )
    )


def _answer_file(arguments: argparse.Namespace) -> None:
    """CSV in, CSV (or a JSON array) out, in the same order, with bounded memory."""
    asked: list[tuple[str, str, str]] = []

    def questions() -> Iterator[tuple[str, Question]]:
        for username, action, number, at in _read(arguments.file, arguments.at):
            asked.append((username, action, number))
            yield action, Question(username, number, at)

    answers = check_stream(questions())
    writer = csv.writer(sys.stdout, lineterminator="\n")
    # A file that cannot be read leaves standard output empty: its first answers come before the first word of ours.
    first = next(answers, None)
    if arguments.json:
        sys.stdout.write("[")
    else:
        writer.writerow(ANSWER)
    for count, decision in enumerate(answers if first is None else chain([first], answers)):
        row = _answer(*asked.pop(0), decision)
        if arguments.json:
            sys.stdout.write((",\n" if count else "") + json.dumps(row))
        else:
            writer.writerow(row.values())
    if arguments.json:
        sys.stdout.write("]\n")


def _read(path: Path, default: datetime | None) -> Iterator[tuple[str, str, str, datetime | None]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(path.name, file, default)
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnusableFile(f"{path.name}: is not UTF-8 text; save it as UTF-8 and try again") from error


def _rows(name: str, file: TextIO, default: datetime | None) -> Iterator[tuple[str, str, str, datetime | None]]:
    csv.field_size_limit(2**20)
    reader = csv.reader(file, strict=True)
    try:
        header = next((row for row in reader if row), None)
        if header is None or not set(COLUMNS) <= set(header) or len(set(header)) < len(header):
            raise UnusableFile(f"{name}: the first line must name the columns username,action,account_number[,at]")
        unknown = sorted(set(header) - {*COLUMNS, "at"})
        if unknown:
            raise UnusableFile(f"{name}: unknown column {unknown[0]!r}; there are username,action,account_number,at")
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                raise UnusableFile(
                    f"{name}: line {reader.line_num}: {len(row)} cells where the header has {len(header)}"
                )
            cells = dict(zip(header, row, strict=True))
            at = moment(cells["at"]) if cells.get("at") else default
            yield cells["username"], cells["action"], cells["account_number"], at
    except (csv.Error, argparse.ArgumentTypeError) as error:
        raise UnusableFile(f"{name}: line {reader.line_num}: {error}") from error
