"""The second step: nobody is signed in before it, and nothing gets around it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from countersign.access.operations.standing import change_standing
from countersign.config.routes import ROUTES, Who
from countersign.events.models import Entry
from countersign.logons.models import Logon
from countersign.logons.second_factors import factors_of
from countersign.mail.models import OutboxMail
from countersign.notices.models import Notice
from countersign.policy.errors import Stale
from countersign.policy.facts import Standing
from countersign.security.operations import add_authenticator
from tests.second_factors.conftest import REQUIRED, codes, dana, required, secret
from tests.sign_in.conftest import PASSWORD

__all__ = ["codes", "dana", "required", "secret"]
STEP, SET_UP = "/log-in/second-step/", "/profile/security/second-factors/"
APP, PROFILE = "/profile/security/authenticator-app/", "/profile/"


def post_password(client: Client, password: str = PASSWORD, **fields: str) -> Any:
    return client.post("/log-in/", {"username": "dana.whitfield", "password": password, **fields})


def code_of(secret: str, seconds: int = 0) -> str:
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=seconds))


def post_code(client: Client, code: str, way: str = "authenticator") -> Any:
    return client.post(STEP, {"way": way, "code": code})


@pytest.mark.usefixtures("secret")
class TestWithAnAuthenticatorApp:
    def test_the_password_alone_does_not_sign_in(self, client: Client) -> None:
        response = post_password(client)
        assert (response.status_code, response["Location"]) == (303, STEP)
        assert "_auth_user_id" not in client.session
        assert client.get(PROFILE).status_code == 302
        assert not Entry.objects.filter(name="SignedIn").exists()
        assert b"Code of your authenticator app" in client.get(STEP).content

    def test_its_code_signs_in_and_goes_where_one_wanted(self, client: Client, secret: str) -> None:
        post_password(client, next="/submissions/")
        response = post_code(client, code_of(secret))
        assert (response.status_code, response["Location"]) == (303, "/submissions/")
        assert client.get(PROFILE).status_code == 200
        assert Entry.objects.get(name="SignedIn").body == {"how": "password+authenticator"}

    def test_the_session_key_changes_at_each_step(self, client: Client, secret: str) -> None:
        client.session.save()
        keys = []
        post_password(client)
        keys.append(client.session.session_key)
        post_code(client, code_of(secret))
        keys.append(client.session.session_key)
        assert len(set(keys)) == 2
        attacker = Client()
        attacker.cookies["countersign"] = keys[0] or ""
        assert attacker.get(PROFILE).status_code == 302
        assert attacker.get(STEP).status_code == 302

    def test_a_wrong_code_is_refused_put_on_record_and_never_shown(self, client: Client, dana: Logon) -> None:
        post_password(client)
        response = post_code(client, "000000")
        assert response.status_code == 422
        assert client.get(PROFILE).status_code == 302
        entry = Entry.objects.get(name="SignInFailed")
        assert (entry.reason, entry.actor_logon_id) == ("wrong_second_factor", None)
        assert [one.subject_id for one in entry.subjects.all()] == [dana.pk]

    def test_a_code_used_in_one_browser_is_void_in_another(self, client: Client, secret: str) -> None:
        code, other = code_of(secret), Client()
        post_password(client)
        post_password(other)
        assert post_code(client, code).status_code == 303
        assert post_code(other, code).status_code == 422
        assert other.get(PROFILE).status_code == 302

    def test_five_wrong_codes_lock_whatever_the_session(self, secret: str) -> None:
        statuses = []
        for _ in range(5):
            client = Client()
            post_password(client)
            statuses.append(post_code(client, "000000").status_code)
        assert statuses == [422, 422, 422, 422, 429]
        client = Client()
        post_password(client)
        locked = post_code(client, code_of(secret))
        assert (locked.status_code, client.get(PROFILE).status_code) == (429, 302)
        assert int(locked["Retry-After"]) <= 30

    def test_a_wrong_password_looks_as_it_does_without_a_second_factor(self, client: Client) -> None:
        response = post_password(client, "wrong")
        assert response.status_code == 422
        assert "half_signed_in" not in client.session
        assert client.get(STEP)["Location"].startswith("/log-in/")

    def test_half_signed_in_one_is_nobody_on_every_address(self, client: Client) -> None:
        post_password(client)
        tried = 0
        for name, route in ROUTES.items():
            if route.who in (Who.OPEN, Who.DEMO, Who.SECOND_STEP):
                continue
            example = {part: "2222222222" if part == "number" else 1 for part in route.example}
            address = reverse(name, kwargs=example)
            for response in (client.get(address), client.post(address)):
                assert response.status_code in (302, 303), (name, response.status_code)
                assert response["Location"].startswith("/log-in/?") or response["Location"] == "/log-in/", name
            tried += 1
        assert tried > 30
        assert "half_signed_in" in client.session

    def test_the_half_signed_in_state_ends_in_time(
        self, client: Client, secret: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        post_password(client)
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(minutes=16))
        assert post_code(client, code_of(secret))["Location"].startswith("/log-in/")
        assert client.get(PROFILE).status_code == 302

    def test_it_ends_with_a_changed_password(self, client: Client, secret: str, dana: Logon) -> None:
        post_password(client)
        dana.set_password("another one altogether")
        dana.save()
        assert post_code(client, code_of(secret))["Location"].startswith("/log-in/")

    def test_it_ends_with_all_sessions(self, client: Client, secret: str, dana: Logon) -> None:
        post_password(client)
        Logon.objects.filter(pk=dana.pk).update(sessions_begin_at=timezone.now() + timedelta(seconds=2))
        assert post_code(client, code_of(secret))["Location"].startswith("/log-in/")

    def test_who_was_deactivated_in_between_does_not_come_in(self, client: Client, secret: str, dana: Logon) -> None:
        post_password(client)
        change_standing(logon=dana, standing=Standing.DEACTIVATED, submission="", now=timezone.now())
        assert post_code(client, code_of(secret)).status_code == 422
        assert client.get(PROFILE).status_code == 302

    def test_the_step_cannot_be_skipped_by_setting_up_another_factor(self, client: Client, settings: Any) -> None:
        settings.SECOND_FACTOR = REQUIRED
        post_password(client)
        for address in (SET_UP, APP, "/profile/security/passkey/", "/profile/security/recovery-codes/"):
            assert client.get(address)["Location"].startswith("/log-in/")
        for address in ("/log-in/complete/", APP, "/profile/security/recovery-codes/new/"):
            assert client.post(address)["Location"].startswith("/log-in/")
        assert client.get(PROFILE).status_code == 302


def test_a_recovery_code_signs_in_once(client: Client, codes: list[str], dana: Logon) -> None:
    post_password(client)
    page = client.get(STEP + "?way=recovery_code").content.decode()
    assert "One of the ten codes" in page
    assert post_code(client, codes[0].upper().replace("-", " "), "recovery_code").status_code == 303
    assert client.get(PROFILE).status_code == 200
    assert Entry.objects.get(name="RecoveryCodeUsed").body == {"left": 9}
    told = OutboxMail.objects.get(kind="recovery_code_used")
    assert "9 are left" in " ".join(told.text.split())
    assert "/this-was-not-me/" in told.text
    assert Notice.objects.get(kind="recovery_code_used").details == {"left": 9}
    other = Client()
    post_password(other)
    assert post_code(other, codes[0], "recovery_code").status_code == 422
    assert factors_of(dana).recovery_codes == 9


def test_ways_that_one_does_not_have_are_not_offered(client: Client, secret: str) -> None:
    post_password(client)
    page = client.get(STEP + "?way=passkey").content.decode()
    assert "authenticator app" in page
    assert "Use a recovery code" not in page
    assert "Use a passkey" not in page


@pytest.mark.usefixtures("required")
class TestRequiredAndNoneYet:
    def test_one_is_set_up_before_anything_else(self, client: Client, dana: Logon) -> None:
        response = post_password(client, next="/submissions/")
        assert response["Location"] == SET_UP
        assert client.get(SET_UP).status_code == 200
        assert client.get(PROFILE).status_code == 302
        assert client.post("/log-in/complete/")["Location"].startswith("/log-in/")
        page = client.get(APP).content.decode()
        secret = re.search(r'class="key-text">([A-Z2-7 ]+)<', page)
        assert secret
        assert client.get(APP + "code.svg").status_code == 200
        added = client.post(APP, {"code": code_of(secret[1].replace(" ", ""))})
        assert added["Location"] == "/profile/security/recovery-codes/"
        assert client.get(PROFILE).status_code == 302
        shown = client.get("/profile/security/recovery-codes/").content.decode()
        assert len(re.findall(r"<code>([a-z0-9-]{14})</code>", shown)) == 10
        kept = client.get("/profile/security/recovery-codes/codes.txt")
        assert kept["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
        assert client.get(APP)["Location"] == "/profile/security/recovery-codes/"
        done = client.post("/log-in/complete/")
        assert (done.status_code, done["Location"]) == (303, "/submissions/")
        assert client.get(PROFILE).status_code == 200
        assert client.get("/profile/security/recovery-codes/").status_code == 302
        assert Entry.objects.get(name="SignedIn").body == {"how": "password+authenticator"}

    def test_nothing_but_setting_up_is_open(self, client: Client, dana: Logon) -> None:
        post_password(client)
        for name, route in ROUTES.items():
            if route.who in (Who.OPEN, Who.DEMO, Who.SET_UP):
                continue
            example = {part: "2222222222" if part == "number" else 1 for part in route.example}
            for response in (client.get(reverse(name, kwargs=example)), client.post(reverse(name, kwargs=example))):
                assert response.status_code in (302, 303), name
                assert response["Location"].startswith("/log-in/"), name

    def test_who_waits_with_the_password_alone_cannot_add_beside_the_owners_first(
        self, client: Client, dana: Logon, request: pytest.FixtureRequest
    ) -> None:
        post_password(client)
        page = client.get(APP).content.decode()
        found = re.search(r'class="key-text">([A-Z2-7 ]+)<', page)
        assert found
        request.getfixturevalue("secret")  # the owner sets one up elsewhere
        sent = {"code": code_of(found[1].replace(" ", ""))}
        assert client.post(APP, sent)["Location"].startswith("/log-in/")
        with pytest.raises(Stale):
            add_authenticator(
                actor=dana,
                secret=found[1].replace(" ", ""),
                code=sent["code"],
                keep=None,
                now=timezone.now(),
                first=True,
            )
        assert factors_of(dana) == (0, True, 0)

    def test_who_has_one_is_asked_for_it(self, client: Client, secret: str) -> None:
        assert post_password(client)["Location"] == STEP

    def test_policy_per_kind_of_logon(self, client: Client, dana: Logon, settings: Any) -> None:
        settings.SECOND_FACTOR = {**REQUIRED, "own": "optional"}
        assert post_password(client)["Location"] == "/"


def test_it_is_required_by_default() -> None:
    from countersign.config import settings as shipped

    assert shipped.SECOND_FACTOR == REQUIRED
