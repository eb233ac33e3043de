"""Passkeys, what a browser would never send: forged, stale, for another purpose, for another site, twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from countersign.events.models import Entry
from countersign.logons.models import Logon, Passkey
from countersign.logons.second_factors import factors_of
from tests.sign_in.conftest import PASSWORD

SITE = "http://portal.example"
ADD, OPTIONS = "/profile/security/passkey/", "/profile/security/passkey/options/"
ALONE, STEP, ASK = "/log-in/passkey/", "/log-in/second-step/", "/log-in/passkey/options/"
UP, UV, AT = 0x01, 0x04, 0x40


class SoftKey:
    """An authenticator in software, which also lies where it is told to."""

    def __init__(self, name: str = "key") -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = sha256(name.encode()).digest()
        self.count = 0
        self.handle = b""

    def make(self, options: dict[str, Any], *, origin: str = SITE, flags: int = UP | UV) -> str:
        asked = options["publicKey"]
        self.handle = websafe_decode(asked["user"]["id"])
        public = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = AuthenticatorData.create(rp_hash(asked["rp"]["id"]), flags | AT, 0, bytes(credential))
        client = client_data("webauthn.create", asked["challenge"], origin)
        made = AttestationObject.create("none", data, {})
        return self._written({"clientDataJSON": b64(client), "attestationObject": b64(made)})

    def sign(
        self,
        options: dict[str, Any],
        *,
        origin: str = SITE,
        flags: int = UP | UV,
        kind: str = "webauthn.get",
        site: str = "",
        handle: bytes | None = None,
    ) -> str:
        asked = options["publicKey"]
        self.count += 1
        data = AuthenticatorData.create(rp_hash(site or asked["rpId"]), flags, self.count, b"")
        client = client_data(kind, asked["challenge"], origin)
        signature = self.private.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._written(
            {
                "clientDataJSON": b64(client),
                "authenticatorData": b64(data),
                "signature": b64(signature),
                "userHandle": b64(self.handle if handle is None else handle),
            }
        )

    def _written(self, response: dict[str, str]) -> str:
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response})


def rp_hash(site: str) -> bytes:
    return sha256(site.encode()).digest()


def client_data(kind: str, challenge: str, origin: str) -> bytes:
    return bytes(CollectedClientData.create(kind, websafe_decode(challenge), origin))


def b64(raw: bytes) -> str:
    return str(websafe_encode(bytes(raw)))


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    settings.BASE_URL = SITE


@pytest.fixture
def key(dana: Logon, client_for: Callable[[str], Client]) -> SoftKey:
    """Dana's passkey, added."""
    made, client = SoftKey(), client_for(dana.username)
    answer = made.make(client.post(OPTIONS).json())
    assert client.post(ADD, {"name": "Key", "credential": answer})["Location"] == "/profile/security/recovery-codes/"
    return made


def ask(client: Client, purpose: str) -> dict[str, Any]:
    response = client.post(ASK, {"purpose": purpose})
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def alone(client: Client, answer: str) -> int:
    status: int = client.post(ALONE, {"credential": answer}).status_code
    return status


def signed_in(client: Client) -> bool:
    return bool(client.get("/profile/").status_code == 200)


def after_password(client: Client) -> None:
    response = client.post("/log-in/", {"username": "dana.whitfield", "password": PASSWORD})
    assert response["Location"] == STEP


def test_the_honest_way(key: SoftKey, client: Client, dana: Logon) -> None:
    assert factors_of(dana) == (1, False, 10)
    assert alone(client, key.sign(ask(client, "alone"))) == 303
    assert signed_in(client)
    assert Entry.objects.filter(name="SignedIn").latest("pk").body == {"how": "passkey"}
    other = Client()
    after_password(other)
    options = ask(other, "second")
    assert [one["id"] for one in options["publicKey"]["allowCredentials"]] == [b64(key.id)]
    answer = key.sign(options, flags=UP)  # as second factor the finger is not needed
    assert other.post(STEP, {"way": "passkey", "credential": answer}).status_code == 303
    assert signed_in(other)


def test_the_handle_in_the_passkey_names_nobody(key: SoftKey, dana: Logon) -> None:
    assert len(key.handle) == 32
    assert dana.username.encode() not in key.handle


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://portal.example.evil.example"},
        {"origin": "http://sub.portal.example"},
        {"site": "evil.example"},
        {"kind": "webauthn.create"},
        {"flags": UP},
        {"flags": UV},
        {"handle": b"somebody else"},
    ],
)
def test_a_lie_is_refused(key: SoftKey, client: Client, lie: dict[str, Any]) -> None:
    assert alone(client, key.sign(ask(client, "alone"), **lie)) == 422
    assert not signed_in(client)
    assert Entry.objects.get(name="SignInFailed").reason == "wrong_second_factor"


def test_an_answer_is_good_once(key: SoftKey, client: Client) -> None:
    answer = key.sign(ask(client, "alone"))
    assert alone(client, answer) == 303
    client.post("/log-out/")
    assert alone(client, answer) == 422
    assert not signed_in(client)


