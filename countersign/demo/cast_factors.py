"""Second factors of the cast: one with an authenticator app, one who has only recovery codes left."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from countersign.demo.cast import username

WITH_APP, WITH_CODES = "hugo", "elsa"
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"


def app_secret(key: str = WITH_APP) -> str:
    """The key of this person's authenticator app, always the same, because this is a stage."""
    return base64.b32encode(hashlib.sha256(f"demo app {key}".encode()).digest()[:20]).decode()


def recovery_codes() -> list[str]:
    """Ten recovery codes, always the same."""
    codes = []
    for number in range(10):
        digest = hashlib.sha256(f"demo code {number}".encode()).digest()
        code = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:12])
        codes.append("-".join((code[:4], code[4:8], code[8:])))
    return codes


def give_factors(*, now: datetime) -> None:
    """Give the cast its second factors. Again it changes nothing that matters."""
    from django.db import transaction

    from countersign.logons.models import Logon
    from countersign.logons.second_factors import recovery_codes as codes
    from countersign.logons.second_factors import totp

    people = {key: Logon.objects.get(username=username(key)) for key in (WITH_APP, WITH_CODES)}
    with transaction.atomic():
        totp.store_authenticator(people[WITH_APP], app_secret(), last_step=0, now=now)
        codes.make_codes(people[WITH_APP], now=now)
        # On the phone that she lost.
        totp.store_authenticator(people[WITH_CODES], app_secret(WITH_CODES), last_step=0, now=now)
        codes.store_codes(people[WITH_CODES], recovery_codes(), now=now)


def factor_lines() -> list[str]:
    """What the demo prints of them."""
    codes = recovery_codes()
    width = len("any of the others")
    return [
        "  Second factors (this demo asks for one only where one was set up; by default one is required)",
        f"    {username(WITH_APP):{width}}  has an authenticator app with the key {app_secret()};",
        f"    {'':{width}}  `countersign demo-factors --code` shows its code of now",
        f"    {username(WITH_CODES):{width}}  has lost her phone and has recovery codes: {', '.join(codes[:3])},",
        f"    {'':{width}}  {', '.join(codes[3:7])},",
        f"    {'':{width}}  {', '.join(codes[7:])}",
        f"    {'any of the others':{width}}  adds a passkey under Manage My Profile, Security, Second factors",
    ]
