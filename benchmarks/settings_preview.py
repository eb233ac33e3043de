"""What other settings of one secondary logon would do, account by account, in a giant firm.

``python -m benchmarks.settings_preview`` (1,000,000 taxpayers; a firm of 100,000 clients, about 190,000 accounts)

For a Tax Administrator that is let in to every security group, so that every account of the firm counts; for one as the
world has them; and for somebody who is added (Add User), let in to everything. Each preview, and the first page of the
list behind a count, must take 1.5 seconds. The baseline counts the same accounts by a bare statement.
"""

from __future__ import annotations

import argparse
import sys

import psycopg

from benchmarks.databases import loaded_world
from benchmarks.harness import begin_report, measure, measure_in_turn, report
from benchmarks.world import GIANT_PARENT, add_parameters, parameters_from

AT_MOST = 1_500

BY_HAND = """SELECT count(*), count(DISTINCT k.taxpayer_id) FROM access_customer k
    JOIN taxpayers_account a ON a.taxpayer_id = k.taxpayer_id JOIN access_grant g ON g.account_id = a.id
    WHERE k.portfolio_id = %s AND k.group_id = ANY(%s) AND g.ended_at IS NULL"""


def main() -> int:
    """Measure, report, exit status 1 when a limit does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_parameters(parser)
    parser.set_defaults(taxpayers=1_000_000, firm_clients=100_000, firm_secondaries=2_000, firm_groups=500)
    parameters = parameters_from(parser.parse_args())
    good = True
    with loaded_world(parameters) as world, psycopg.connect(world.url, autocommit=True) as raw:
        begin_report(raw)
        from django.utils import timezone

        from countersign.access.models import PortfolioHolder, SecurityGroup
        from countersign.access.queries.covering import Limits, limits_of
        from countersign.access.queries.limits_change import accounts_of_limits, preview_of_limits
        from countersign.logons.models import Logon
        from countersign.policy.rights import AccessType, Rights

        portfolio = PortfolioHolder.objects.get(holder__username=GIANT_PARENT, received=False).portfolio_id
        every = frozenset(SecurityGroup.objects.filter(portfolio=portfolio, ended_at=None).values_list("pk", flat=True))
        now = timezone.now()
        one = limits_of(Logon.objects.get(username="giant.0002").pk, at=now)
        assert one is not None
        master, administrator = AccessType.MASTER_ADMINISTRATOR, AccessType.TAX_ADMINISTRATOR
        nothing = Limits(administrator, Rights.NO_ACCESS, None, frozenset(), {})
        everything = Limits(administrator, Rights.VIEW_ONLY, None, every, one.refined)
        asked = [
            ("settings: View Only to File and Pay, in all groups", everything, everything._replace(
                default_rights=Rights.FILE_AND_PAY)),
            ("settings: TA to MA, in all groups", everything, everything._replace(access_type=master)),
            ("settings: of all groups one is left", everything, everything._replace(groups=one.groups)),
            ("settings: View Only to MA, in a few groups", one._replace(default_rights=Rights.VIEW_ONLY), one._replace(
                access_type=master)),
            ("settings: one refinement", everything, everything._replace(
                refined={**one.refined, (_client(portfolio), None): Rights.NO_ACCESS})),
            ("Add User: a TA in Default", nothing, nothing._replace(
                default_rights=Rights.VIEW_ONLY,
                groups=frozenset([SecurityGroup.objects.get(portfolio=portfolio, is_default=True, ended_at=None).pk]))),
            ("Add User: an MA of everything", nothing, Limits(master, Rights.NO_ACCESS, None, every, {})),
        ]  # fmt: skip
        clients, accounts = raw.execute(BY_HAND, (portfolio, list(every))).fetchone()[::-1]  # type: ignore[index]
        dataset = f"{parameters.taxpayers:,} taxpayers, {clients:,} clients, {accounts:,} accounts"
        for command, before, after in asked:
            groups = sorted(before.groups | after.groups)
            found, baseline = measure_in_turn(
                lambda before=before, after=after: preview_of_limits(portfolio, before, after, at=now),
                lambda groups=groups: raw.execute(BY_HAND, (portfolio, groups)).fetchall(),
                runs=7,
                warm=1,
            )
            good &= report(command, dataset, found, baseline=baseline, at_most=AT_MOST)
            shown = preview_of_limits(portfolio, before, after, at=now)
            gained = shown.accounts_gained > 0
            page = measure(
                lambda before=before, after=after, gained=gained: accounts_of_limits(
                    portfolio, before, after, gained=gained, at=now, first=0, size=101
                ),
                runs=5,
                warm=1,
            )
            which, count = ("gained", shown.accounts_gained) if gained else ("lost", shown.accounts_lost)
            good &= report(f"– the first of {count:,} accounts {which}", dataset, page, at_most=AT_MOST)
    return 0 if good else 1


def _client(portfolio: int) -> int:
    from countersign.access.models import Customer

    return Customer.objects.filter(portfolio=portfolio, passed_on=True).order_by("name_folded")[0].taxpayer_id


if __name__ == "__main__":
    sys.exit(main())
