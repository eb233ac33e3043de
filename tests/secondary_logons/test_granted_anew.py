"""A username granted anew belongs to somebody else: the person before neither reaches nor stops it, nor is read in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from countersign.access.models import Refinement
from countersign.access.operations.secondary import Terms
from countersign.leaving.operations import Choices, delete_profile
from countersign.leaving.queries import consequences_of_deleting
from countersign.logons.hash_cap import CAP, Busy
from countersign.logons.limiter import PASSWORD as BY_USERNAME
from countersign.logons.limiter import limit, reserve
from countersign.logons.links import LinkVoid
from countersign.logons.models import FailureCounter, Logon
from countersign.logons.second_factors.half import KEY as HALF
from countersign.logons.second_factors.totp import new_secret
from countersign.notices.models import Case, MailChoice, Notice, NoticeChoice
from countersign.notices.operations import choose_mail, stop_by_link, stop_own
from countersign.policy.errors import Invalid
from countersign.policy.rights import Rights
from countersign.secondary_logons.operations import NewPerson, add_secondary, cancel_access, enroll
from countersign.secondary_logons.operations.refining import set_refinements
from countersign.secondary_logons.operations.uploading import keep_file
from countersign.security.operations import add_authenticator
from countersign.submissions.models import Submission
from tests.cast import PASSWORD
from tests.notices.test_not_me import last_link
from tests.secondary_logons.conftest import MA, Firm
from tests.secondary_logons.test_enrollment import token_of
from tests.secondary_logons.test_refinement_files import kept, submit

NEW = "seven quiet ferries leave"
PEOPLE = "username,first_name,last_name,email,access_type\r\nsam.example,Sam,Example,sam@mail.example,TA\r\n"


def granted_anew(firm: Firm, person: str) -> Logon:
    """Joel (or whoever it is) is cancelled, and the username goes to Noor, who enrolls."""
    logon = firm.person(person)
    base = {"actor": firm.parent, "portfolio": firm.portfolio}
    cancel_access(**base, logon=logon.pk, now=timezone.now())
    noor = NewPerson("Noor", "Haidari", "noor@lopezcpa.example", logon.username, language="es")
    add_secondary(**firm.new() | {"person": noor})
    enroll(token=token_of(), password=NEW, now=timezone.now())
    return Logon.objects.get(pk=logon.pk)


def signed_in(client: Client, username: str, password: str) -> Client:
    assert client.post("/log-in/", {"username": username, "password": password})["Location"] == "/"
    return client


def test_a_link_in_the_former_persons_mailbox_stops_nothing(firm: Firm) -> None:
    joel = firm.person("joel")
    Logon.objects.filter(pk=joel.pk).update(created_at=timezone.now().replace(year=2020))
    signed_in(Client(), joel.username, PASSWORD)
    old = last_link(joel.email, "/this-was-not-me/")
    noor = granted_anew(firm, "joel")
    with pytest.raises(LinkVoid):
        stop_by_link(token=old, now=timezone.now())
    assert Client().get(f"/this-was-not-me/{old}/", follow=True).status_code == 410
    signed_in(Client(), noor.username, NEW)


def test_notices_activity_and_submissions_of_the_former_person_are_not_the_next_ones(firm: Firm) -> None:
    joel = firm.person("joel")
    before = signed_in(Client(), joel.username, PASSWORD)
    before.post("/profile/", {"phone": "(555) 555-0199", "language": "en"})
    choose_mail(actor=joel, choice=MailChoice.DAILY)
    stop_own(actor=joel, about="new_device", now=timezone.now())
    with transaction.atomic():
        earlier = Submission.objects.create(confirmation_number="2222222222", kind="import", submitted_by=joel)
    assert Notice.objects.filter(logon=joel).exists()
    noor = granted_anew(firm, "joel")
    assert noor.language == "es"
    after = signed_in(Client(), noor.username, NEW)
    assert not Notice.objects.filter(logon=noor).exclude(kind="new_device").exists()
    assert not NoticeChoice.objects.filter(logon=noor).exists()
    assert not Case.objects.filter(logon=noor, closed_at=None).exists()
    activity = after.get("/profile/security/", headers={"accept-language": "en"}).content.decode()
    assert "Profile changed" not in activity and "Perfil cambiado" not in activity
    assert activity.count("<tr") == 3, "heading, this sign-in, its new device"
    assert "2222222222" not in after.get("/submissions/").content.decode()
    assert after.get(f"/submissions/{earlier.confirmation_number}/").status_code == 404


def test_sessions_half_ones_devices_factors_and_passwords_of_the_former_person_are_over(
    firm: Firm, monkeypatch: Any
) -> None:
    joel = firm.person("joel")
    monkeypatch.setattr("countersign.logons.second_factors.totp.matching_step", lambda *args, **more: 10**9)
    whole = signed_in(Client(), joel.username, PASSWORD)
    add_authenticator(actor=joel, secret=new_secret(), code="000000", keep=None, now=timezone.now())
    half = Client()
    assert half.post("/log-in/", {"username": joel.username, "password": PASSWORD})["Location"].endswith("second-step/")
    noor = granted_anew(firm, "joel")
    for client in (whole, half):
        assert client.get("/profile/").status_code == 302
    assert half.get("/log-in/second-step/")["Location"].startswith("/log-in/")
    assert HALF not in signed_in(Client(), noor.username, NEW).session
    assert Client().post("/log-in/", {"username": noor.username, "password": PASSWORD}).status_code == 422
    assert whole.cookies["device"].value
    answer = whole.post("/log-in/", {"username": noor.username, "password": PASSWORD})
    assert answer.status_code == 422
    assert FailureCounter.objects.get(kind=BY_USERNAME).failures == 2, "no known device's counter took it"


def test_enrollment_is_a_recovery_a_username_that_was_locked_signs_in(firm: Firm) -> None:
    joel = firm.person("joel")
    stopped = limit(BY_USERNAME, joel.username, "public")
    reserve(stopped, now=timezone.now())
    FailureCounter.objects.filter(kind=BY_USERNAME).update(failures=100)
    noor = granted_anew(firm, "joel")
    signed_in(Client(), noor.username, NEW)


def test_a_deleted_profile_is_never_granted_anew(firm: Firm) -> None:
    """SPEC 3: Delete My Profile is "final for the logon"; law 9: a username is never issued again."""
    joel, now = firm.person("joel"), timezone.now()
    version = consequences_of_deleting(joel, at=now).version
    delete_profile(actor=joel, typed_username=joel.username, version=version, choices=Choices(), now=now)
    with pytest.raises(Invalid) as refused:
        add_secondary(**firm.new(username=joel.username))
    assert "username" in refused.value.problems


def test_a_busy_site_says_so_and_the_invitation_stays_good(firm: Firm, monkeypatch: Any) -> None:
    def full() -> Any:
        raise Busy(7)

    add_secondary(**firm.new())
    client = Client()
    client.get(f"/enroll/{token_of()}/")
    with monkeypatch.context() as patch:
        patch.setattr(CAP, "slot", full)
        answer = client.post("/enroll/", {"password": NEW, "again": NEW})
    assert (answer.status_code, answer["Retry-After"]) == (503, "7")
    assert client.post("/enroll/", {}).status_code == 422
    assert client.post("/enroll/", {"password": NEW, "again": NEW}).status_code == 303


@pytest.mark.parametrize("submitted", [False, True])
def test_what_the_former_person_uploaded_is_neither_shown_nor_done_for_the_next(firm: Firm, submitted: bool) -> None:
    """A file names persons and clients, and waits to be worked off in the name of whoever submitted it."""
    kim, place = firm.person("kim"), "secondary_logons:refinement_file"
    pell = firm.taxpayer("PELL-STREET-BOOKS").pk
    add_secondary(**firm.new(actor=kim, username="sol.lopezcpa"))
    refinements = kept(firm, f"sol.lopezcpa,{pell},,,No Access", actor="kim")
    people = keep_file(actor=kim, portfolio=firm.portfolio, content=PEOPLE.encode(), now=timezone.now())
    if submitted:
        submit(firm, refinements, actor="kim")
    base = {"actor": firm.parent, "portfolio": firm.portfolio}
    cancel_access(**base, logon=kim.pk, now=timezone.now())
    noor = NewPerson("Noor", "Haidari", "noor@lopezcpa.example", kim.username)
    both = [firm.groups["Retail clients"], firm.groups["Restaurants"]]
    add_secondary(**firm.new() | {"person": noor, "terms": Terms(MA, Rights.NO_ACCESS, None), "groups": both})
    enroll(token=token_of(), password=NEW, now=timezone.now())
    client = Client()
    client.force_login(Logon.objects.get(pk=kim.pk))
    assert client.get(reverse("secondary_logons:list", args=[firm.portfolio])).status_code == 200
    for name, file in (
        (place, refinements),
        ("secondary_logons:refinement_results", refinements),
        ("secondary_logons:file", people),
        ("secondary_logons:results", people),
    ):
        assert client.get(reverse(name, args=[firm.portfolio, file.pk])).status_code == 404, name
    if submitted:
        set_refinements(refinements.pk)
        refinements.refresh_from_db()
        assert refinements.refused and refinements.finished_at
        assert not Refinement.objects.filter(logon__username="sol.lopezcpa").exists()
