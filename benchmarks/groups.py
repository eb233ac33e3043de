"""Security groups of a giant firm: what a move would do, and the move itself.

``python -m benchmarks.groups`` (1,000,000 taxpayers; a firm of 100,000 clients, 2,000 secondary logons, 500 groups)

Each change is rolled back, so that the world stays as it is. The baselines are what the database alone needs: counting
the firm's customers by group, and a bare UPDATE of as many rows.
"""

from __future__ import annotations

import argparse
import sys
import time

import psycopg

from benchmarks.databases import loaded_world
from benchmarks.harness import Timing, begin_report, measure, measure_in_turn, once, report
from benchmarks.world import add_parameters, parameters_from

MOVED = 50_000


def main() -> int:
    """Measure, report, exit status 1 when a limit does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_parameters(parser)
    parser.set_defaults(taxpayers=1_000_000, firm_clients=100_000, firm_secondaries=2_000, firm_groups=500)
    parameters = parameters_from(parser.parse_args())
    good = True
    with loaded_world(parameters) as world, psycopg.connect(world.url) as raw:
        begin_report(raw)
        from django.db import connection, transaction
        from django.utils import timezone

        from countersign.access.models import Customer, PortfolioHolder, SecurityGroup
        from countersign.access.operations.customers import lock_portfolio
        from countersign.access.operations.groups import end_group, place
        from countersign.access.queries.chosen_customers import Chosen
        from countersign.access.queries.decisions import check
        from countersign.access.queries.group_changes import customers_of_placing, preview_of_placing
        from countersign.taxpayers.models import Account

        portfolio = PortfolioHolder.objects.get(holder__username="giant.parent", received=False).portfolio_id
        groups = list(SecurityGroup.objects.filter(portfolio=portfolio, ended_at=None).order_by("pk"))
        default, target = groups[0], groups[1]
        customers = Customer.objects.filter(portfolio=portfolio, passed_on=True)
        keys = tuple(customers.exclude(group=target).order_by("pk").values_list("taxpayer_id", flat=True)[:MOVED])
        dataset = f"{parameters.taxpayers:,} taxpayers, firm of {customers.count():,} clients, {len(groups)} groups"
        some, now = Chosen(taxpayers=keys), timezone.now()

        def count_by_hand() -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    """SELECT k.group_id, a.account_type_id, count(*) FROM access_customer k
                    JOIN taxpayers_account a ON a.taxpayer_id = k.taxpayer_id JOIN access_grant g ON g.account_id = a.id
                    WHERE k.portfolio_id = %s AND k.taxpayer_id = ANY(%s) AND g.ended_at IS NULL GROUP BY 1, 2""",
                    [portfolio, list(keys)],
                )
                cursor.fetchall()

        preview, baseline = measure_in_turn(
            lambda: preview_of_placing(portfolio, some, group=target.pk, at=now), count_by_hand, runs=7, warm=1
        )
        good &= report(f"preview of moving {len(keys):,} customers", dataset, preview, baseline=baseline, at_most=1_500)
        shown = preview_of_placing(portfolio, some, group=target.pk, at=now)
        if shown.logons:
            first = shown.logons[0]
            page = measure(
                lambda: customers_of_placing(
                    portfolio,
                    some,
                    group=target.pk,
                    logon=first.logon,
                    gained=first.gains > 0,
                    at=now,
                    first=0,
                    size=50,
                ),
                runs=5,
                warm=1,
            )
            good &= report("one of its lists, first page of 50", dataset, page, at_most=1_500)

        def timed(act: object) -> Timing:
            with transaction.atomic():
                lock_portfolio(portfolio)
                started = time.perf_counter()
                assert callable(act)
                act()
                seconds = time.perf_counter() - started
                transaction.set_rollback(True)
            return once(seconds)

        def update_by_hand() -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE access_customer SET group_id = %s WHERE portfolio_id = %s AND taxpayer_id = ANY(%s)",
                    [target.pk, portfolio, list(keys)],
                )

        bare = timed(update_by_hand)
        moved = timed(lambda: place(portfolio=portfolio, chosen=some, group=target.pk, submission="", now=now))
        good &= report(f"moving {len(keys):,} customers", dataset, moved, baseline=bare, at_most=3_000)

        with transaction.atomic():
            place(portfolio=portfolio, chosen=some, group=target.pk, submission="", now=now)
            whole = Chosen(group=target.pk)
            preview = measure(lambda: preview_of_placing(portfolio, whole, group=default.pk, at=now), runs=5, warm=1)
            good &= report(f"preview of deleting a group of {len(keys):,}", dataset, preview, at_most=1_500)
            deleted = timed(lambda: end_group(group=target, default_group=default.pk, submission="", now=now))
            good &= report("deleting that group", dataset, deleted, at_most=3_000)
            transaction.set_rollback(True)

        numbers = Account.objects.filter(taxpayer__in=keys[:500]).values_list("number", flat=True)
        asked = iter(list(numbers) * 10)
        checked = measure(lambda: check("giant.0002", "file", next(asked)))
        good &= report("one check, a secondary logon", dataset, checked)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
