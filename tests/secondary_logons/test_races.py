"""Changes of secondary logons against each other, in threads on a real PostgreSQL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from countersign.access.models import GroupMember, LogonStanding, Refinement, SecondaryLogon
from countersign.access.operations.secondary import Place, Terms
from countersign.events.models import Entry
from countersign.logons.hash_cap import Busy
from countersign.logons.links import LinkVoid
from countersign.logons.models import Logon, Passkey
from countersign.logons.second_factors import factors_of
from countersign.mail.models import OutboxMail
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.rights import Rights
from countersign.secondary_logons.kinds import LOST_FACTORS
from countersign.secondary_logons.models import RefinementFile
from countersign.secondary_logons.operations import (
    add_secondary,
    cancel_access,
    change_groups,
    change_settings,
    enroll,
    give_rights,
    reactivate_access,
    send_again,
)
from countersign.secondary_logons.operations.refining import set_refinements
from countersign.secondary_logons.operations.vouching import ask_parent, decline_to_vouch, vouch
from countersign.submissions.models import Submission
from tests.cast import username
from tests.imported_cast import import_cast
from tests.secondary_logons.conftest import MA, TA, Firm
from tests.secondary_logons.test_refinement_files import good, kept, submit, version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def firm(transactional_db: None, tmp_path: Path) -> Iterator[Firm]:
    import_cast(tmp_path)
    yield Firm()


def at_once(*calls: Callable[[], object]) -> Sequence[str]:
    """Run all at the same moment; how each ended, in order."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        try:
            barrier.wait(timeout=20)
            call()
            return "done"
        except (Stale, Refused, Invalid, LinkVoid, Busy) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_parallel_changes_of_one_logon_each_sees_what_the_other_left(firm: Firm) -> None:
    version, joel = firm.seen("joel").version, firm.person("joel")
    account = firm.account("PELL-STREET-BOOKS", "WTH")
    base = {"actor": firm.parent, "portfolio": firm.portfolio, "logon": joel.pk, "version": version}
    ends = at_once(
        lambda: change_groups(**base, groups=[firm.groups["Default"]], now=timezone.now()),
        lambda: change_groups(**base, groups=[firm.groups["Firm"]], now=timezone.now()),
        lambda: change_settings(**base, terms=Terms(MA, Rights.NO_ACCESS, None), now=timezone.now()),
        lambda: give_rights(
            **base, rights={Place(account.taxpayer_id, account.pk): Rights.VIEW_ONLY}, now=timezone.now()
        ),
    )
    assert Counter(ends) == {"done": 1, "Stale": 3}
    assert SecondaryLogon.objects.filter(logon=joel, ended_at__isnull=True).count() == 1
    assert GroupMember.objects.filter(logon=joel, ended_at__isnull=True).count() == 1


def test_whoever_waited_for_a_change_sees_it_although_its_moment_is_the_earlier(firm: Firm) -> None:
    """Each takes its moment before it waits for the lock; who comes second by the lock may be first by the clock."""
    version, joel = firm.seen("joel").version, firm.person("joel")
    base = {"actor": firm.parent, "portfolio": firm.portfolio, "logon": joel.pk, "version": version}
    waiting_since = timezone.now()
    change_settings(**base, terms=Terms(MA, Rights.NO_ACCESS, None), now=timezone.now())
    with pytest.raises(Stale):
        change_groups(**base, groups=[firm.groups["Firm"]], now=waiting_since)


def test_one_username_is_added_once_whoever_asks(firm: Firm) -> None:
    victors = Firm("victor")
    calls = [
        lambda of=of, name=name: add_secondary(  # type: ignore[misc]
            **of.new(username=name, groups=[of.groups["Default"]], terms=Terms(TA, Rights.VIEW_ONLY, None))
        )
        for of in (firm, victors)
        for name in ("noor.lopezcpa", "n00r.lopezcpa", "noor.lopezcpa")
    ]
    assert Counter(at_once(*calls)) == {"done": 1, "Invalid": 5}
    assert Logon.objects.filter(skeleton__startswith="noor.").count() == 1


def test_a_link_enrolls_once(firm: Firm) -> None:
    add_secondary(**firm.new())
    token = re.search(r"/enroll/([\w-]{43})/", OutboxMail.objects.get(to="noor@lopezcpa.example").text)
    assert token
    calls = [
        lambda number=number: enroll(  # type: ignore[misc]
            token=token[1], password=f"violet stairs hum {number}", now=timezone.now()
        )
        for number in range(20)
    ]
    ended = Counter(at_once(*calls))
    assert ended["done"] == 1
    assert ended["LinkVoid"] + ended["Busy"] == 19
    assert Entry.objects.filter(name="SecondaryLogonEnrolled").count() == 1


