"""The e-mail address: a mail with a link and six digits, and its confirmation."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from countersign import mail
from countersign.logons import limiter, links
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.registration.models import Registration
from countersign.taxpayers.identifiers import keyed_hash

KIND = "registration"


def send_confirmation(*, registration: Registration, email: str, now: datetime) -> None:
    """Mail a link and six digits to the address. Older ones of this registration are void from now on.

    Whether a logon has this address already changes nothing. Raises ``Invalid`` after too many mails of one
    registration, ``Locked`` after too many of the day to one address, and ``Stale`` when the registration is over.
    """
    limiter.reserve(limiter.limit("registration_mail", email.lower(), "registration_mails"), now=now)
    with transaction.atomic():
        _send(registration, email, now)


def _send(registration: Registration, email: str, now: datetime) -> None:
    changed = Registration.objects.filter(
        pk=registration.pk, done_at__isnull=True, expires_at__gt=now, mails__lt=settings.REGISTRATION_MAILS
    )
    digits = f"{secrets.randbelow(10**6):06d}"
    updated = changed.update(
        email=email, email_confirmed_at=None, code_hash=_code_hash(registration.pk, digits), mails=F("mails") + 1
    )
    if updated != 1:
        registration.refresh_from_db()
        if registration.mails >= settings.REGISTRATION_MAILS and registration.done_at is None:
            raise Invalid(
                {"email": _("We sent as many mails as one registration may. Look for them, or begin again tomorrow.")}
            )
        raise Stale(what=Reason.REGISTRATION_OVER)
    registration.refresh_from_db()
    token = links.issue(KIND, lifetime=registration.expires_at - now, now=now, subject=str(registration.pk))
    with mail.in_language(registration.language):
        mail.queue(
            mail.Message(
                to=email,
                language=registration.language,
                kind=KIND,
                subject=_("Confirm your e-mail address"),
                paragraphs=[
                    _("Somebody, probably you, is creating a logon with this e-mail address."),
                    _("Open the link in the browser where you began. On another device, type these digits there: %s")
                    % digits,
                    _("If it was not you, do nothing: without the link or the digits no logon is made."),
                ],
                action=mail.Action(label=_("Confirm this address"), path=reverse("registration:link", args=[token])),
            )
        )


@transaction.atomic
def confirm_by_link(*, registration: Registration, token: str, now: datetime) -> None:
    """Use the link. Raises ``LinkVoid`` unless it is this registration's newest; of parallel tries one succeeds."""
    _hold(registration)
    if links.find(KIND, token, now=now).subject != str(registration.pk):
        raise links.LinkVoid
    links.use(KIND, token, now=now)
    _confirmed(registration, now)


def confirm_by_digits(*, registration: Registration, digits: str, now: datetime) -> None:
    """Compare the six digits. Raises ``Invalid`` for wrong ones, ``Locked`` after five of them, ``LinkVoid`` when over.

    Those of the mail that is the newest by then, and nothing else: another address may have been given meanwhile.
    """
    counted = limiter.limit("registration_digits", str(registration.pk), "six_digits")
    limiter.reserve(counted, now=now)
    typed = _code_hash(registration.pk, digits.replace(" ", ""))
    with transaction.atomic():
        held = _hold(registration)
        if held.email_confirmed_at is not None:
            raise links.LinkVoid
        if held.code_hash is None or not constant_time_compare(bytes(held.code_hash), typed):
            raise Invalid({"digits": _("These are not the digits of the newest mail. Check them and try again.")})
        links.void(KIND, subject=str(registration.pk), now=now)
        _confirmed(registration, now)
    limiter.forget(counted)


def _hold(registration: Registration) -> Registration:
    """The registration as it is now, its row held before its links as where a mail is sent. Raises ``LinkVoid``."""
    held = Registration.objects.select_for_update(of=("self",)).filter(pk=registration.pk).first()
    if held is None:
        raise links.LinkVoid
    return held


def _confirmed(registration: Registration, now: datetime) -> None:
    changed = Registration.objects.filter(
        pk=registration.pk, done_at__isnull=True, expires_at__gt=now, email_confirmed_at__isnull=True
    ).update(email_confirmed_at=now, code_hash=None)
    if changed != 1:
        raise links.LinkVoid


def _code_hash(registration: int, digits: str) -> bytes:
    return keyed_hash(f"registration:{registration}", digits)
