"""Many secondary logons from one file: what becomes of each row, and that the work survives being broken off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from countersign.access.models import GroupMember, SecondaryLogon
from countersign.events.models import Entry
from countersign.logons.models import Link, Logon
from countersign.mail.models import OutboxMail
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.secondary_logons.models import LogonFile
from countersign.secondary_logons.operations.uploading import add_rows, invite_added, keep_file, submit_file
from countersign.secondary_logons.queries.logon_files import Outcome, kept_rows, plan
from countersign.submissions.models import Submission
from tests.cast import username
from tests.secondary_logons.conftest import Firm

HEADING = "username,first_name,last_name,email,access_type,default_rights,security_groups,account_types\n"
GOOD = (
    "noor.lopezcpa,Noor,Haidari,noor@lopezcpa.example,TA,View Only,Retail clients;Restaurants,WTH;Sales and Use\n"
    "bo.lopezcpa,Bo,Lindqvist,bo@lopezcpa.example,ta,FILE_AND_PAY,,\n"
    "mia.lopezcpa,Mia,Olsen,mia@lopezcpa.example,Master Administrator,,Default,all\n"
)
BAD = (
    "short,A,B,a@b.example,TA,View Only,,\n"
    "dana.whitfield,A,B,a@b.example,TA,View Only,,\n"
    "n00r.lopezcpa,A,B,a@b.example,TA,View Only,,\n"
    "anna.lopezcpa,,B,a@b.example,TA,View Only,,\n"
    "anna.lopezcpa,A,B,nonsense,TA,View Only,,\n"
    "anna.lopezcpa,A,B,a@b.example,XX,View Only,,\n"
    "anna.lopezcpa,A,B,a@b.example,TA,Everything,,\n"
    "anna.lopezcpa,A,B,a@b.example,TA,View Only,Nowhere,\n"
    "anna.lopezcpa,A,B,a@b.example,TA,View Only,,Nothing\n"
    "noor.lopezcpa,A,B,a@b.example,TA,View Only,,\n"
)


def kept(firm: Firm, text: str, actor: str = "maria") -> LogonFile:
    return keep_file(
        actor=firm.person(actor), portfolio=firm.portfolio, content=(HEADING + text).encode(), now=timezone.now()
    )


def submit(firm: Firm, file: LogonFile, *, skip_bad: bool = False, actor: str = "maria") -> Any:
    return submit_file(
        actor=firm.person(actor),
        portfolio=firm.portfolio,
        file=file.pk,
        skip_bad=skip_bad,
        now=timezone.now(),
        token=uuid4(),
    )


def test_every_row_is_added_with_its_groups_and_account_types_and_then_invited(firm: Firm) -> None:
    file = kept(firm, GOOD)
    submission = submit(firm, file)
    add_rows(file.pk)
    assert not OutboxMail.objects.filter(to="noor@lopezcpa.example").exists()
    invite_added(file.pk, lambda: False)
    noor = SecondaryLogon.objects.get(logon__username="noor.lopezcpa")
    assert (noor.default_rights, sorted(noor.account_types or [])) == (1, sorted(firm.types("WTH", "SUT")))
    assert noor.begun_by == submission.confirmation_number
    groups = GroupMember.objects.filter(logon=noor.logon).values_list("group__name", flat=True)
    assert sorted(groups) == ["Restaurants", "Retail clients"]
    mia = SecondaryLogon.objects.get(logon__username="mia.lopezcpa")
    assert (mia.access_type, mia.default_rights, mia.account_types) == ("MA", 0, None)
    assert Entry.objects.filter(name="SecondaryLogonAdded").count() == 3
    assert Link.objects.filter(kind="enroll").count() == 3
    file.refresh_from_db()
    assert (file.done, file.invited, [row[2] for row in file.results]) == (3, 3, ["added"] * 3)


def test_what_was_begun_is_never_done_twice(firm: Firm) -> None:
    file = kept(firm, GOOD)
    submit(firm, file)
    for _time in range(2):
        add_rows(file.pk)
    invite_added(file.pk, lambda: True)  # stopped before the first
    for _time in range(2):
        invite_added(file.pk, lambda: False)
    assert OutboxMail.objects.filter(kind="secondary_logon_invitation").count() == 3
    assert Logon.objects.filter(email__endswith="@lopezcpa.example", username="bo.lopezcpa").count() == 1
    with pytest.raises(Stale):
        submit(firm, file)


def test_each_bad_row_says_what_is_wrong(firm: Firm) -> None:
    from countersign.portfolios.queries import portfolio_of

    standing = portfolio_of(firm.parent, firm.portfolio, at=timezone.now())
    planned = plan(standing, kept_rows((HEADING + GOOD + BAD).encode()))
    assert [one.outcome for one in planned[3:]] == [
        Outcome.USERNAME,
        Outcome.TAKEN,
        Outcome.TWICE,  # it reads like the first one
        Outcome.NAME,
        Outcome.EMAIL,
        Outcome.ACCESS_TYPE,
        Outcome.RIGHTS,
        Outcome.GROUP,
        Outcome.ACCOUNT_TYPE,
        Outcome.TWICE,
    ]


def test_all_or_nothing_or_bad_rows_skipped(firm: Firm) -> None:
    file = kept(firm, GOOD + BAD)
    with pytest.raises(Invalid):
        submit(firm, file)
    assert not Logon.objects.filter(username="noor.lopezcpa").exists()
    submit(firm, file, skip_bad=True)
    add_rows(file.pk)
    file.refresh_from_db()
    assert (file.done, len(file.results)) == (3, 13)
    assert Logon.objects.filter(username="noor.lopezcpa").exists()


def test_a_row_that_can_no_longer_be_added_leaves_out_everything(firm: Firm) -> None:
    file = kept(firm, GOOD)
    submit(firm, file)
    Logon.objects.create(username="bo.lopezcpa", first_name="B", last_name="O", email="b@o.example")
    add_rows(file.pk)
    file.refresh_from_db()
    assert file.refused == "row" and not Logon.objects.filter(username="noor.lopezcpa").exists()


def test_who_may_no_longer_add_adds_nobody(firm: Firm) -> None:
    from countersign.access.models import TaxpayerAccess

    file = kept(firm, GOOD)
    submit(firm, file)
    TaxpayerAccess.objects.filter(logon=firm.parent).update(ended_at=timezone.now(), ended_by="TEST")
    add_rows(file.pk)
    assert not Logon.objects.filter(username="noor.lopezcpa").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"one,two\n1,2\n", HEADING.encode(), HEADING.encode() + b'"' + b"x" * 200_000, b"\x00" * 50],
)
def test_what_is_no_such_file_is_refused_with_a_message(firm: Firm, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        keep_file(actor=firm.parent, portfolio=firm.portfolio, content=content, now=timezone.now())
    assert list(refused.value.problems) == ["file"]


def test_a_secondary_master_administrators_rows_stay_within_its_reach(firm: Firm) -> None:
    file = kept(
        firm,
        "in.lopezcpa,In,Side,in@lopezcpa.example,TA,View Only,Restaurants,\n"
        "out.lopezcpa,Out,Side,out@lopezcpa.example,TA,View Only,Firm,\n",
        actor="kim",
    )
    submit(firm, file, skip_bad=True, actor="kim")
    add_rows(file.pk)
    assert Logon.objects.filter(username="in.lopezcpa").exists()
    assert not Logon.objects.filter(username="out.lopezcpa").exists()


def test_a_file_belongs_to_whoever_uploaded_it(firm: Firm) -> None:
    file = kept(firm, GOOD)
    for other in ("kim", "victor", "joel"):
        with pytest.raises(Refused) as refused:
            submit(firm, file, actor=other)
        assert refused.value.hidden


def test_the_pages_from_upload_to_the_result_of_each_row(firm: Firm, client_for: Callable[[str], Client]) -> None:
    client = client_for(username("maria"))
    page = reverse("secondary_logons:upload", args=[firm.portfolio])
    assert b"username" in b"".join(client.get(reverse("secondary_logons:pattern", args=[firm.portfolio])))
    bad = client.post(page, {"file": SimpleUploadedFile("x.csv", b"one,two\n1,2\n")})
    assert bad.status_code == 422 and b"These are missing" in bad.content
    answer = client.post(page, {"file": SimpleUploadedFile("x.csv", (HEADING + GOOD + BAD).encode())})
    assert answer.status_code == 303
    review = client.get(answer["Location"])
    assert b"3 persons can be added" in review.content and b"10 rows cannot be added" in review.content
    assert client.post(answer["Location"], {"step": "submit"}).status_code == 422
    assert client.post(answer["Location"], {"step": "skip", "token": str(uuid4())}).status_code == 303
    assert b"Users are being added" in client.get(answer["Location"]).content
    add_rows(LogonFile.objects.get().pk)
    assert b"3 of 13 added, 10 skipped" in client.get(answer["Location"]).content
    results = reverse("secondary_logons:results", args=[firm.portfolio, LogonFile.objects.get().pk])
    lines = b"".join(client.get(results)).decode().splitlines()
    assert len(lines) == 14 and "Added" in lines[1]
    number = Submission.objects.get(kind="secondary_logons_uploaded").confirmation_number
    found = client.get(reverse("submissions:detail", args=[number])).content
    assert answer["Location"].encode() in found and b"3 of 13" in found  # a closed browser finds it again
