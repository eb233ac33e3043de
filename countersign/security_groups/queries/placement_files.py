"""What the rows of an uploaded file mean: which customer, which group, and what would happen to each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext_lazy, gettext_noop

from countersign.access.queries.chosen_customers import Chosen, in_order
from countersign.access.queries.mapping_changes import Move
from countersign.logons.models import Logon
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.portfolios.queries import Standing
from countersign.security_groups.models import PlacementFile
from countersign.security_groups.queries.customers import CustomerRow, every_customer
from countersign.security_groups.queries.groups import visible_groups
from countersign.taxpayers.identifiers import folded_name
from countersign.uploads.queries import files_of
from countersign.uploads.reading import Heading, Shape

SHAPE = Shape(
    (
        Heading("customer_number", gettext_noop("Customer number")),
        Heading("customer", gettext_noop("Customer")),
        Heading("security_group", gettext_noop("Security group")),
    ),
    (("security_group",), ("customer_number", "customer")),
    most_rows=100_000,
    most_bytes=10_000_000,
)
Row = Sequence[str | int]


class Outcome(StrEnum):
    """What becomes of a row. The first two are no problem."""

    PLACED = "placed"
    ALREADY = "already"
    NO_CUSTOMER = "no_customer"
    SEVERAL = "several"
    TWICE = "twice"
    NO_GROUP = "no_group"
    CELLS = "cells"
    LEFT_OUT = "left_out"


WORDS = {
    Outcome.PLACED: gettext_lazy("Comes to this security group"),
    Outcome.ALREADY: gettext_lazy("Is in this security group already"),
    Outcome.NO_CUSTOMER: gettext_lazy("No customer has this number or name"),
    Outcome.SEVERAL: gettext_lazy("Several customers have this name: give the customer number"),
    Outcome.TWICE: gettext_lazy("The customer stands in the file more than once, with different groups"),
    Outcome.NO_GROUP: gettext_lazy("There is no security group of this name"),
    Outcome.CELLS: gettext_lazy("The row has more cells than the first line. Put text that has commas in quotes"),
    Outcome.LEFT_OUT: gettext_lazy("Was left out, because the file has stopped"),
}
FINE = (Outcome.PLACED, Outcome.ALREADY)


class Resolved(NamedTuple):
    """One row: as typed, what it means, and what becomes of it."""

    line: int
    number: str
    customer: str
    group: str
    taxpayer: int | None
    target: int | None
    outcome: Outcome


class Meaning(NamedTuple):
    """A whole file. ``moves``: customer → the group that it leaves, and the one that it comes to."""

    rows: list[Resolved]
    moves: dict[int, Move]

    def chosen(self) -> dict[int, Chosen]:
        """Group → the customers that come to it."""
        coming: dict[int, list[int]] = defaultdict(list)
        for taxpayer, move in self.moves.items():
            coming[move.target].append(taxpayer)
        return {target: Chosen(taxpayers=in_order(keys)) for target, keys in sorted(coming.items())}

    def only(self, taxpayers: set[int]) -> Meaning:
        """The same with the moves of these customers alone."""
        return self._replace(moves={key: move for key, move in self.moves.items() if key in taxpayers})

    @property
    def problems(self) -> list[Resolved]:
        """The rows that cannot be done."""
        return [row for row in self.rows if row.outcome not in FINE]

    def count(self, outcome: Outcome) -> int:
        """How many rows have this outcome."""
        return sum(row.outcome is outcome for row in self.rows)


def file_of(standing: Standing, file: int, *, actor: Logon, lock: bool = False) -> PlacementFile:
    """A file that the actor uploaded to this portfolio. Raises a hidden ``Refused`` (404) for any other."""
    files = files_of(PlacementFile, actor)
    found = (files.select_for_update() if lock else files).filter(pk=file, portfolio_id=standing.portfolio).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return found


def meaning_of(standing: Standing, rows: Iterable[Row], *, at: datetime) -> Meaning:
    """What the rows mean now, for this actor: customers and groups that it cannot see do not exist (law 4)."""
    customers = every_customer(standing, at=at)
    by_name: dict[str, list[CustomerRow]] = defaultdict(list)
    for customer in customers.values():
        by_name[customer.name_folded].append(customer)
    groups = {group.name.casefold(): group.pk for group in visible_groups(standing, at=at)}
    found = [_resolved(row, customers, by_name, groups) for row in rows]
    wanted = {(row.taxpayer, row.target) for row in found if row.taxpayer and row.target}
    contradicted = {taxpayer for taxpayer, count in Counter(key for key, _target in wanted).items() if count > 1}
    resolved: list[Resolved] = []
    moves: dict[int, Move] = {}
    for row in found:
        if row.taxpayer in contradicted:
            row = row._replace(outcome=Outcome.TWICE)
        elif row.outcome is Outcome.PLACED and row.target and row.taxpayer:
            moves[row.taxpayer] = Move(customers[row.taxpayer].group, row.target)
        resolved.append(row)
    return Meaning(resolved, moves)


def _resolved(
    row: Row, customers: dict[int, CustomerRow], by_name: dict[str, list[CustomerRow]], groups: dict[str, int]
) -> Resolved:
    if len(row) < 4:
        return Resolved(int(row[0]), "", "", "", None, None, Outcome.CELLS)
    line, number, name, group = int(row[0]), str(row[1]), str(row[2]), str(row[3])
    matching: list[CustomerRow] = []
    if number:
        key = int(number) if number.isascii() and number.isdigit() and len(number) < 20 else 0
        matching = [customers[key]] if key in customers else []
    elif name:
        matching = by_name.get(folded_name(name), [])
    target = groups.get(group.casefold())
    taxpayer = matching[0].taxpayer if len(matching) == 1 else None
    if taxpayer is None:
        outcome = Outcome.SEVERAL if matching else Outcome.NO_CUSTOMER
    elif not group and matching[0].group is None:
        outcome = Outcome.ALREADY
    elif target is None:
        outcome = Outcome.NO_GROUP
    else:
        outcome = Outcome.ALREADY if matching[0].group == target else Outcome.PLACED
    return Resolved(
        line, number, name or (matching[0].legal_name if taxpayer else ""), group, taxpayer, target, outcome
    )
