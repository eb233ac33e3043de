"""Hold still what a decision about access rests on, until the transaction ends."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def hold_standing(*, actor: int, taxpayers: Iterable[int]) -> None:
    """Keep these taxpayers' conditions, and what the actor is for them, from changing until commit.

    Others may hold the same; whoever wants to freeze a taxpayer, cancel the actor's access or deactivate the
    actor waits, and so does this where they came first. Ask the policy only afterwards: no operation then
    commits on a right that was already gone (law 7). Taxpayers are locked in key order.
    """
    keys = sorted(set(taxpayers))
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM taxpayers_taxpayer WHERE id = ANY(%s) ORDER BY id FOR SHARE", [keys])
        cursor.execute(
            "SELECT FROM access_logonstanding WHERE logon_id = %s AND ended_at IS NULL ORDER BY id FOR SHARE",
            [actor],
        )
        cursor.execute(
            "SELECT FROM access_taxpayeraccess WHERE logon_id = %s AND taxpayer_id = ANY(%s) "
            "AND ended_at IS NULL ORDER BY id FOR SHARE",
            [actor, keys],
        )
