"""Other ways back after all second factors are lost: a code by letter, or staff (SPEC 3)."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from countersign import events, mail
from countersign.access.queries.own import own_taxpayers
from countersign.letters.operations import new_code, spaced, write
from countersign.logons import limiter
from countersign.logons.models import Logon
from countersign.logons.second_factors import factors_of
from countersign.notices.models import Case
from countersign.policy.errors import Invalid
from countersign.recovery.events import FactorLetterAsked, FactorsReportedToStaff
from countersign.recovery.models import FactorLetter, FactorRemoval
from countersign.recovery.operations.lost_factors import hold, remove_now
from countersign.taxpayers.models import Taxpayer

LOST = "factors_lost"


def letter_to(logon: Logon, *, now: datetime) -> Taxpayer | None:
    """To whose address on record a letter can go: the first taxpayer that the logon administers."""
    return next((own.taxpayer for own in own_taxpayers(logon.pk, at=now) if own.administers), None)


@transaction.atomic
def ask_letter(*, logon: Logon, now: datetime) -> FactorLetter:
    """Write a letter with a code to the address on record; while one is on its way, no second one.

    Raises ``Invalid`` for whoever administers no taxpayer.
    """
    locked = Logon.objects.select_for_update().get(pk=logon.pk)
    taxpayer = letter_to(locked, now=now)
    if taxpayer is None or not factors_of(locked).any:
        raise Invalid({"": _("No letter can be sent for this logon. Use another way.")})
    FactorLetter.objects.filter(logon=locked, ended_at=None, expires_at__lte=now).update(ended_at=now)
    if there := FactorLetter.objects.filter(logon=locked, ended_at=None).first():
        return there
    code = new_code()
    letter = FactorLetter.objects.create(
        logon=locked,
        code_hash=_hash(code),
        written_at=now,
        expires_at=now + timedelta(days=settings.LETTER_CODE_DAYS),
    )
    with mail.in_language(locked.language):
        write(
            taxpayer=taxpayer,
            kind=LOST,
            language=locked.language,
            subject=_("A code to sign in again"),
            paragraphs=[
                _("%(person)s lost every second factor of a logon that administers this taxpayer.")
                % {"person": locked.full_name},
                _("Log in with the password, choose that all second factors are lost, and enter this code: %(code)s")
                % {"code": spaced(code)},
                _("If you know nothing of this, call us. Without the code nothing changes."),
            ],
            now=now,
        )
    events.record(FactorLetterAsked(), actor=None, channel=events.Channel.ONLINE, at=now, logons=[locked.pk])
    return letter


def use_letter(*, logon: Logon, code: str, now: datetime) -> None:
    """Remove the second factors by the letter's code, once. Raises ``Invalid``, and ``Locked`` after five a day."""
    tries = limiter.limit("factors_letter", str(logon.pk), "six_digits")
    limiter.reserve(tries, now=now)
    typed = "".join(code.upper().split()).replace("-", "")
    with transaction.atomic():
        hold(logon)
        letter = FactorLetter.objects.filter(logon=logon, ended_at=None, expires_at__gt=now).first()
        right = letter is not None and hmac.compare_digest(letter.code_hash, _hash(typed))
        if (
            not right
            or letter is None
            or not FactorLetter.objects.filter(pk=letter.pk, ended_at=None).update(ended_at=now)
        ):
            raise Invalid({"code": _("This is not the code of the newest letter, or it was used already.")})
        FactorRemoval.objects.filter(FactorRemoval.OPEN, logon=logon).update(done_at=now)
        remove_now(logon, channel=events.Channel.ONLINE, now=now)
    limiter.forget(tries)


@transaction.atomic
def ask_staff(*, logon: Logon, now: datetime) -> Case:
    """Open a case for staff, who need a second approver; while one is open, no second one."""
    Logon.objects.select_for_update().get(pk=logon.pk)
    if there := Case.objects.filter(kind=LOST, logon=logon, closed_at=None).first():
        return there
    case = Case.objects.create(kind=LOST, logon=logon, about=LOST, opened_at=now)
    events.record(FactorsReportedToStaff(), actor=None, channel=events.Channel.ONLINE, at=now, logons=[logon.pk])
    return case


def _hash(code: str) -> str:
    key = "countersign.recovery.factor_letter"
    return salted_hmac(key, code, secret=settings.IDENTIFIER_KEY, algorithm="sha256").hexdigest()
