"""Decisions and lists at a state's size, each against a raw prepared statement in the same run.

``python -m benchmarks.decisions [--taxpayers 200000]``

One check through the Python API, and 50 mixed ones in one call, against a hand-written prepared statement that finds
the same rights (for the 50 at once: the same statement over all of them). The first page of 50 accounts and a search
by part of a name, for the giant firm's parent and a secondary logon of it: the statements' time, and the page's.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

from benchmarks.databases import loaded_world
from benchmarks.harness import begin_report, measure, measure_in_turn, report
from benchmarks.world import add_parameters, parameters_from

# The rights of one logon on one account, as somebody would write it by hand for speed: no reasons, no paths, no past.
RIGHTS_BY_HAND = """
SELECT q.ord, coalesce(max(found.rights), 0)
FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS q(username, number, ord)
JOIN logons_logon l ON l.username = q.username
JOIN access_logonstanding st ON st.logon_id = l.id AND st.ended_at IS NULL AND st.status = 'active'
     AND st.begins_at <= now()
JOIN taxpayers_account a ON a.number = q.number
LEFT JOIN access_secondarylogon s ON s.logon_id = l.id AND s.ended_at IS NULL AND s.accepted
LEFT JOIN access_portfolioholder h ON h.portfolio_id = s.portfolio_id AND h.ended_at IS NULL
LEFT JOIN LATERAL (
    SELECT CASE WHEN ta.provisional THEN 2 ELSE 3 END AS rights FROM access_taxpayeraccess ta
    WHERE ta.logon_id = coalesce(h.holder_id, l.id) AND ta.taxpayer_id = a.taxpayer_id AND ta.access_type = 'MA'
      AND ta.accepted AND ta.ended_at IS NULL AND ta.begins_at <= now() AND (ta.ends_at IS NULL OR ta.ends_at > now())
    UNION ALL
    SELECT ar.rights FROM access_accountrights ar WHERE s.id IS NULL AND ar.logon_id = l.id AND ar.account_id = a.id
      AND ar.ended_at IS NULL AND ar.begins_at <= now() AND (ar.ends_at IS NULL OR ar.ends_at > now())
      AND NOT EXISTS (SELECT FROM access_taxpayercondition c WHERE c.taxpayer_id = a.taxpayer_id AND c.ended_at IS NULL
                      AND c.condition IN ('deceased', 'dissolved'))
    UNION ALL
    SELECT g.rights FROM access_grant g JOIN access_taxpayeraccess m ON m.taxpayer_id = g.third_party_id
      AND m.logon_id = coalesce(h.holder_id, l.id) AND m.access_type = 'MA' AND NOT m.provisional AND m.ended_at IS NULL
    WHERE g.account_id = a.id AND g.ended_at IS NULL AND g.begins_at <= now()
      AND (g.ends_at IS NULL OR g.ends_at > now())
      AND NOT EXISTS (SELECT FROM access_taxpayercondition c WHERE c.taxpayer_id = a.taxpayer_id AND c.ended_at IS NULL
                      AND c.condition IN ('deceased', 'dissolved'))
      AND NOT EXISTS (SELECT FROM access_taxpayercondition c WHERE c.taxpayer_id = g.third_party_id
                      AND c.ended_at IS NULL AND c.condition IN ('frozen_as_third_party', 'deceased', 'dissolved'))
) passed ON true
LEFT JOIN LATERAL (
    SELECT least(passed.rights, CASE WHEN s.id IS NULL THEN 3 ELSE coalesce(
        (SELECT CASE WHEN bool_or(r.account_id IS NULL AND r.rights = 0) THEN 0
                     ELSE (array_agg(r.rights ORDER BY r.account_id))[1] END
         FROM access_refinement r WHERE r.logon_id = l.id AND r.taxpayer_id = a.taxpayer_id
         AND (r.account_id = a.id OR r.account_id IS NULL) AND r.ended_at IS NULL),
        CASE s.access_type WHEN 'MA' THEN 3 ELSE s.default_rights END) END) AS rights
    WHERE passed.rights IS NOT NULL AND (s.id IS NULL OR (
        (s.account_types IS NULL OR a.account_type_id = ANY(s.account_types))
        AND EXISTS (SELECT FROM access_groupmember gm WHERE gm.logon_id = l.id AND gm.ended_at IS NULL
            AND gm.group_id = coalesce(
                (SELECT pl.group_id FROM access_placement pl WHERE pl.portfolio_id = s.portfolio_id
                 AND pl.taxpayer_id = a.taxpayer_id AND pl.ended_at IS NULL),
                (SELECT dg.id FROM access_securitygroup dg WHERE dg.portfolio_id = s.portfolio_id AND dg.is_default
                 AND dg.ended_at IS NULL)))))
      AND NOT EXISTS (SELECT FROM access_taxpayercondition c WHERE c.taxpayer_id = a.taxpayer_id AND c.ended_at IS NULL
                      AND c.condition = 'frozen_as_taxpayer')
) found ON true
GROUP BY q.ord
"""


def questions(connection: psycopg.Connection[Any], count: int) -> list[tuple[str, str]]:
    """Mixed questions (username, account number): own, clients of the giant firm, secondary logons, strangers."""
    drawn = random.Random(7)
    own = connection.execute(
        """SELECT l.username, a.number FROM access_taxpayeraccess ta JOIN logons_logon l ON l.id = ta.logon_id
        JOIN taxpayers_account a ON a.taxpayer_id = ta.taxpayer_id WHERE ta.id % 997 = 0 LIMIT 500"""
    ).fetchall()
    clients = connection.execute(
        """SELECT a.number FROM access_customer k JOIN taxpayers_account a ON a.taxpayer_id = k.taxpayer_id
        JOIN access_portfolioholder h ON h.portfolio_id = k.portfolio_id
        JOIN logons_logon l ON l.id = h.holder_id WHERE l.username = 'giant.parent' AND a.id % 53 = 0 LIMIT 1000"""
    ).fetchall()
    secondaries = [f"giant.{number:04}" for number in range(1, 201)]
    kinds: list[Callable[[], tuple[str, str]]] = [
        lambda: drawn.choice(own),
        lambda: ("giant.parent", drawn.choice(clients)[0]),
        lambda: (drawn.choice(secondaries), drawn.choice(clients)[0]),
        lambda: (drawn.choice(own)[0], drawn.choice(clients)[0]),
    ]
    return [kinds[number % len(kinds)]() for number in range(count)]


def main() -> int:
    """Measure, report, exit status 1 when a limit does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_parameters(parser)
    parameters = parameters_from(parser.parse_args())
    good = True
    with loaded_world(parameters) as world, psycopg.connect(world.url, prepare_threshold=0) as raw:
        begin_report(raw)
        from countersign.access.queries.decisions import check, check_many
        from countersign.access.queries.facts import Question

        dataset = f"{parameters.taxpayers:,} taxpayers"
        asked = questions(raw, 400)
        raw.execute("SET plan_cache_mode = force_generic_plan")
        one, fifty = iter(asked * 100), iter(asked * 100)

        def by_hand() -> None:
            username, number = next(one)
            raw.execute(RIGHTS_BY_HAND, ([username], [number]), prepare=True).fetchall()

        def through_api() -> None:
            username, number = next(fifty)
            check(username, "file", number)

        for username, number in asked[:200]:
            found = raw.execute(RIGHTS_BY_HAND, ([username], [number]), prepare=True).fetchall()
            assert (found[0][1] if found else 0) == check(username, "view", number).rights, (
                f"the baseline decides otherwise: {username} {number} {found} {check(username, 'view', number)}"
            )
        product, baseline = measure_in_turn(through_api, by_hand)
        good &= report("one check", dataset, product, baseline=baseline, ratio_at_most=3)
        batch = asked[:50]
        names, numbers = [username for username, _ in batch], [number for _, number in batch]
        product, baseline = measure_in_turn(
            lambda: check_many([("file", Question(username, number)) for username, number in batch]),
            lambda: raw.execute(RIGHTS_BY_HAND, (names, numbers), prepare=True).fetchall(),
        )
        good &= report("50 mixed checks in one call", dataset, product, baseline=baseline, ratio_at_most=3)
        good &= _lists(dataset)
    return 0 if good else 1


