"""Manage Secondary Logons of a giant firm: the first page of each tab, plain, filtered, sorted and searched.

``python -m benchmarks.tabs`` (1,000,000 taxpayers; a firm of 100,000 clients, 2,000 secondary logons, 500 groups)

For the parent logon and for a secondary Master Administrator; a secondary Tax Administrator may open none of these
pages and gets its own list of accounts. Each must take 150 ms in all, 25 ms of them in queries, and as many queries as
in a firm of 400 clients. The baseline is the one statement that fetches the rows of the page, by hand and prepared.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks.databases import Database, server, working_on
from benchmarks.harness import begin_report, report_row
from benchmarks.pages import browser_of, count_statements, measure_page, report_page
from benchmarks.world import GIANT_PARENT, Parameters, add_parameters, parameters_from

SMALL = Parameters(taxpayers=4_000, firm_clients=400, firm_secondaries=60, firm_groups=12)
MASTER, ADMINISTRATOR = "giant.0020", "giant.0002"

LOGONS_BY_HAND = """SELECT l.id, l.username, l.first_name, l.last_name, l.email, l.last_login, s.access_type,
    s.default_rights, st.status FROM access_secondarylogon s JOIN logons_logon l ON l.id = s.logon_id
    LEFT JOIN access_logonstanding st ON st.logon_id = l.id AND st.ended_at IS NULL
    WHERE s.portfolio_id = %(portfolio)s AND s.ended_at IS NULL ORDER BY l.username LIMIT 50"""
GROUPS_BY_HAND = """SELECT g.id, g.name, g.description,
    (SELECT count(*) FROM access_customer k WHERE k.portfolio_id = %(portfolio)s AND k.group_id = g.id AND k.passed_on),
    (SELECT count(*) FROM access_groupmember m WHERE m.group_id = g.id AND m.ended_at IS NULL)
    FROM access_securitygroup g WHERE g.portfolio_id = %(portfolio)s AND g.ended_at IS NULL
    ORDER BY lower(g.name) LIMIT 50"""
CUSTOMERS_BY_HAND = """SELECT k.taxpayer_id, t.legal_name, g.name FROM access_customer k
    JOIN taxpayers_taxpayer t ON t.id = k.taxpayer_id LEFT JOIN access_securitygroup g ON g.id = k.group_id
    WHERE k.portfolio_id = %(portfolio)s AND k.passed_on ORDER BY k.name_folded, k.taxpayer_id LIMIT 51"""
ACCOUNTS_BY_HAND = """SELECT a.number, t.legal_name, g.rights FROM access_customer k
    JOIN taxpayers_taxpayer t ON t.id = k.taxpayer_id JOIN taxpayers_account a ON a.taxpayer_id = t.id
    JOIN access_grant g ON g.account_id = a.id AND g.ended_at IS NULL
    WHERE k.portfolio_id = %(portfolio)s AND k.passed_on ORDER BY k.name_folded, k.taxpayer_id, a.number LIMIT 51"""


@dataclass(frozen=True)
class Page:
    """One page: whose, what it is called in the table, its address, and the statement that is its baseline."""

    reader: str
    name: str
    address: str
    by_hand: str


def pages() -> list[Page]:
    """The pages to measure in the world that Django works on."""
    from django.urls import reverse

    from countersign.access.models import PortfolioHolder, SecurityGroup
    from countersign.logons.models import Logon

    portfolio = PortfolioHolder.objects.get(holder__username=GIANT_PARENT, received=False).portfolio_id
    groups = SecurityGroup.objects.filter(portfolio=portfolio, ended_at=None).order_by("pk")
    default = groups.get(is_default=True).pk
    theirs = {
        reader: groups.filter(members__logon__username=reader, members__ended_at=None).exclude(pk=default).first()
        for reader in (MASTER, ADMINISTRATOR)
    }
    placed = groups.exclude(pk=default).first()
    key = {name: Logon.objects.get(username=name).pk for name in (ADMINISTRATOR, MASTER)}
    found = []
    for reader, who in ((GIANT_PARENT, "parent"), (MASTER, "secondary MA")):
        group = theirs.get(reader) or placed
        assert group is not None
        logons = reverse("secondary_logons:list", args=[portfolio])
        security = reverse("security_groups:list", args=[portfolio])
        customers = reverse("security_groups:customers", args=[portfolio])
        matrix = reverse("security_groups:matrix", args=[portfolio])
        asked: list[tuple[str, str, dict[str, str], str]] = [
            ("Secondary Logons", logons, {
                "plain": "", "filtered by group": f"?group={group.pk}", "filtered by status": "?status=invited",
                "filtered by type": "?type=MA", "sorted by name": "?sort=name", "sorted by status": "?sort=-status",
                "sorted by last sign-in": "?sort=-last_sign_in", "searched": "?q=an",
                "filtered, sorted and searched": f"?group={default}&sort=-name&q=an",
            }, LOGONS_BY_HAND),
            ("Security Groups", security, {
                "plain": "", "sorted by customers": "?sort=-customers", "sorted by logons": "?sort=-logons",
                "searched": "?q=office", "largest page": "?size=200",
            }, GROUPS_BY_HAND),
            ("Customer Security", customers, {
                "plain": "", "filtered by group": f"?group={group.pk}", "filtered by Default": f"?group={default}",
                "sorted": "?sort=-customer", "searched": "?q=lan", "searched in vain": "?q=zzqzz",
                "filtered, sorted and searched": f"?group={default}&sort=-customer&q=lan",
            }, CUSTOMERS_BY_HAND),
            ("Matrix", matrix, {"plain": "", "searched": "?q=an"}, GROUPS_BY_HAND),
        ]  # fmt: skip
        for tab, address, ways, by_hand in asked:
            found += [Page(reader, f"{tab}, {way}: {who}", address + query, by_hand) for way, query in ways.items()]
        for name, logon in (("a TA", key[ADMINISTRATOR]), ("an MA", key[MASTER])):
            address = reverse("secondary_logons:logon", args=[portfolio, logon])
            for way, query in {"plain": "", "searched": "?q=lan", "with rights of their own": "?only=set"}.items():
                found.append(Page(reader, f"Page of {name}, {way}: {who}", address + query, ACCOUNTS_BY_HAND))
    for way, query in {"plain": "", "searched": "?q=lan"}.items():
        found.append(Page(ADMINISTRATOR, f"Home, {way}: secondary TA", f"/{query}", ACCOUNTS_BY_HAND))
    return found


def closed_pages() -> list[str]:
    """Pages that a secondary Tax Administrator shall not find."""
    return sorted({page.address for page in pages() if page.reader != ADMINISTRATOR})


def _counts(world: Database) -> dict[str, int]:
    with working_on(world):
        browsers = {reader: browser_of(reader) for reader in (GIANT_PARENT, MASTER, ADMINISTRATOR)}
        return {page.name: count_statements(browsers[page.reader], page.address) for page in pages()}


def main() -> int:
    """Measure, report, exit status 1 when a limit does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_parameters(parser)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.set_defaults(taxpayers=1_000_000, firm_clients=100_000, firm_secondaries=2_000, firm_groups=500)
    arguments = parser.parse_args()
    parameters = parameters_from(arguments)
    dataset = (
        f"{parameters.taxpayers:,} taxpayers, firm of {parameters.firm_clients:,} clients, "
        f"{parameters.firm_groups + 1} groups, {parameters.firm_secondaries:,} secondary logons"
    )
    good = True
    with server() as found:
        counted = _counts(found.world(SMALL))
        world = found.world(parameters)
        with working_on(world), psycopg.connect(world.url, prepare_threshold=0, autocommit=True) as raw:
            begin_report(raw)
            good &= _refused(dataset)
            browsers = {reader: browser_of(reader) for reader in (GIANT_PARENT, MASTER, ADMINISTRATOR)}
            for page in pages():
                if arguments.only.lower() in page.name.lower():
                    timing = measure_page(
                        browsers[page.reader], page.address, _by_hand(raw, page.by_hand), runs=arguments.runs
                    )
                    good &= report_page(page.name, dataset, timing, in_small_world=counted[page.name])
    return 0 if good else 1


def _by_hand(raw: psycopg.Connection[Any], statement: str) -> Callable[[], object]:
    from countersign.access.models import PortfolioHolder

    portfolio = PortfolioHolder.objects.get(holder__username=GIANT_PARENT, received=False).portfolio_id
    return lambda: raw.execute(statement, {"portfolio": portfolio}, prepare=True).fetchall()


def _refused(dataset: str) -> bool:
    browser = browser_of(ADMINISTRATOR)
    answers = {browser.get(address).status_code for address in closed_pages()}
    return report_row(
        "pages of the firm: secondary TA", dataset, f"answers {answers}", "", "", "404 each", good=answers == {404}
    )


if __name__ == "__main__":
    sys.exit(main())
