"""How many customers each security group of a portfolio has."""

from __future__ import annotations

from django.db import connection


def customers_by_group(portfolio: int) -> dict[int | None, int]:
    """Group key → customers, as the derived list has them; None: kept to the parent. Read from its index alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT group_id, count(*) FROM access_customer
            WHERE portfolio_id = %s AND passed_on GROUP BY group_id""",
            [portfolio],
        )
        return dict(cursor.fetchall())
