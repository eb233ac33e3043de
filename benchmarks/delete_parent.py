"""Delete My Profile of a parent logon ends what its secondary logons reach, in that transaction.

``python -m benchmarks.delete_parent`` (1,000,000 taxpayers; a firm of 100,000 clients, 2,000 secondary logons)

Each time in a copy of the world, committed: once nobody takes the portfolio over, so that it rests; once it is handed
over to the other Master Administrator of the firm. Before it every secondary logon is asked for an account that it
reaches; afterwards all are asked again, and the whole relation of paths: parked, nobody may have one; handed over, each
path leads through the new holder. The baseline deletes the portfolio's derived customers with a bare statement.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing

import psycopg

from benchmarks.databases import Database, server, working_on
from benchmarks.harness import Timing, begin_report, once, report, report_row
from benchmarks.world import GIANT_PARENT, GIANT_SECOND, add_parameters, parameters_from

AT_MOST = 2_000


def main() -> int:
    """Measure, report, exit status 1 when a limit does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_parameters(parser)
    parser.set_defaults(taxpayers=1_000_000, firm_clients=100_000, firm_secondaries=2_000, firm_groups=500)
    parameters = parameters_from(parser.parse_args())
    dataset = (
        f"{parameters.taxpayers:,} taxpayers, firm of {parameters.firm_clients:,} clients, "
        f"{parameters.firm_secondaries:,} secondary logons"
    )
    good = True
    with server() as running:
        world = running.world(parameters)
        with closing(psycopg.connect(world.url)) as raw:
            begin_report(raw)
        for handed_over in (False, True):
            with running.copy(world, "bench_delete_parent") as copy:
                good &= _measure(copy, dataset, handed_over=handed_over)
    return 0 if good else 1


def _measure(copy: Database, dataset: str, *, handed_over: bool) -> bool:
    with working_on(copy):
        from django.utils import timezone

        from countersign.access.models import PortfolioHolder, SecondaryLogon
        from countersign.leaving.operations import Choices, delete_profile
        from countersign.leaving.queries import consequences_of_deleting
        from countersign.logons.models import Logon

        parent, second = (Logon.objects.get(username=name) for name in (GIANT_PARENT, GIANT_SECOND))
        portfolio = PortfolioHolder.objects.get(holder=parent, received=False).portfolio_id
        logons = SecondaryLogon.objects.filter(portfolio=portfolio, ended_at=None).select_related("logon")
        before = _reached({one.logon_id: one.logon.username for one in logons})
        baseline = _bare_delete(copy, portfolio)
        seen = consequences_of_deleting(parent, at=timezone.now())
        assert {one.portfolio for one in seen.portfolios} == {portfolio}
        receivers = {portfolio: second.pk} if handed_over else {}

        def delete(logon: Logon, version: str) -> None:
            choices, now = Choices(receivers=receivers), timezone.now()
            delete_profile(actor=logon, typed_username=logon.username, version=version, choices=choices, now=now)

        # The first one of a process also loads code and plans.
        small = PortfolioHolder.objects.exclude(holder__in=(parent, second)).earliest("pk").holder
        delete(small, consequences_of_deleting(small, at=timezone.now()).version)
        began = time.perf_counter()
        delete(parent, seen.version)
        taken = once(time.perf_counter() - began)
        what = "handed over" if handed_over else "parked"
        good = report(f"Delete My Profile, {what}", dataset, taken, baseline=baseline, at_most=AT_MOST)
        still, foreign = _still_reached(before, portfolio, second.pk)
        after = f"{len(before):,} reached something before; {still:,} do, {foreign:,} paths not through the new holder"
        right = foreign == 0 and (still == len(before) if handed_over else still == 0)
        limit = "all, through the new holder" if handed_over else "none"
        return report_row(f"– what they reach then, {what}", dataset, after, "", "", limit, good=right) and good


def _reached(logons: dict[int, str]) -> dict[str, str]:
    """Username → an account number that it may view, for all that reach anything."""
    from countersign.access.queries.decisions import check_many
    from countersign.access.queries.facts import Question
    from countersign.access.queries.listing import accounts_page

    found = {}
    for key, username in logons.items():
        rows = accounts_page(key, size=1).rows
        if rows:
            found[username] = rows[0].account_number
    answers = check_many([("view", Question(username, number)) for username, number in found.items()])
    assert found and all(answer.allowed for answer in answers)
    return found


def _still_reached(before: dict[str, str], portfolio: int, receiver: int) -> tuple[int, int]:
    """How many still may view that account, and how many paths of theirs there are through anybody but the receiver."""
    from django.utils import timezone

    from countersign.access.queries.decisions import check_many
    from countersign.access.queries.facts import Question
    from countersign.access.queries.paths import paths
    from countersign.access.queries.prepared import fetch_all

    answers = check_many([("view", Question(username, number)) for username, number in before.items()])
    others = fetch_all(
        f"""SELECT count(*) FROM {paths(past=False)} p JOIN access_secondarylogon s ON s.logon_id = p.logon_id
        WHERE s.portfolio_id = %(portfolio)s AND p.parent_id IS DISTINCT FROM %(receiver)s""",
        {"at": timezone.now(), "portfolio": portfolio, "receiver": receiver},
    )
    return sum(answer.allowed for answer in answers), int(others[0][0])


def _bare_delete(copy: Database, portfolio: int) -> Timing:
    with closing(psycopg.connect(copy.url)) as raw:
        began = time.perf_counter()
        raw.execute("DELETE FROM access_customer WHERE portfolio_id = %s", [portfolio])
        taken = once(time.perf_counter() - began)
        raw.rollback()
    return taken


if __name__ == "__main__":
    sys.exit(main())
