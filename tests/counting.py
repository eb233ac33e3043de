"""How many statements something sends to the database, prepared ones included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext


def statements(call: Callable[[], object]) -> int:
    """The number of statements. What is asked once only (a plan, a session's first moment) has been asked before."""
    call()
    prepared = 0

    class Counting(psycopg.Cursor[Any]):
        def execute(self, *args: Any, **more: Any) -> Any:
            nonlocal prepared
            prepared += 1
            return super().execute(*args, **more)

    with (
        CaptureQueriesContext(connection) as captured,
        mock.patch("countersign.access.queries.prepared.psycopg.Cursor", Counting),
    ):
        call()
    return len(captured) + prepared
