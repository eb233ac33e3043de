"""Tell a person: a notice in the portal, and mail at once, in the daily digest, or to every address."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from countersign import mail
from countersign.logons import links
from countersign.logons.models import Logon
from countersign.mail.outbox import QUEUE
from countersign.notices.kinds import KINDS, Words
from countersign.notices.models import MailChoice, Notice, NoticeChoice
from countersign.ui.words import in_fours

NOT_ME = "not_me"
MAIL_HELD = "notices.mail_held"


class Stops(StrEnum):
    """What *This wasn't me* suspends: only the reported change, or the logon's sign-in.

    ``RECOVERY``: signing in, and recovery by mail too, because mail goes to another address by now.
    """

    SIGN_IN = "sign_in"
    RECOVERY = "recovery"
    EMAIL_CHANGE = "email_change"


def tell(
    logon: Logon,
    *,
    kind: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
    path: str = "",
    submission: str = "",
    stops: Stops | None = None,
) -> None:
    """Tell the person, inside the caller's transaction; one notice per kind, submission and person.

    Security kinds are mailed at once to every confirmed address; with ``stops`` each of those mails has a link of
    its own to *This wasn't me*. Others are mailed at once, or wait for the digest where the person chose that.
    """
    about = dict(details or {})
    if submission and Notice.objects.filter(logon=logon, kind=kind, submission=submission).exists():
        return
    what = KINDS[kind]
    daily = not what.security and NoticeChoice.objects.filter(logon=logon, mail=MailChoice.DAILY).exists()
    Notice.objects.create(
        logon=logon, kind=kind, details=about, path=path, submission=submission, created_at=now, digest=daily
    )
    if daily:
        return
    addresses = confirmed_addresses(logon) if what.security else [logon.email]
    for address in addresses:
        mail_words(logon, address, kind=kind, details=about, path=path, submission=submission, stops=stops, now=now)


class Telling(NamedTuple):
    """What one person is told, of a kind that is not about security."""

    logon: Logon
    kind: str
    details: Mapping[str, Any]
    path: str
    submission: str = ""


def tell_each(tellings: Sequence[Telling], *, now: datetime) -> None:
    """``tell`` for several people at once, each of something of its own, with a constant number of statements."""
    if not tellings:
        return
    logons = [one.logon.pk for one in tellings]
    daily = set(
        NoticeChoice.objects.filter(logon_id__in=logons, mail=MailChoice.DAILY).values_list("logon_id", flat=True)
    )
    numbers = {one.submission for one in tellings if one.submission}
    there = set(
        Notice.objects.filter(logon_id__in=logons, submission__in=numbers).values_list("logon_id", "kind", "submission")
    )
    fresh: list[Telling] = []
    for one in tellings:
        key = (one.logon.pk, one.kind, one.submission)
        if key not in there:
            fresh.append(one)
            if one.submission:
                there.add(key)
    Notice.objects.bulk_create(
        Notice(
            logon=one.logon,
            kind=one.kind,
            details=dict(one.details),
            path=one.path,
            submission=one.submission,
            created_at=now,
            digest=one.logon.pk in daily,
        )
        for one in fresh
    )
    messages = [
        _message(
            one.logon,
            one.logon.email,
            one.kind,
            now=now,
            details=one.details,
            path=one.path,
            submission=one.submission,
        )
        for one in fresh
        if one.logon.email and one.logon.pk not in daily
    ]
    if messages:
        mail.queue_all(messages)


def tell_many(
    *, kind: str, details: Mapping[int, Mapping[str, Any]], now: datetime, path: str = "", submission: str
) -> int:
    """Tell many people of one change, in one statement, inside the caller's transaction. Returns how many.

    ``details``: by key of the logon. For kinds that are not about security. Their mail is the worker's: at once for
    each who wants it so (:func:`countersign.notices.operations.mail_held`), else in the daily digest, which also
    takes what the worker did not come to.
    """
    if not details:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO notices_notice (logon_id, kind, details, path, submission, created_at, digest)
            SELECT told.logon, %(kind)s, told.details, %(path)s, %(submission)s, %(now)s, true
            FROM unnest(%(logons)s::bigint[], %(details)s::jsonb[]) AS told (logon, details)
            ON CONFLICT DO NOTHING""",
            {
                "kind": kind,
                "path": path,
                "submission": submission,
                "now": now,
                "logons": list(details),
                "details": [json.dumps(one) for one in details.values()],
            },
        )
        told = int(cursor.rowcount)
    if told:
        app.configure_task(MAIL_HELD, queue=QUEUE).defer(kind=kind, submission=submission)
    return told


def mail_words(
    logon: Logon,
    address: str,
    *,
    kind: str,
    now: datetime,
    details: Mapping[str, Any],
    path: str = "",
    submission: str = "",
    stops: Stops | None = None,
) -> None:
    """Mail what a notice of this kind says to one address, in the language of the logon."""
    if address:
        mail.queue(
            _message(logon, address, kind, now=now, details=details, path=path, submission=submission, stops=stops)
        )


def _message(
    logon: Logon,
    address: str,
    kind: str,
    *,
    now: datetime,
    details: Mapping[str, Any],
    path: str,
    submission: str,
    stops: Stops | None = None,
) -> mail.Message:
    with mail.in_language(logon.language):
        words: Words = KINDS[kind].words(details)
        paragraphs = [*words.sentences]
        if submission:
            paragraphs.append(_("Confirmation number: %(number)s") % {"number": in_fours(submission)})
        action = mail.Action(label=words.button or _("Sign in"), path=path) if path else None
        if stops is not None:
            paragraphs.append(
                _("If it was you, there is nothing to do. If not, use this link within %(days)d days.")
                % {"days": settings.NOT_ME_DAYS}
            )
            token = not_me_link(logon, kind=kind, stops=stops, now=now)
            action = mail.Action(label=_("This wasn't me"), path=reverse("notices:not_me_link", args=[token]))
        return mail.Message(
            to=address,
            language=logon.language,
            kind=kind,
            subject=words.subject,
            paragraphs=paragraphs,
            action=action,
            # Whoever has several logons at one address has to know which this is.
            footer=_("This mail is about the logon %(username)s.") % {"username": logon.username},
            logon_id=logon.pk,
            security=KINDS[kind].security,
        )


def not_me_link(logon: Logon, *, kind: str, stops: Stops, now: datetime) -> str:
    """The token of a link that stops. It belongs to a subject, so that no other change of the logon voids it."""
    return links.issue(
        NOT_ME,
        subject=stop_subject(logon),
        details={"logon": logon.pk, "about": kind, "stops": stops.value},
        lifetime=timedelta(days=settings.NOT_ME_DAYS),
        now=now,
        replaces=False,
    )


def stop_subject(logon: Logon) -> str:
    """To what links that stop belong."""
    return f"logon-{logon.pk}"


def confirmed_addresses(logon: Logon) -> list[str]:
    """Every confirmed address; the first one also unconfirmed where there is no other."""
    addresses = [logon.email] if logon.email_confirmed else []
    if logon.second_email and logon.second_email_confirmed and logon.second_email.lower() != logon.email.lower():
        addresses.append(logon.second_email)
    return addresses or [logon.email]
