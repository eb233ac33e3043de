"""Many requests from one file: nothing more is told of anybody than by the single form, and nothing is kept in the clear."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from countersign.access.models import TaxpayerAccess
from countersign.events.models import Entry
from countersign.mail.models import OutboxMail
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Condition
from countersign.policy.rights import Rights
from countersign.submissions.models import Submission
from countersign.third_party_access.mail.many import remind_of_many, tell_many_expired, tell_of_file
from countersign.third_party_access.models import AccessRequest, AskedRights, MismatchCount, RequestFile, State
from countersign.third_party_access.operations import expire_requests, withdraw_request
from countersign.third_party_access.operations.expire_requests import remind_of_requests
from countersign.third_party_access.operations.request_many import ask_rows, keep_requests, submit_requests
from countersign.third_party_access.queries.request_files import Outcome, plan
from tests.third_party_access.world import BAKERY_FEIN, LOPEZ_FEIN, PERSON_SSN, World, taxpayer

HEADING = "ID type,ID number,Legal name,Account types and rights,First day,Last day,Message to the taxpayer"
BAKERY = f"FEIN,{BAKERY_FEIN},harbor bakery,Withholding: File and Pay; SLS: view only,,,Hello"
PERSON = f"SSN,{PERSON_SSN},pat q doe,Sales and use: View Only,,,"
NOBODY = "SSN,987-65-4321,Nobody At All,Sales and use: View Only,,,"
UNKNOWN = "FEIN,99-999999{0},Nobody At All LLC,Sales and use: View Only,,,"


def kept(world: World, *lines: str, actor: str = "luis", heading: str = HEADING) -> RequestFile:
    content = "\r\n".join([heading, *lines]).encode("utf-8-sig")
    return keep_requests(actor=world.logons[actor], third_party=world.lopez.pk, content=content, now=world.now)


def submit(world: World, file: RequestFile, *, skip_bad: bool = False, actor: str = "luis") -> Submission:
    return submit_requests(
        actor=world.logons[actor],
        third_party=world.lopez.pk,
        file=file.pk,
        skip_bad=skip_bad,
        now=timezone.now(),
        token=uuid4(),
    )


def outcomes(world: World, file: RequestFile) -> list[Outcome]:
    return [one.outcome for one in plan(world.lopez, file.rows, at=timezone.now())]


def ask(world: World, *lines: str, skip_bad: bool = False) -> RequestFile:
    file = kept(world, *lines)
    submit(world, file, skip_bad=skip_bad)
    ask_rows(file.pk)
    tell_of_file(file.pk, lambda: False)
    file.refresh_from_db()
    return file


def test_each_row_becomes_a_request_as_from_the_single_form(world: World) -> None:
    file = ask(world, BAKERY, PERSON, NOBODY)
    assert [row[4] for row in file.results] == ["asked"] * 3 and file.done == 3
    request = AccessRequest.objects.get(client=world.bakery)
    assert request.message == "Hello"
    assert {(asked.account_type.code, asked.rights) for asked in request.asked.all()} == {("WTH", 2), ("SLS", 1)}
    submission = Submission.objects.get(confirmation_number=request.confirmation_number)
    assert (submission.waits_for_id, submission.subject, submission.third_party_id) == (
        world.bakery.pk,
        request.pk,
        world.lopez.pk,
    )
    entry = Entry.objects.get(submission=request.confirmation_number)
    assert entry.name == "ThirdPartyAccessRequested" and entry.actor_logon_id == world.luis.pk
    assert AccessRequest.objects.filter(client=world.person).count() == 1
    nobodys = AccessRequest.objects.get(client=None)
    assert Submission.objects.get(confirmation_number=nobodys.confirmation_number).waits_for_id is None


def test_no_answer_tells_whether_an_individual_exists(world: World) -> None:
    """SPEC 6: "for an individual the answer is always the same and neutral"."""
    wrong_name = PERSON.replace("pat q doe", "Somebody Else")
    seen = []
    for line in (PERSON, NOBODY, wrong_name):
        file = kept(world, line)
        before = outcomes(world, file)
        submit(world, file)
        ask_rows(file.pk)
        file.refresh_from_db()
        shown = [row[4] for row in file.results]
        seen.append((before, shown, file.done, file.refused))
        again = kept(world, line)  # asked once more: pending for all alike
        assert outcomes(world, again) == [Outcome.PENDING]
        for made in AccessRequest.objects.filter(state=State.PENDING):
            withdraw_request(actor=world.luis, third_party=world.lopez.pk, request=made.pk, now=timezone.now())
    assert seen[0] == seen[1] == seen[2]
    assert not MismatchCount.objects.filter(mismatches__gt=0).exists()


@override_settings(REQUEST_MISMATCHES_PER_DAY=3)
def test_what_is_told_of_businesses_counts_as_in_the_single_form(world: World) -> None:
    lines = [UNKNOWN.format(n) for n in range(5)]
    file = kept(world, *lines[:2], BAKERY, *lines[2:], BAKERY.replace("Withholding", "WTH"), NOBODY)
    assert outcomes(world, file) == [
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
        Outcome.READY,
        Outcome.UNKNOWN,
        Outcome.LIMIT,
        Outcome.LIMIT,
        Outcome.TWICE,
        Outcome.READY,
    ]
    assert {(one.counted, one.mismatches) for one in MismatchCount.objects.all()} == {
        ("logon", 3),
        ("third_party", 3),
    }
    # Matching or not, nothing is told of a business any more: neither by a file nor by the form, of either of them.
    assert outcomes(world, kept(world, BAKERY)) == [Outcome.LIMIT]
    assert outcomes(world, kept(world, BAKERY, actor="lena")) == [Outcome.LIMIT]
    with pytest.raises(Refused):
        world.request()
    # Looking again at what was uploaded tells and counts nothing new.
    assert outcomes(world, file)[2] == Outcome.READY
    assert MismatchCount.objects.get(counted="logon", key=world.luis.pk).mismatches == 3


def test_identifiers_are_never_kept_in_the_clear(world: World) -> None:
    lines = [
        BAKERY,
        PERSON,
        NOBODY,
        "SSN,123-45,Broken Number,SLS: View Only,,,",
        "NONE,111-22-3333,X,SLS: View Only,,,",
    ]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        file = ask(world, *lines, skip_bad=True)
    said = json.dumps([file.rows, file.results]) + " ".join(query["sql"] for query in queries)
    for number in (BAKERY_FEIN, PERSON_SSN, "987-65-4321", "123-45", "111-22-3333"):
        assert number not in said and number.replace("-", "") not in said
    everything = " ".join(f"{mail.subject} {mail.text} {mail.html}" for mail in OutboxMail.objects.all())
    everything += json.dumps([entry.body for entry in Entry.objects.all()])
    assert PERSON_SSN not in everything and BAKERY_FEIN not in everything


def test_each_row_says_what_is_wrong(world: World) -> None:
    yesterday = (world.today - timedelta(days=1)).isoformat()
    bad = {
        "NONE,12-3456789,Harbor Bakery,SLS: View Only,,,": Outcome.ID_TYPE,
        "FEIN,12-345678,Harbor Bakery,SLS: View Only,,,": Outcome.ID_NUMBER,
        "AGENCY,,Harbor Bakery,SLS: View Only,,,": Outcome.ID_NUMBER,
        f"FEIN,{LOPEZ_FEIN},Lopez CPA,SLS: View Only,,,": Outcome.SELF,
        f"FEIN,{BAKERY_FEIN},,SLS: View Only,,,": Outcome.NAME,
        f"FEIN,{BAKERY_FEIN},{'x' * 301},SLS: View Only,,,": Outcome.NAME,
        f"FEIN,{BAKERY_FEIN},Har\u202ebor,SLS: View Only,,,": Outcome.NAME,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,,,,": Outcome.RIGHTS,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,SLS,,,": Outcome.RIGHTS,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,SLS: No Access,,,": Outcome.RIGHTS,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,Nothing: View Only,,,": Outcome.RIGHTS,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,SLS: View Only; SLS: All Access,,,": Outcome.RIGHTS,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,SLS: View Only,{yesterday},,": Outcome.FIRST_DAY,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,SLS: View Only,2026-13-45,,": Outcome.FIRST_DAY,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,SLS: View Only,9999-12-31,,": Outcome.FIRST_DAY,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,SLS: View Only,,{yesterday},": Outcome.LAST_DAY,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,SLS: View Only,,soon,": Outcome.LAST_DAY,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,SLS: View Only,,,{'x' * 1001}": Outcome.MESSAGE,
        f"FEIN,{BAKERY_FEIN},Harbor Bakery,SLS: View Only,,,one,two": Outcome.CELLS,
        f"FEIN,{BAKERY_FEIN},Another Bakery,SLS: View Only,,,": Outcome.UNKNOWN,
    }
    assert outcomes(world, kept(world, *bad)) == list(bad.values())
    with pytest.raises(Invalid):
        submit(world, kept(world, *bad), skip_bad=True)
    assert not AccessRequest.objects.exists()


def test_the_same_twice_and_what_is_pending_already(world: World) -> None:
    first = world.request(rights={world.sales.pk: Rights.VIEW_ONLY})
    file = kept(world, BAKERY, PERSON, PERSON)
    assert outcomes(world, file) == [Outcome.PENDING, Outcome.READY, Outcome.TWICE]
    planned = plan(world.lopez, file.rows, at=timezone.now())
    assert planned[0].result()[5] == first.confirmation_number


def test_all_or_nothing_or_bad_rows_skipped(world: World) -> None:
    file = kept(world, BAKERY, PERSON, UNKNOWN.format(1))
    with pytest.raises(Invalid):
        submit(world, file)
    submit(world, file, skip_bad=True)
    ask_rows(file.pk)
    file.refresh_from_db()
    assert [row[4] for row in file.results] == ["asked", "asked", "unknown"]
    with pytest.raises(Stale):
        submit(world, file, skip_bad=True)
    with pytest.raises(Stale):
        submit(world, file)


def test_a_row_that_can_no_longer_be_asked_leaves_out_everything(world: World) -> None:
    file = kept(world, PERSON, BAKERY)
    submit(world, file)
    world.request(rights={world.sales.pk: Rights.VIEW_ONLY})
    ask_rows(file.pk)
    file.refresh_from_db()
    assert (file.refused, file.done) == ("row", 0)
    assert not AccessRequest.objects.filter(client=world.person).exists()


def test_what_was_begun_is_never_done_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from countersign.third_party_access.operations import request_many

    monkeypatch.setattr(request_many, "BATCH", 1)
    file = kept(world, BAKERY, PERSON, NOBODY)
    submit(world, file, skip_bad=True)
    real, calls = request_many._create, []

    def breaks(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise RuntimeError("the worker died")
        return real(*given)

    monkeypatch.setattr(request_many, "_create", breaks)
    with pytest.raises(RuntimeError):
        ask_rows(file.pk)
    file.refresh_from_db()
    assert file.running and len(file.results) == 1
    for _time in range(2):
        ask_rows(file.pk)
        tell_of_file(file.pk, lambda: False)
    assert AccessRequest.objects.count() == 3
    assert OutboxMail.objects.filter(kind="request_received").count() == 3  # dana, olive, pat: once each


def test_who_may_no_longer_ask_asks_nobody(world: World) -> None:
    file = kept(world, BAKERY)
    submit(world, file)
    TaxpayerAccess.objects.filter(logon=world.luis).update(ended_at=timezone.now(), ended_by="TEST")
    ask_rows(file.pk)
    file.refresh_from_db()
    assert file.refused and not AccessRequest.objects.exists()


def test_a_frozen_third_party_cannot_ask(world: World) -> None:
    file = kept(world, BAKERY)
    world.freeze(world.lopez, Condition.FROZEN_AS_THIRD_PARTY)
    with pytest.raises(Refused):
        submit(world, file)
    with pytest.raises(Refused):
        kept(world, BAKERY)


def test_a_file_belongs_to_whoever_uploaded_it(world: World) -> None:
    file = kept(world, BAKERY)
    for other in ("lena", "dana", "stranger"):
        with pytest.raises(Refused) as refused:
            submit(world, file, actor=other)
        assert refused.value.hidden
    with pytest.raises(Refused):
        kept(world, BAKERY, actor="dana")
    with pytest.raises(Refused):
        submit_requests(
            actor=world.dana, third_party=world.bakery.pk, file=file.pk, skip_bad=False, now=world.now, token=None
        )


def test_each_master_administrator_gets_one_mail(world: World) -> None:
    lines = []
    for n in range(60):
        number = f"55-55555{n:02d}"
        one = taxpayer(f"M{n}", "business", f"Shop {n} LLC", "FEIN", number)
        world.access(world.olive, one, "MA")
        lines.append(f"FEIN,{number},Shop {n},Sales and use: View Only,,,")
    ask(world, *lines, BAKERY, PERSON, NOBODY)
    mails = OutboxMail.objects.filter(kind="request_received")
    assert sorted(mails.values_list("logon_id", flat=True)) == sorted([world.dana.pk, world.olive.pk, world.pat.pk])
    assert "61 of your taxpayers" in mails.get(logon_id=world.olive.pk).subject
    assert "Harbor Bakery LLC" in mails.get(logon_id=world.dana.pk).subject
    assert OutboxMail.objects.count() == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"one,two\n1,2\n",
        HEADING.encode(),
        HEADING.encode() + b'\n"' + b"x" * 1_100_000 + b'"\n',
        HEADING.encode() + b'\n"unfinished',
        HEADING.encode() + b"\nFEIN\x00,,,",
        (HEADING + "\n" + (NOBODY + "\n") * 10_001).encode(),
        (HEADING + "\n" + (NOBODY + "\n") * 100_000).encode(),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_message(world: World, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        keep_requests(actor=world.luis, third_party=world.lopez.pk, content=content, now=world.now)
    assert list(refused.value.problems) == ["file"] and refused.value.problems["file"]
    assert not RequestFile.objects.exists()


def test_the_pages_from_upload_to_the_result_of_each_row(world: World, client_for: Callable[[str], Client]) -> None:
    client = client_for("luis-logon")
    of = [world.lopez.pk]
    page = reverse("third_party_access:upload", args=of)
    pattern = b"".join(client.get(reverse("third_party_access:pattern", args=of)))
    assert b"Account types and rights" in pattern and b"Sales and use: View Only" in pattern
    bad = client.post(page, {"file": SimpleUploadedFile("x.csv", b"one,two\n1,2\n")})
    assert bad.status_code == 422 and b"These are missing" in bad.content
    content = "\n".join([HEADING, BAKERY, PERSON, UNKNOWN.format(1), "SSN,1,=1+1,SLS: View Only,,,"]).encode()
    answer = client.post(page, {"file": SimpleUploadedFile("x.csv", content)})
    assert answer.status_code == 303
    review = client.get(answer["Location"]).content.decode()
    assert "2 taxpayers can be asked" in review and "2 rows cannot be asked" in review
    assert BAKERY_FEIN not in review and PERSON_SSN not in review
    sent = dict(re.findall(r'name="(token)" value="([^"]*)"', review))
    assert client.post(answer["Location"], {"step": "submit", **sent}).status_code == 422
    for _time in range(2):
        assert client.post(answer["Location"], {"step": "skip", **sent}).status_code == 303
    assert b"Requests are being submitted" in client.get(answer["Location"]).content
    ask_rows(RequestFile.objects.get().pk)
    assert b"2 of 4 requests submitted, 2 skipped" in client.get(answer["Location"]).content
    results = reverse("third_party_access:results", args=[*of, RequestFile.objects.get().pk])
    lines = b"".join(client.get(results)).decode().splitlines()
    assert len(lines) == 5 and "Submitted" in lines[1] and "'=1+1" in lines[4]
    number = Submission.objects.get(kind="third_party_requests_uploaded").confirmation_number
    assert b"2 of 4" in client.get(reverse("submissions:detail", args=[number])).content
    assert client_for("lena-logon").get(answer["Location"]).status_code == 404
    listed = client.get(reverse("third_party_access:requests", args=of), {"state": "pending", "q": "harbor"})
    assert b"harbor bakery" in listed.content and b"pat q doe" not in listed.content
    whole = b"".join(client.get(reverse("third_party_access:requests_csv", args=of))).decode()
    assert "harbor bakery" in whole and "pat q doe" in whole and PERSON_SSN not in whole
    assert b"pat q doe" not in b"".join(
        client.get(reverse("third_party_access:requests_csv", args=of), {"q": "harbor"})
    )
    assert client.get(reverse("third_party_access:requests", args=of), {"state": "declined"}).status_code == 200


def test_the_lists_have_a_constant_number_of_queries(world: World, client_for: Callable[[str], Client]) -> None:
    client = client_for("luis-logon")
    address = reverse("third_party_access:requests", args=[world.lopez.pk])
    ask(world, NOBODY)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    ask(world, *(f"SSN,900-00-{n:04d},Somebody {n},Sales and use: View Only,,," for n in range(30)))
    with CaptureQueriesContext(connection) as many:
        shown = client.get(address)
    assert len(many) == len(few) and shown.content.count(b"Withdraw") > 25
    following = re.search(rb'href="([^"]*after=\d+[^"]*)"', client.get(address, {"size": "25"}).content)
    assert following and b"Nobody At All" in client.get(address + following[1].decode().replace("&amp;", "&")).content
    assert AskedRights.objects.filter(open=True).count() == 31


def test_clients_and_who_acts_are_files_too(world: World, client_for: Callable[[str], Client]) -> None:
    world.grant(Rights.VIEW_ONLY, "SLS-1", "WTH-1")
    of_firm = reverse("third_party_access:clients_csv", args=[world.lopez.pk])
    of_client = reverse("third_party_access:who_acts_csv", args=[world.bakery.pk])
    with_portfolio = client_for("luis-logon")
    with_portfolio.get(reverse("secondary_logons:start"))
    content = b"".join(with_portfolio.get(of_firm)).decode()
    assert content.count("Harbor Bakery LLC") == 2 and "View Only" in content
    assert "Harbor" not in b"".join(with_portfolio.get(of_firm, {"q": "nobody"})).decode()
    acting = b"".join(client_for("dana-logon").get(of_client)).decode()
    assert "Lopez CPA PC" in acting and "SLS-1" in acting
    assert client_for("stranger-logon").get(of_client).status_code == 404
    assert client_for("dana-logon").get(of_firm).status_code == 404


def test_reminders_and_expiry_of_many_are_one_mail_for_each_administrator(world: World) -> None:
    people = [f"SSN,900-00-{n:04d},Somebody {n},Sales and use: View Only,,," for n in range(30)]
    ask(world, BAKERY, *people)
    OutboxMail.objects.all().delete()
    close = {"reminded": (remind_of_requests, remind_of_many), "expired": (expire_requests, tell_many_expired)}
    for days, (state, (operation, tell)) in zip((25, 32), close.items(), strict=True):
        assert operation(now=timezone.now() + timedelta(days=days), tell_together=tell) == 31
        mails = OutboxMail.objects.filter(kind=f"request_{state}")
        to = sorted(mails.values_list("logon_id", flat=True))
        assert to == sorted(one.pk for one in (world.luis, world.lena, world.dana, world.olive))
        assert "31 of your requests" in mails.get(logon_id=world.luis.pk).subject
        assert mails.get(logon_id=world.dana.pk).subject.startswith("1 request for access")
    assert OutboxMail.objects.count() == 8
    assert Entry.objects.filter(name="RequestExpired").count() == 31


def test_of_a_few_requests_each_is_told_of(world: World) -> None:
    ask(world, BAKERY, PERSON)
    OutboxMail.objects.all().delete()
    assert expire_requests(now=timezone.now() + timedelta(days=31), tell_together=tell_many_expired) == 2
    assert OutboxMail.objects.filter(kind="request_expired", logon_id=world.luis.pk).count() == 2
