"""Passkeys (WebAuthn): added, used as second factor, and used alone to sign in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from countersign.logons.models import Logon, Passkey
from countersign.logons.second_factors.challenges import Purpose, begin_challenge, take_challenge
from countersign.logons.second_factors.limits import PASSKEY, Wrong, counted
from countersign.logons.source import source_of
from countersign.policy.errors import Invalid

LONGEST_ANSWER = 20_000
MOST_PASSKEYS = 20
LONGEST_NAME = 100


def site_name() -> str:
    """The host name that passkeys are bound to (the RP id), or "" where there is none: an IP address has none."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return ""


def possible() -> bool:
    """Whether passkeys can be used at this installation's address at all."""
    return bool(site_name())


def adding_options(request: HttpRequest, logon: Logon, *, now: datetime) -> dict[str, Any]:
    """What the browser needs to make a passkey; its challenge is good once, for five minutes."""
    known = Passkey.objects.filter(logon=logon, removed_at=None)
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=_handle(logon), name=logon.username, display_name=logon.full_name),
        credentials=_descriptors(known),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    begin_challenge(request, Purpose.ADD, state, logon=logon, now=now)
    return dict(options)


def add_passkey(request: HttpRequest, logon: Logon, answer: str, name: str, *, now: datetime) -> Passkey:
    """Store the passkey that the browser made. Raises ``Invalid``."""
    state = take_challenge(request, Purpose.ADD, logon=logon, now=now)
    if state is None:
        raise Invalid({"": _("That took too long. Select the button to add a passkey again.")})
    refused = Invalid({"": _("The browser's answer could not be checked, so no passkey was added. Try again.")})
    try:
        made = _server().register_complete(state, _read(answer)).credential_data
        authenticated = made is not None and len(made.credential_id) <= 1023
    except _MALFORMED:
        raise refused from None
    if not authenticated or made is None:
        raise refused
    if Passkey.objects.filter(logon=logon, removed_at=None).count() >= MOST_PASSKEYS:
        raise Invalid({"": _("You have as many passkeys as one can have. Remove one first.")})
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                logon=logon,
                credential_id=made.credential_id,
                credential_data=bytes(made),
                name=name,
                added_at=now,
            )
    except IntegrityError:
        raise Invalid({"": _("This passkey was added before.")}) from None


def using_options(request: HttpRequest, purpose: Purpose, logon: Logon | None, *, now: datetime) -> dict[str, Any]:
    """What the browser needs to sign with a passkey: any of this site (no logon), or one of the logon's."""
    known = None if logon is None else _descriptors(Passkey.objects.filter(logon=logon, removed_at=None))
    options, state = _server().authenticate_begin(known, user_verification=_verification(purpose))
    begin_challenge(request, purpose, state, logon=logon, now=now)
    return dict(options)


def owner_of(answer: str) -> Passkey | None:
    """The live passkey that an answer claims to come from, unchecked."""
    try:
        claimed = AuthenticationResponse.from_dict(_read(answer)).raw_id
    except _MALFORMED:
        return None
    return Passkey.objects.select_related("logon").filter(credential_id=claimed, removed_at=None).first()


def use_passkey(request: HttpRequest, purpose: Purpose, passkey: Passkey, answer: str, *, now: datetime) -> None:
    """Check the answer of this passkey against the challenge of this session, which is used up by it.

    The signature counter must have grown, where the passkey counts at all: a copied one is refused. Raises
    ``Wrong``, and ``Locked`` after too many. Outside a transaction: what is counted must stay.
    """
    logon = passkey.logon
    state = take_challenge(request, purpose, logon=None if purpose is Purpose.ALONE else logon, now=now)
    with counted(PASSKEY, logon, now=now, apart=source_of(request)):
        if state is None:
            raise Wrong
        try:
            given = AuthenticationResponse.from_dict(_read(answer))
            _server().authenticate_complete(state, [AttestedCredentialData(bytes(passkey.credential_data))], given)
        except _MALFORMED:
            raise Wrong from None
        handle = given.response.user_handle
        if handle is not None and bytes(handle) != _handle(logon):
            raise Wrong
        count = given.response.authenticator_data.counter
        grown = Q(signature_count__lt=count) | Q(signature_count=0) if count == 0 else Q(signature_count__lt=count)
        live = Passkey.objects.filter(grown, pk=passkey.pk, removed_at=None)
        if not live.update(signature_count=count, last_used_at=now):
            raise Wrong


def _verification(purpose: Purpose) -> UserVerificationRequirement:
    # Where the passkey stands for the password too, its device has to ask for a PIN, finger or face.
    if purpose is Purpose.SECOND:
        return UserVerificationRequirement.PREFERRED
    return UserVerificationRequirement.REQUIRED


def _server() -> Fido2Server:
    own = urlsplit(settings.BASE_URL)
    origin = f"{own.scheme}://{own.netloc}"
    rp = PublicKeyCredentialRpEntity(name=settings.AGENCY_NAME, id=site_name())
    return Fido2Server(rp, verify_origin=lambda given: given == origin)


def _handle(logon: Logon) -> bytes:
    """What a passkey remembers of its owner: no name and no key of the database."""
    keyed = salted_hmac(
        "countersign.logons.passkey_handle", str(logon.pk), secret=settings.IDENTIFIER_KEY, algorithm="sha256"
    )
    return keyed.digest()


def _descriptors(passkeys: Any) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=bytes(credential_id))
        for credential_id in passkeys.values_list("credential_id", flat=True)
    ]


# Whatever is wrong inside of what a browser (or somebody else) sent.
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError, AssertionError, NotImplementedError,
              RecursionError)  # fmt: skip


def _read(answer: str) -> Mapping[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("longer than any answer of a passkey")
    read = json.loads(answer)
    if not isinstance(read, dict):
        raise ValueError("not an answer of a passkey")
    return read
