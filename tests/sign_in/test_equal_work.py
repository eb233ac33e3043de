"""A try costs the same whoever it is for: the same statements, the same hash, the same commits."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from countersign.events.models import Entry, EntrySubject
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid
from countersign.sign_in.operations import sign_in
from tests.sign_in.conftest import PASSWORD

MakeLogon = Callable[..., Logon]


def statements(username: str, password: str) -> list[str]:
    """What the database was asked, without the values."""
    with CaptureQueriesContext(connection) as captured, pytest.raises(Invalid):
        sign_in(username=username, password=password, source="test", now=timezone.now())
    return [
        re.sub(r"'[^']*'|\d+|\{[^}]*\}|\"s\d*_x\d*\"", "?", query["sql"])[:60] for query in captured.captured_queries
    ]


def test_the_database_is_asked_the_same_for_known_unknown_and_inactive(make_logon: MakeLogon) -> None:
    make_logon("wrong.password")
    make_logon("not.active", status="deactivated")
    make_logon("never.had.one", password="")
    wrong = statements("wrong.password", "wrong")
    unknown = statements("nobody.has.this", "wrong")
    assert [one for one in wrong if not one.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))] == [
        one for one in unknown if not one.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
    ]
    assert len(statements("not.active", PASSWORD)) == len(wrong)
    assert len(statements("never.had.one", PASSWORD)) == len(wrong)


def test_nothing_stays_on_record_of_a_username_that_nobody_has(db: None) -> None:
    statements("nobody.has.this", "wrong")
    assert not Entry.objects.exists()
    assert not EntrySubject.objects.exists()
