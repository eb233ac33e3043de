"""``countersign explain``: the decision, its reason in words, and every path that was looked at."""

from __future__ import annotations

import argparse
import json
from typing import Any

from countersign.access.queries.explanation import NamedRoute, explain
from countersign.access.wording import REASONS, WHO_CAN_CHANGE
from countersign.command_line.moments import add_at


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("explain", help="why may this logon do that, or why not?")
    parser.add_argument("username")
    parser.add_argument("action", help="view, file, pay, maintain or administer")
    parser.add_argument("account_number")
    parser.add_argument("--json", action="store_true")
    add_at(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation. Precise, because only an operator can run it."""
    found = explain(arguments.username, arguments.action, arguments.account_number, at=arguments.at)
    decision = found.decision
    answer = {
        "username": arguments.username,
        "action": arguments.action,
        "account_number": arguments.account_number,
        "decision": "allow" if decision.allowed else "deny",
        "rights": decision.rights.name,
        "reason": decision.reason.value,
        "in_words": str(REASONS[decision.reason]),
        "who_can_change_it": "" if decision.allowed else str(WHO_CAN_CHANGE.get(decision.reason, "")),
        "paths": [_links(arguments, route) for route in found.routes],
    }
    if arguments.json:
        print(json.dumps(answer, indent=2))
        return 0
    print(f"{answer['decision']}  {answer['rights']}  {answer['reason']}: {answer['in_words']}.")
    if answer["who_can_change_it"]:
        print(answer["who_can_change_it"])
    for path in found.routes:
        links = _links(arguments, path)
        chain = " → ".join(f"{name} {value}" for name, value in links["path"])
        print(f"  {'open  ' if path.rights else 'closed'}  {links['rights']:<12}  {links['reason']}: {chain}")
    return 0


def _links(arguments: argparse.Namespace, route: NamedRoute) -> dict[str, Any]:
    """logon → parent → group → third party → grant → account."""
    path: list[tuple[str, str | int]] = [("logon", arguments.username)]
    if route.parent is not None:
        path.append(("parent", route.parent.username))
    if route.group is not None:
        path.append(("group", route.group.name))
    if route.third_party is not None:
        path.append(("third_party", route.third_party.key))
    if route.grant is not None:
        path.append(("grant", route.grant))
    path.append(("account", arguments.account_number))
    return {"rights": route.rights.name, "reason": route.reason.value, "path": path}