def _lists(dataset: str) -> bool:
    from django.test import Client

    from countersign.access.queries.listing import Filter, accounts_page
    from countersign.logons.models import Logon
    from countersign.logons.sessions import ACTIVE_AT, SIGNED_IN_AT

    good = True
    for username, who in (
        ("giant.parent", "the giant firm's parent"),
        ("giant.0020", "a secondary MA of it"),
        ("giant.0002", "a secondary TA of it"),
        ("giant.0001", "a secondary TA of it with refinements only"),
    ):
        logon = Logon.objects.get(username=username)
        found = measure(lambda key=logon.pk: accounts_page(key))
        good &= report(f"first page of 50 accounts, query, {who}", dataset, found, at_most=10)
        found = measure(lambda key=logon.pk: accounts_page(key, narrowed=Filter(search="lan")))
        good &= report(f"search by part of a name, query, {who}", dataset, found, at_most=25)
        browser = Client(SERVER_NAME="127.0.0.1")
        browser.force_login(logon)
        session = browser.session
        session[SIGNED_IN_AT] = session[ACTIVE_AT] = int(time.time())
        session.save()
        response = browser.get("/")
        assert response.status_code == 200 and b"<h1" in response.content, response.status_code
        found = measure(lambda page=browser: page.get("/"))
        good &= report(f"first page of 50 accounts, whole page, {who}", dataset, found, at_most=100)
    return good


if __name__ == "__main__":
    sys.exit(main())
