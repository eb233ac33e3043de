"""Choosing a new password costs one hash, however many passwords the logon had before.

``python -m benchmarks.password_history [--entries 500]``: on an empty database of its own

The whole of choosing (find out that it was never used, store it, remember it) for a logon with 500 former passwords,
and for one that has none; and refusing the oldest of the 500. The baseline is one bare hash at the same cost, in turns:
a second hash would make it twice as much. Each is also counted to hash once.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Callable
from unittest.mock import patch

import psycopg

from benchmarks.databases import server, working_on
from benchmarks.harness import begin_report, measure_in_turn, report, report_row

RATIO, RATIO_TO_NONE = 1.5, 1.1


def main() -> int:
    """Measure, report, exit status 1 when a limit does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=500)
    parser.add_argument("--runs", type=int, default=100)
    arguments = parser.parse_args()
    good = True
    with (
        server() as running,
        working_on(running.fresh("bench_password_history")) as database,
        psycopg.connect(database.url) as raw,
    ):
        begin_report(raw)
        from django.contrib.auth.hashers import make_password
        from django.db import transaction
        from django.utils import timezone

        from countersign.logons.models import Logon, UsedPassword
        from countersign.logons.passwords import set_password
        from countersign.policy.errors import Invalid

        oldest = secrets.token_urlsafe(20)

        def logon_with(entries: int) -> Logon:
            """Its oldest password is a real one; what others were hashed from makes no difference to the search."""
            logon = Logon.objects.create(
                username=f"had.before.{entries}", first_name="A", last_name="B", email="a@b.example"
            )
            if entries:
                with transaction.atomic():
                    set_password(logon, oldest, now=timezone.now())
                cost = UsedPassword.objects.get(logon=logon).cost
                UsedPassword.objects.bulk_create(
                    UsedPassword(logon=logon, cost=cost, digest=secrets.token_bytes(32)) for _ in range(entries - 1)
                )
            assert UsedPassword.objects.filter(logon=logon).count() == entries
            return Logon.objects.get(pk=logon.pk)

        def choose(logon: Logon) -> Callable[[], object]:
            def act() -> None:
                with transaction.atomic():
                    set_password(logon, secrets.token_urlsafe(20), now=timezone.now())
                    transaction.set_rollback(True)

            return act

        def refuse(logon: Logon) -> Callable[[], object]:
            def act() -> None:
                try:
                    with transaction.atomic():
                        set_password(logon, oldest, now=timezone.now())
                except Invalid:
                    return
                raise AssertionError("a password was taken twice")

            return act

        salt = "benchmarksaltbenchmark"
        many = logon_with(arguments.entries)
        chosen, without, refused, alone = measure_in_turn(
            choose(many),
            choose(logon_with(0)),
            refuse(many),
            lambda: make_password(secrets.token_urlsafe(20), salt=salt),
            runs=arguments.runs,
            warm=5,
        )
        before = f"{arguments.entries} before it"
        good &= report(f"a new password, {before}", "one logon", chosen, baseline=alone, ratio_at_most=RATIO)
        good &= report(
            f"a new password, {before}, against none before it", "one logon", chosen,
            baseline=without, ratio_at_most=RATIO_TO_NONE,
        )  # fmt: skip
        good &= report(
            f"refusing the oldest of {arguments.entries}", "one logon", refused, baseline=alone, ratio_at_most=RATIO
        )
        hashes = _hashes(choose(many)), _hashes(refuse(many))
        good &= report_row(
            "hashes: choosing, refusing", "one logon", f"{hashes}", "", "", "1 each", good=hashes == (1, 1)
        )
    return 0 if good else 1


def _hashes(act: Callable[[], object]) -> int:
    from argon2 import low_level

    with patch.object(low_level, "hash_secret", wraps=low_level.hash_secret) as hashed:
        act()
    return int(hashed.call_count)


if __name__ == "__main__":
    sys.exit(main())