def test_a_refused_answer_uses_the_challenge_up(key: SoftKey, client: Client) -> None:
    options = ask(client, "alone")
    assert alone(client, key.sign(options, flags=UP)) == 422
    assert alone(client, key.sign(options)) == 422


def test_a_challenge_is_for_its_session_purpose_and_five_minutes(
    key: SoftKey, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ask(client, "alone")
    assert alone(Client(), key.sign(options)) == 422
    after_password(client)
    answer = key.sign(ask(client, "second"))
    assert alone(client, answer) == 422
    options = ask(client, "alone")
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(minutes=6))
    assert alone(client, key.sign(options)) == 422
    assert not signed_in(client)


def test_a_signature_counter_that_does_not_grow_is_refused(key: SoftKey, client: Client) -> None:
    assert alone(client, key.sign(ask(client, "alone"))) == 303
    key.count = 0
    other = Client()
    assert alone(other, key.sign(ask(other, "alone"))) == 422
    key.count = -1  # says that it does not count, though it did
    assert alone(other, key.sign(ask(other, "alone"))) == 422


def test_one_that_never_counts_is_welcome(key: SoftKey) -> None:
    for _ in range(2):
        key.count = -1
        client = Client()
        assert alone(client, key.sign(ask(client, "alone"))) == 303
    assert Passkey.objects.get().signature_count == 0


def test_anothers_passkey_is_no_second_factor(key: SoftKey, make_logon: Callable[..., Logon], client: Client) -> None:
    other_logon = make_logon("somebody.else")
    other, owner = SoftKey("other"), Client()
    owner.force_login(other_logon)
    answer = other.make(owner.post(OPTIONS).json())
    assert owner.post(ADD, {"name": "Key", "credential": answer}).status_code == 303
    after_password(client)
    answer = other.sign(ask(client, "second"))
    assert client.post(STEP, {"way": "passkey", "credential": answer}).status_code == 422
    assert not signed_in(client)


def test_an_unknown_or_removed_passkey_looks_the_same(key: SoftKey, client: Client) -> None:
    stranger = SoftKey("stranger")
    pages = [client.post(ALONE, {"credential": stranger.sign(ask(client, "alone"))})]
    Passkey.objects.update(removed_at=timezone.now())
    pages.append(client.post(ALONE, {"credential": key.sign(ask(client, "alone"))}))
    assert [page.status_code for page in pages] == [422, 422]
    assert all(b"That passkey does not sign in here" in page.content for page in pages)


def test_a_deactivated_logon_does_not_come_in(key: SoftKey, client: Client, dana: Logon) -> None:
    from countersign.access.operations.standing import change_standing
    from countersign.policy.facts import Standing

    change_standing(logon=dana, standing=Standing.DEACTIVATED, submission="", now=timezone.now())
    response = client.post(ALONE, {"credential": key.sign(ask(client, "alone"))})
    assert (response.status_code, signed_in(client)) == (422, False)
    assert b"That passkey does not sign in here" in response.content


def test_the_same_passkey_is_not_added_twice(key: SoftKey, dana: Logon, client_for: Callable[[str], Client]) -> None:
    client = client_for(dana.username)
    options = client.post(OPTIONS).json()
    assert [one["id"] for one in options["publicKey"]["excludeCredentials"]] == [b64(key.id)]
    assert client.post(ADD, {"name": "Again", "credential": key.make(options)}).status_code == 422
    assert Passkey.objects.count() == 1


@pytest.mark.parametrize("lie", [{"origin": "https://evil.example"}, {"flags": 0}])
def test_a_lie_is_not_added(dana: Logon, client_for: Callable[[str], Client], lie: dict[str, Any]) -> None:
    client, made = client_for(dana.username), SoftKey()
    answer = made.make(client.post(OPTIONS).json(), **lie)
    assert client.post(ADD, {"name": "Key", "credential": answer}).status_code == 422
    assert not factors_of(dana).any


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", "1", '"x"', "{", '{"id": 1}', '{"rawId": "AA", "response": {}}', "[" * 5000, "x" * 30_000],
)
def test_rubbish_is_refused_neatly(key: SoftKey, client: Client, answer: str) -> None:
    ask(client, "alone")
    assert alone(client, answer) in (303, 422)
    assert not signed_in(client)
    after_password(client)
    ask(client, "second")
    assert client.post(STEP, {"way": "passkey", "credential": answer}).status_code == 422


def test_without_a_name_the_site_has_no_passkeys(settings: Any, client: Client, db: None) -> None:
    settings.BASE_URL = "http://127.0.0.1:8000"
    assert client.post(ASK, {"purpose": "alone"}).status_code == 409
    assert b"Sign in with a passkey" not in client.get("/log-in/").content


def test_options_for_a_purpose_that_is_not_ones_own(client: Client, key: SoftKey) -> None:
    for purpose in ("second", "confirm", "add", "", "x" * 500):
        assert client.post(ASK, {"purpose": purpose}).status_code == 409
