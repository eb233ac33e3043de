"""Adding and removing: a fresh sign-in first, the last one stays, everything else ends, its owner is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from countersign.command_line import main
from countersign.events.models import Entry
from countersign.logons.models import Authenticator, KnownDevice, Logon, OpenSession, Passkey, RecoveryCode
from countersign.logons.second_factors import factors_of, passkeys, recovery_codes
from countersign.mail.models import OutboxMail
from tests.second_factors.conftest import REQUIRED
from tests.sign_in.conftest import PASSWORD

LIST, APP = "/profile/security/second-factors/", "/profile/security/authenticator-app/"
REMOVE_APP, NEW_CODES = APP + "remove/", "/profile/security/recovery-codes/new/"
PASSKEY = "/profile/security/passkey/"


@pytest.fixture
def client(dana: Logon, client_for: Callable[[str], Client]) -> Client:
    return client_for(dana.username)


@pytest.fixture
def passkey(dana: Logon) -> Passkey:
    return Passkey.objects.create(logon=dana, credential_id=b"x", credential_data=b"x", name="Blue key")


def grow_old(client: Client) -> None:
    session = client.session
    for name in ("signed_in_at", "fresh_at", "full_at"):
        if name in session:
            session[name] = int((timezone.now() - timedelta(minutes=16)).timestamp())
    session.save()


def test_the_list_says_what_there_is(client: Client, secret: str, codes: list[str], passkey: Passkey) -> None:
    page = client.get(LIST).content.decode()
    assert "You have 10 recovery codes left" in page
    assert "Blue key" in page
    assert f'href="{PASSKEY}{passkey.pk}/remove/"' in page
    assert f'href="{REMOVE_APP}"' in page
    assert secret not in page


def test_security_leads_to_it(client: Client) -> None:
    assert f'href="{LIST}"' in client.get("/profile/security/").content.decode()


@pytest.mark.parametrize("address", [APP, PASSKEY, REMOVE_APP, NEW_CODES])
def test_changing_needs_a_fresh_sign_in(client: Client, secret: str, codes: list[str], address: str) -> None:
    grow_old(client)
    for response in (client.get(address), client.post(address)):
        assert response["Location"].startswith("/confirm-it-is-you/?next=")
    assert client.get(LIST).status_code == 200
    assert client.post(PASSKEY + "options/").status_code == 409
    assert recovery_codes.use_code(Logon.objects.get(), codes[0], now=timezone.now()) == 9


def test_confirming_asks_for_every_secret_the_logon_has(client: Client, secret: str) -> None:
    grow_old(client)
    target = f"/confirm-it-is-you/?next={APP}"
    assert b"Code of your authenticator app" in client.get(target).content
    code = pyotp.TOTP(secret).at(timezone.now())
    sent = {"way": "authenticator", "next": APP}
    assert client.post(target, {**sent, "password": PASSWORD}).status_code == 422
    assert client.post(target, {**sent, "code": code}).status_code == 422
    assert client.post(target, {**sent, "password": "wrong", "code": code}).status_code == 422
    assert client.post(target, {**sent, "password": PASSWORD, "code": "000000"}).status_code == 422
    assert client.get(APP).status_code == 302
    key = client.session.session_key
    done = client.post(target, {**sent, "password": PASSWORD, "code": code})
    assert (done.status_code, done["Location"]) == (303, APP)
    assert client.session.session_key != key
    assert client.get(APP).status_code == 200


def test_removing_the_last_one_where_none_is_required(client: Client, dana: Logon, codes: list[str]) -> None:
    asked = client.get(REMOVE_APP).content
    assert b"It is your last second factor" in asked
    assert asked.count(f'href="{LIST}"'.encode()) == 2  # back, and Keep it
    assert factors_of(dana).authenticator
    assert client.post(REMOVE_APP).status_code == 303
    assert not factors_of(dana).any
    assert not RecoveryCode.objects.filter(removed_at=None).exists()
    assert Entry.objects.get(name="SecondFactorRemoved").body["kind"] == "authenticator"
    assert client.post(REMOVE_APP).status_code == 302


def test_the_last_one_stays_where_one_is_required(client: Client, dana: Logon, codes: list[str], settings: Any) -> None:
    settings.SECOND_FACTOR = REQUIRED
    page = client.get(LIST).content.decode()
    assert "A second factor is required" in page
    assert REMOVE_APP not in page
    assert client.post(REMOVE_APP).status_code == 422
    assert factors_of(dana).authenticator
    other = Passkey.objects.create(logon=dana, credential_id=b"x", credential_data=b"x", name="Key")
    assert client.post(REMOVE_APP).status_code == 303
    assert client.post(f"{PASSKEY}{other.pk}/remove/").status_code == 422
    assert factors_of(dana) == (1, False, 10)


def test_anothers_passkey_does_not_exist(
    client: Client, make_logon: Callable[..., Logon], dana: Logon, passkey: Passkey, client_for: Callable[[str], Client]
) -> None:
    other = make_logon("somebody.else")
    stranger = client_for(other.username)
    for address in (f"{PASSKEY}{passkey.pk}/remove/", f"{PASSKEY}9999999/remove/"):
        assert stranger.get(address).status_code == 404
        assert stranger.post(address).status_code == 404
    assert factors_of(dana).passkeys == 1


def test_every_change_ends_other_sessions_and_known_devices(
    client: Client, dana: Logon, passkey: Passkey, sign_in: Any, codes: list[str]
) -> None:
    for change in (lambda: client.post(f"{PASSKEY}{passkey.pk}/remove/"), lambda: client.post(NEW_CODES)):
        device = KnownDevice.objects.create(logon=dana, token_hash=timezone.now().isoformat().encode()[:32])
        other = Client()
        other.force_login(dana)
        OpenSession.objects.get_or_create(
            session_key=other.session.session_key,
            defaults={"logon": dana, "began_at": timezone.now(), "active_at": timezone.now()},
        )
        assert other.get("/profile/").status_code == 200
        assert change().status_code == 303
        assert other.get("/profile/").status_code == 302
        assert client.get("/profile/").status_code == 200
        device.refresh_from_db()
        assert device.ended_at is not None


def test_the_owner_is_told(client: Client, dana: Logon, passkey: Passkey, codes: list[str]) -> None:
    client.post(f"{PASSKEY}{passkey.pk}/remove/")
    client.post(NEW_CODES)
    mails = list(OutboxMail.objects.order_by("pk"))
    assert [mail.kind for mail in mails] == ["second_factor_removed", "recovery_codes_made"]
    assert all("/this-was-not-me/" in str(vars(mail)) for mail in mails)
    page = client.get("/notices/").content.decode()
    assert "A passkey was removed from your logon" in page
    assert not any(code in str(vars(mail)) for mail in mails for code in codes)


def test_moving_the_app_to_another_phone_replaces_the_old_one(client: Client, dana: Logon, codes: list[str]) -> None:
    page = client.get(APP).content.decode()
    assert "stops working here as soon as" in page
    found = re.search(r'class="key-text">([A-Z2-7 ]+)<', page)
    assert found
    code = pyotp.TOTP(found[1].replace(" ", "")).at(timezone.now())
    assert client.post(APP, {"code": code})["Location"] == f"{LIST}?done=added"
    assert Authenticator.objects.filter(removed_at=None).count() == 1
    assert Authenticator.objects.count() == 2
    assert factors_of(dana).recovery_codes == 10


def test_a_key_that_was_shown_too_long_ago_is_not_added(client: Client, dana: Logon) -> None:
    page = client.get(APP).content.decode()
    found = re.search(r'class="key-text">([A-Z2-7 ]+)<', page)
    assert found
    session = client.session
    session["pending_authenticator"] = {**session["pending_authenticator"], "at": 0}
    session.save()
    code = pyotp.TOTP(found[1].replace(" ", "")).at(timezone.now())
    assert client.post(APP, {"code": code}).status_code == 200
    assert not factors_of(dana).any


def test_nothing_in_the_session_can_be_read(client: Client, dana: Logon) -> None:
    page = client.get(APP).content.decode()
    found = re.search(r'class="key-text">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    assert secret not in str(dict(client.session.items()))
    client.post(APP, {"code": pyotp.TOTP(secret).at(timezone.now())})
    shown = re.findall(
        r"<code>([a-z0-9-]{14})</code>", client.get("/profile/security/recovery-codes/").content.decode()
    )
    assert len(shown) == 10
    assert not any(code in str(dict(client.session.items())) for code in shown)


def test_passkeys_need_a_name_of_the_site(client: Client, settings: Any) -> None:
    settings.BASE_URL = "http://127.0.0.1:8000"
    assert not passkeys.possible()
    assert b"Passkeys need a site with a name" in client.get(PASSKEY).content
    assert b"Passkeys need a site with a name" in client.get(LIST).content


def test_the_operators_command_encrypts_anew(secret: str, settings: Any, capsys: Any) -> None:
    settings.SECRET_ENCRYPTION_KEYS = f"2027:a new key,default:{settings.SECRET_KEY}"
    assert main(["factors", "status", "--json"]) == 0
    assert capsys.readouterr().out.strip() == '{"present": "2027", "secrets": {"default": 1}}'
    assert main(["factors", "rotate"]) == 0
    assert "1 secrets are under 2027 now" in capsys.readouterr().out
    settings.SECRET_ENCRYPTION_KEYS = "2028:another"
    assert main(["factors", "rotate"]) == 1
    assert "2027" in capsys.readouterr().err
