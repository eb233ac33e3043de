"""How many customers each security group of a portfolio has."""

from __future__ import annotations

from django.db import connection


def customers_by_group(portfolio: int, *, only: int | None = None) -> dict[int, int]:
    """Group key → customers, as the derived list has them. Groups without customers are missing.

    ``only``: of this group. Read from its index alone, in the index's order: what is never passed on has no group, so
    that nothing but the group is asked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT group_id, count(*) FROM access_customer
            WHERE portfolio_id = %s AND group_id IS NOT NULL AND (%s IS NULL OR group_id = %s) GROUP BY group_id""",
            [portfolio, only, only],
        )
        return dict(cursor.fetchall())