def test_enrolling_against_cancelling_and_sending_again_waits_in_no_circle(firm: Firm) -> None:
    """Law 8, and an invitation that is withdrawn or replaced at the moment at which it is followed."""
    for number in range(8):
        name = f"noor.number{number}"
        add_secondary(**firm.new(username=name))
        noor = Logon.objects.get(username=name)
        mail = OutboxMail.objects.filter(to="noor@lopezcpa.example").latest("pk")
        token = re.search(r"/enroll/([\w-]{43})/", mail.text)
        assert token
        base = {"actor": firm.parent, "portfolio": firm.portfolio, "logon": noor.pk}
        other = partial(cancel_access, **base) if number % 2 else partial(send_again, **base)
        ends = at_once(
            partial(enroll, token=token[1], password=f"violet stairs hum {number}", now=timezone.now()),
            partial(other, now=timezone.now()),
        )
        assert ends[1] == "done" or (ends[0], ends[1]) == ("done", "Stale")
        standing = LogonStanding.objects.get(logon=noor, ended_at__isnull=True).status
        assert standing == ("cancelled" if number % 2 else "active" if ends[0] == "done" else "invited")


def test_cancelling_wins_against_everything_that_comes_after(firm: Firm) -> None:
    """Law 8."""
    lee = firm.person("lee")
    base = {"actor": firm.parent, "portfolio": firm.portfolio, "logon": lee.pk}
    ends = at_once(
        lambda: cancel_access(**base, now=timezone.now()),
        lambda: reactivate_access(**base, now=timezone.now()),
        lambda: cancel_access(**base, now=timezone.now()),
    )
    assert Counter(ends)["done"] >= 1
    assert LogonStanding.objects.get(logon=lee, ended_at__isnull=True).status == "cancelled"
    assert not SecondaryLogon.objects.filter(logon=lee, ended_at__isnull=True).exists()


def test_of_two_files_for_one_logon_the_second_is_left_out(firm: Firm) -> None:
    files = [
        kept(firm, f"{username('joel')},,Lantern Inn LLC,,{rights}", f"{username('lee')},,Lantern Inn LLC,,{rights}")
        for rights in ("View Only", "No Access")
    ]
    seen = [version(firm, file) for file in files]
    ends = at_once(
        *[
            lambda file=file, seen=seen: submit(firm, file, version=seen)  # type: ignore[misc]
            for file, seen in zip(files, seen, strict=True)
        ]
    )
    assert list(ends) == ["done", "done"]
    at_once(*[lambda key=file.pk: set_refinements(key) for file in files])  # type: ignore[misc]
    told = RefinementFile.objects.order_by("pk").values_list("refused", flat=True)
    assert sorted(told) == ["", "changed"]
    live = Refinement.objects.filter(taxpayer__key="LANTERN-INN", ended_at__isnull=True)
    assert Counter(live.values_list("logon_id", flat=True)) == {firm.person(one).pk: 1 for one in ("joel", "lee")}
    assert len(set(live.values_list("rights", flat=True))) == 1


def test_a_file_is_submitted_once(firm: Firm) -> None:
    file = kept(firm, *good(firm))
    seen = version(firm, file)
    ends = at_once(*[lambda: submit(firm, file, version=seen)] * 4)
    assert Counter(ends) == {"done": 1, "Stale": 3}
    at_once(*[lambda: set_refinements(file.pk)] * 3)
    assert Entry.objects.filter(name="SecondaryRightsChanged").count() == 1


def test_of_twenty_who_vouch_at_once_one_does(firm: Firm) -> None:
    joel, maria = firm.person("joel"), firm.parent
    for logon in (joel, maria):
        Passkey.objects.create(logon=logon, credential_id=f"{logon.pk}".encode(), credential_data=b"-")
    asked = at_once(*[lambda: ask_parent(logon=joel, now=timezone.now())] * 8)
    assert Counter(asked) == {"done": 8}
    ask = Submission.objects.get(kind=LOST_FACTORS)
    base = {
        "actor": maria,
        "portfolio": firm.portfolio,
        "logon": joel.pk,
        "asked": ask.confirmation_number,
        "now": timezone.now(),
    }
    ends = at_once(*[lambda: vouch(**base)] * 18, *[lambda: decline_to_vouch(**base)] * 2)
    assert Counter(ends) == {"done": 1, "Stale": 19}
    answered = Entry.objects.filter(name__in=("LostFactorsVouched", "LostFactorsNotVouched"))
    assert answered.count() == 1
    assert OutboxMail.objects.filter(kind="lost_factors_please_vouch").count() == 1
    ask.refresh_from_db()
    assert (ask.status == "processed") == (not factors_of(joel).any)
