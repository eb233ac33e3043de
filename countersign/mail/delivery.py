"""Send what is due in the outbox. Any number of these may run at once, in any number of processes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from countersign.mail.errors import UNREACHABLE, Failure, Fault, classify
from countersign.mail.models import OutboxMail
from countersign.mail.server import Connection, ServerDown, pause

logger = logging.getLogger(__name__)


class _Turn(Enum):
    SENT = "sent"
    FAILED = "failed"
    NOTHING_DUE = "nothing due"
    SERVER_DOWN = "server down"


def deliver_due(should_stop: Callable[[], bool] = lambda: False) -> int:
    """Send mails that are due, one after the other, until none is left, the server is down or ``should_stop``
    says so (it is asked between two mails). Returns how many the server took.

    Each mail is locked while it is being sent, and skipped by everybody else, so that it goes out once. Only a
    process that is killed between the server's "taken" and the commit sends it again, under the same Message-ID.
    """
    sent = 0
    if not pause.over():
        return sent
    with Connection() as server:
        while not should_stop():
            turn = _deliver_next(server)
            sent += turn is _Turn.SENT
            if turn in (_Turn.NOTHING_DUE, _Turn.SERVER_DOWN):
                break
    return sent


def _deliver_next(server: Connection) -> _Turn:
    with transaction.atomic():
        mail = (
            OutboxMail.objects.select_for_update(skip_locked=True)
            .filter(sent_at__isnull=True, gave_up_at__isnull=True, next_attempt_at__lte=Now())
            .annotate(present=Now())
            .order_by("next_attempt_at", "pk")
            .first()
        )
        if mail is None:
            return _Turn.NOTHING_DUE
        try:
            server.open()
        except ServerDown:
            return _server_down(mail, UNREACHABLE)
        try:
            server.send(mail)
        except Exception as error:  # whatever one mail does, the others must go out
            failure = classify(error)
            if failure.fault in (Fault.SERVER, Fault.BROKEN_OFF):
                server.drop()
            if failure.fault is Fault.SERVER:
                return _server_down(mail, failure.code)
            _postpone(mail, failure)
            return _Turn.FAILED
        _update(mail, attempts=mail.attempts + 1, sent_at=Now(), last_error="")
        return _Turn.SENT


def _server_down(mail: OutboxMail, code: str) -> _Turn:
    """Not this mail's fault: it stays due, and everybody waits before the server is tried again."""
    pause.begin()
    logger.warning("the mail server does not take mail now (%s)", code)
    _update(mail, last_error=code)
    return _Turn.SERVER_DOWN


def _postpone(mail: OutboxMail, failure: Failure) -> None:
    refused = failure.fault is Fault.REFUSED
    refusals = mail.refusals + refused
    present: datetime = mail.present  # type: ignore[attr-defined]
    too_old = present - mail.created_at > timedelta(days=settings.MAIL_RETRY_DAYS)
    give_up = refusals >= settings.MAIL_REFUSALS or (too_old and failure.fault is Fault.LATER)
    wait = min(settings.MAIL_RETRY_SECONDS * 2 ** min(mail.attempts, 30), settings.MAIL_RETRY_LONGEST_SECONDS)
    _update(
        mail,
        attempts=mail.attempts + 1,
        refusals=refusals,
        last_error=failure.code,
        next_attempt_at=present + timedelta(seconds=wait),
        **({"gave_up_at": present} if give_up else {}),
    )
    log = logger.error if give_up else logger.warning
    log("mail %s (%s): %s, %s", mail.pk, mail.kind, failure.code, "given up" if give_up else "tried again later")


def _update(mail: OutboxMail, **columns: object) -> None:
    OutboxMail.objects.filter(pk=mail.pk).update(**columns)
