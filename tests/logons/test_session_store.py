"""Sessions are written once per request, and one that was ended does not come to life again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.models import Session

from countersign.logons.session_store import SessionStore

pytestmark = pytest.mark.django_db
Queries = Callable[[int], AbstractContextManager[object]]


def test_a_new_session_is_one_statement_with_all_that_it_holds(django_assert_num_queries: Queries) -> None:
    session = SessionStore()
    session.create()
    session["step"] = "email"
    with django_assert_num_queries(1):
        session.save()
    assert SessionStore(session.session_key).load() == {"step": "email"}


def test_what_has_not_changed_is_not_written_again(django_assert_num_queries: Queries) -> None:
    session = SessionStore()
    session["step"] = "email"
    session.save()
    with django_assert_num_queries(0):
        session.save()
    session["step"] = "finish"
    session.save()
    assert SessionStore(session.session_key).load() == {"step": "finish"}


def test_a_new_key_takes_everything_along_and_ends_the_old_one() -> None:
    planted = SessionStore()
    planted["step"] = "email"
    planted.save()
    session = SessionStore(planted.session_key)
    session.cycle_key()
    session["more"] = 1
    session.save()
    assert session.session_key != planted.session_key
    assert SessionStore(session.session_key).load() == {"step": "email", "more": 1}
    assert not Session.objects.filter(session_key=planted.session_key).exists()


def test_an_ended_session_does_not_come_to_life_again() -> None:
    session = SessionStore()
    session["step"] = "email"
    session.save()
    late = SessionStore(session.session_key)
    late["step"] = "finish"
    session.flush()
    with pytest.raises(UpdateError):
        late.save()
    assert not Session.objects.exists()


def test_a_flushed_session_begins_again_under_another_key() -> None:
    session = SessionStore()
    session["step"] = "email"
    session.save()
    before = session.session_key
    session.flush()
    session["step"] = "finish"
    session.save()
    assert session.session_key != before
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_is_never_taken_over() -> None:
    session = SessionStore()
    session["step"] = "email"
    session.save()
    other = SessionStore(session.session_key)
    other["step"] = "stolen"
    with pytest.raises(CreateError):
        other.save(must_create=True)
    assert SessionStore(session.session_key).load() == {"step": "email"}
