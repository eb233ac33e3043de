"""The mail that answers: each username on the address, with its own link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign import events, mail
from countersign.access.models import LogonStanding, SecondaryLogon
from countersign.access.queries.own import is_secondary
from countersign.logons import links
from countersign.logons.models import Link, Logon
from countersign.notices.queries import recovery_stopped
from countersign.policy.facts import Standing
from countersign.recovery.events import RecoveryMailed
from countersign.recovery.models import ForgottenAsk
from countersign.submissions.models import Submission

RESET = "reset"
# The kind and the address of an invitation's link (secondary_logons): whoever is invited completes the logon there.
ENROLL, ENROLL_ADDRESS = "enroll", "secondary_logons:enroll_link"
MOST = 50


@transaction.atomic
def answer_ask(*, ask: int, now: datetime) -> int:
    """Mail the links that this ask is about and forget it. Returns how many usernames the mail named.

    Nothing is mailed to an address that nobody has: it would be a mail that nobody asked for. May be called again at
    any time: an ask that was answered is gone.
    """
    found = ForgottenAsk.objects.select_for_update(skip_locked=True).filter(pk=ask).first()
    if found is None:
        return 0
    found.delete()
    logons = [logon for logon in logons_on(found.email) if not _invitation_over(logon, now)]
    if logons:
        _mail(found.email, logons, now)
    return len(logons)


def logons_on(email: str) -> list[Logon]:
    """The logons that this address belongs to and that can be used or completed, by username.

    Active ones by an address that they confirmed; invited ones by the address at which they were invited, which the
    link confirms. An invited secondary logon whose access was cancelled is invited no more. Whoever is none of these
    is told as little as a stranger; so is everybody where recovery was stopped because an address was changed.
    """
    folded = email.lower()
    by_first = Logon.objects.annotate(folded=Lower("email")).filter(folded=folded)
    by_second = Logon.objects.exclude(second_email="").annotate(folded=Lower("second_email")).filter(folded=folded)
    active, invited = _of_standing(Standing.ACTIVE), _of_standing(Standing.INVITED)
    secondary = SecondaryLogon.objects.all()
    left = secondary.exclude(logon__in=secondary.filter(ended_at__isnull=True).values("logon"))
    usable = (
        Q(pk__in=by_first.filter(email_confirmed=True).values("pk")) & active
        | Q(pk__in=by_second.filter(second_email_confirmed=True).values("pk")) & active
        | Q(pk__in=by_first.values("pk")) & invited & ~Q(pk__in=left.values("logon"))
    )
    return list(Logon.objects.filter(usable).exclude(recovery_stopped()).order_by("username")[:MOST])


def _invitation_over(logon: Logon, now: datetime) -> bool:
    """Whether somebody in the portal invited this logon, and every invitation is over: only a new one helps then.

    SPEC 4: an invitation is "valid 14 days, can be resent or withdrawn". Whom an import invited never got one: the
    person begins here.
    """
    invited = LogonStanding.objects.filter(logon=logon, ended_at__isnull=True, status=Standing.INVITED.value).first()
    if (
        invited is None
        or not Submission.objects.filter(confirmation_number=invited.begun_by).exclude(kind="import").exists()
    ):
        return False
    return not Link.objects.filter(kind=ENROLL, logon=logon, used_at=None, void_at=None, expires_at__gt=now).exists()


def _of_standing(standing: Standing) -> Q:
    return Q(pk__in=LogonStanding.objects.filter(ended_at__isnull=True, status=standing.value).values("logon_id"))


def _mail(email: str, logons: Sequence[Logon], now: datetime) -> None:
    language = logons[0].language
    minutes = settings.RESET_MINUTES
    with mail.in_language(language):
        mail.queue(
            mail.Message(
                to=email,
                language=language,
                kind="forgotten",
                security=True,
                subject=_("Your username, and a new password"),
                paragraphs=[
                    _("You, or somebody who typed your e-mail address, asked for it."),
                    _("Select your username to choose a new password. You cannot use an old one."),
                    _("A link works once, for %(minutes)d minutes, and only the newest one does.")
                    % {"minutes": minutes},
                    _("If it was not you, do nothing: nothing has changed."),
                ],
                choices=[mail.Action(label=logon.username, path=_path(logon, email, now)) for logon in logons],
            )
        )
    for logon in logons:
        events.record(RecoveryMailed(), actor=None, channel=events.Channel.SYSTEM, at=now, logons=[logon.pk])


def _path(logon: Logon, email: str, now: datetime) -> str:
    invited = LogonStanding.objects.filter(logon=logon, ended_at__isnull=True, status=Standing.INVITED.value).exists()
    if invited and is_secondary(logon.pk):
        # The newest link is the only one; it is over when the one before would have been.
        before = Link.objects.filter(kind=ENROLL, logon=logon, used_at=None, void_at=None, expires_at__gt=now).first()
        lifetime = before.expires_at - now if before else timedelta(days=settings.INVITATION_DAYS)
        token = links.issue(ENROLL, logon=logon, now=now, lifetime=lifetime)
        return reverse(ENROLL_ADDRESS, args=[token])
    lifetime = timedelta(minutes=settings.RESET_MINUTES)
    token = links.issue(RESET, logon=logon, details={"address": email.lower()}, now=now, lifetime=lifetime)
    return reverse("recovery:link", args=[token])
