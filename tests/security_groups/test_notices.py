"""SPEC 7: notices "on every change of access": those whose customers change by a placement are told, once each."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from countersign.access.queries.chosen_customers import Chosen
from countersign.access.queries.mapping_changes import preview_of_moves
from countersign.access.queries.reach import reach
from countersign.logons.models import Logon
from countersign.mail.models import OutboxMail
from countersign.notices.kinds import KINDS
from countersign.notices.models import MailChoice, Notice
from countersign.notices.operations import choose_mail, mail_held, send_digests
from countersign.notices.telling import tell_many
from countersign.portfolios.queries import portfolio_of
from countersign.security_groups.notice_kinds import CUSTOMERS_CHANGED
from countersign.security_groups.operations import delete_group, keep_file, place_from_file
from countersign.security_groups.queries.placement_files import file_of, meaning_of
from countersign.taxpayers.models import Account
from tests.cast import PEOPLE, username
from tests.security_groups.conftest import Firm
from tests.security_groups.test_placing import place


def told() -> dict[str, dict[str, int]]:
    """Username → what the notice says."""
    notices = Notice.objects.filter(kind=CUSTOMERS_CHANGED).select_related("logon")
    return {one.logon.username: one.details for one in notices}


def reaches() -> dict[str, set[int]]:
    """Which taxpayers each secondary logon of the firm reaches."""
    of_firm = [person for person in PEOPLE if person.parent == "maria" and person.status == "active"]
    taxpayers = dict(Account.objects.values_list("number", "taxpayer_id"))
    return {one.username: {taxpayers[row.account_number] for row in reach(one.username)} for one in of_firm}


def never() -> bool:
    return False


def test_whoever_gains_or_loses_is_told_and_nobody_else(firm: Firm) -> None:
    before = reaches()
    submission = place(firm, firm.chosen("HARBOR-BAKERY", "LOPEZ-CPA"), "Restaurants")
    after = reaches()
    expected = {
        who: {"gains": len(after[who] - before[who]), "losses": len(before[who] - after[who])}
        for who in before
        if after[who] != before[who]
    }
    assert expected
    assert told() == expected
    assert username("lee") not in told()  # deactivated
    assert username("pat") not in told()  # has not enrolled
    assert set(Notice.objects.values_list("submission", flat=True)) == {submission.confirmation_number}


def test_mail_is_the_workers_and_comes_once(firm: Firm) -> None:
    joel, kim = firm.logon("joel"), firm.logon("kim")
    choose_mail(actor=kim, choice=MailChoice.DAILY.value)
    number = place(firm, firm.chosen("HARBOR-BAKERY"), "Default").confirmation_number
    assert {username("joel"), username("kim"), username("ruth")} <= set(told())
    assert not OutboxMail.objects.exists()
    job = ProcrastinateJob.objects.get(task_name="notices.mail_held")
    assert job.args == {"kind": CUSTOMERS_CHANGED, "submission": number}
    expected = len(told()) - 1
    assert mail_held(**job.args, stop=never) == expected
    assert mail_held(**job.args, stop=never) == 0
    mail = OutboxMail.objects.get(to=joel.email)
    assert "1 customer has left you" in " ".join(mail.text.split())
    assert "Harbor" not in mail.text + mail.subject
    assert number[:4] in mail.text
    assert not OutboxMail.objects.filter(to=kim.email).exists()
    assert send_digests() == 1
    assert OutboxMail.objects.get(to=kim.email).kind == "digest"
    assert OutboxMail.objects.count() == expected + 1


def test_what_the_worker_did_not_come_to_is_in_the_daily_mail(firm: Firm) -> None:
    number = place(firm, firm.chosen("HARBOR-BAKERY"), "Default").confirmation_number
    assert mail_held(kind=CUSTOMERS_CHANGED, submission=number, stop=lambda: True) == 0
    assert send_digests() == len(told())
    assert mail_held(kind=CUSTOMERS_CHANGED, submission=number, stop=never) == 0


def test_a_deleted_group_tells_its_logons(firm: Firm) -> None:
    before = reaches()
    group = firm.group("Retail clients")
    version = firm.version(Chosen(group=group.pk), firm.group("Default"))
    delete_group(actor=firm.maria, portfolio=firm.portfolio, group=group.pk, version=version, now=firm.now)
    after = reaches()
    changed = {who for who in before if before[who] != after[who]}
    assert username("joel") in changed
    assert set(told()) == changed


def test_a_file_tells_once(firm: Firm) -> None:
    before = reaches()
    content = b"Customer,Security group\nHarbor Bakery LLC,Restaurants\nLopez CPA PC,Default\n"
    kept = keep_file(actor=firm.maria, portfolio=firm.portfolio, content=content, now=firm.now)
    standing = portfolio_of(firm.maria, firm.portfolio, at=firm.now)
    meaning = meaning_of(standing, file_of(standing, kept.pk, actor=firm.maria).rows, at=firm.now)
    version = preview_of_moves(firm.portfolio, meaning.moves, at=firm.now).version
    place_from_file(actor=firm.maria, portfolio=firm.portfolio, file=kept.pk, skip=False, version=version, now=firm.now)
    after = reaches()
    assert set(told()) == {who for who in before if before[who] != after[who]}


def test_words_in_both_languages_and_on_the_page(firm: Firm, client: Any) -> None:
    place(firm, firm.chosen("HARBOR-BAKERY"), "Restaurants")
    joel = firm.logon("joel")
    client.force_login(joel)
    page = client.get("/notices/").content.decode()
    assert "The customers that you act for have changed" in page
    assert "1 customer has left you" in page
    words = KINDS[CUSTOMERS_CHANGED].words({"gains": 48213, "losses": 1})
    assert "48,213 customers have come to you." in words.sentences


@pytest.mark.django_db
def test_two_thousand_are_told_in_one_statement(firm: Firm) -> None:
    """So that moving 50,000 customers of a firm with 2,000 secondary logons stays within its three seconds."""
    made = Logon.objects.bulk_create(
        Logon(username=f"many.{number:05}", email=f"many{number}@lopezcpa.example") for number in range(2_000)
    )
    assert made
    with CaptureQueriesContext(connection) as few:
        tell_many(kind=CUSTOMERS_CHANGED, details={made[0].pk: {"gains": 1, "losses": 0}}, now=firm.now, submission="A")
    with CaptureQueriesContext(connection) as many:
        details = {one.pk: {"gains": 25_000, "losses": 25_000} for one in made}
        assert tell_many(kind=CUSTOMERS_CHANGED, details=details, now=firm.now, submission="B") == 2_000
    assert len(few) == len(many)
    assert sum(float(one["time"]) for one in many) < 1
    assert tell_many(kind=CUSTOMERS_CHANGED, details=details, now=firm.now, submission="B") == 0
