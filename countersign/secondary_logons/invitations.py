"""The confirmation mail of a new secondary logon, with the link by which the person completes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign import mail
from countersign.logons import links
from countersign.logons.models import Logon
from countersign.secondary_logons.queries.one import ENROLL, holder_of


def invite_logon(logon: Logon, portfolio: int, *, now: datetime) -> None:
    """Queue the mail, in the caller's transaction. Older links are void."""
    parent = holder_of(portfolio, at=now)
    token = links.issue(
        ENROLL,
        logon=logon,
        now=now,
        lifetime=timedelta(days=settings.INVITATION_DAYS),
        details={"portfolio": portfolio},
    )
    with mail.in_language(logon.language):
        names = {
            "parent": parent.full_name if parent else "",
            "username": logon.username,
            "days": settings.INVITATION_DAYS,
        }
        mail.queue(
            mail.Message(
                to=logon.email,
                language=logon.language,
                kind="secondary_logon_invitation",
                subject=_("%(parent)s created a logon for you") % names,
                paragraphs=[
                    _("%(parent)s gave you access. Your username is %(username)s.") % names,
                    _("Follow the link to choose your password and complete your logon. Nobody else needs to know it."),
                    _("The link can be used once, within %(days)d days.") % names,
                    _("If you do not know %(parent)s, do nothing: without the link nobody can use this logon.") % names,
                ],
                action=mail.Action(
                    label=_("Complete your logon"), path=reverse("secondary_logons:enroll_link", args=[token])
                ),
                logon_id=logon.pk,
            )
        )
