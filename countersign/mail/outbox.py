"""Put mail into the outbox, in the transaction that is the reason for it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from procrastinate.contrib.django import app

from countersign.mail import errors
from countersign.mail.composition import compose, usable_address
from countersign.mail.message import Message

logger = logging.getLogger(__name__)

DELIVER = "mail.deliver"
QUEUE = "mail"

# How much an address gets, over all kinds and in whatever letters, is counted in the statement that adds to it. Beyond
# the limit of an hour mail waits for an hour; beyond that of a day it is kept as given up.
INSERT = """
WITH before AS (
    SELECT count(*) FILTER (WHERE created_at > now() - interval '1 hour') AS an_hour, count(*) AS a_day
    FROM mail_outboxmail WHERE lower("to") = lower(%(to)s) AND created_at > now() - interval '1 day'
)
INSERT INTO mail_outboxmail
    ("to", subject, text, html, language, kind, logon_id, message_id, attempts, refusals, next_attempt_at,
     gave_up_at, last_error)
SELECT %(to)s, %(subject)s, %(text)s, %(html)s, %(language)s, %(kind)s, %(logon)s, %(message_id)s, 0, 0,
    CASE WHEN an_hour >= %(an_hour)s THEN now() + interval '1 hour' ELSE now() END,
    CASE WHEN %(error)s <> '' OR a_day >= %(a_day)s THEN now() END,
    CASE WHEN %(error)s = '' AND a_day >= %(a_day)s THEN %(over_limit)s ELSE %(error)s END
FROM before
RETURNING id, last_error
"""


class NotInTransaction(RuntimeError):
    """Mail was queued outside a transaction: it would go out even if what it tells is undone."""


def queue(message: Message) -> int:
    """Write the mail to the outbox and ask the worker to send it; both happen when the caller's transaction
    commits, a tenth of a second before the mail goes out, and neither if it is rolled back (SPEC 7: "Mail goes
    through an outbox written in the same transaction: a mail server that is down delays mail and loses none").

    Returns the mail's key. An address that cannot be written to never stops the change that is being told of: the
    mail is kept as given up, where ``countersign mail status`` shows it. Raises ``NotInTransaction``.
    """
    return queue_all([message])[0]


def queue_all(messages: Iterable[Message]) -> list[int]:
    """``queue`` for many at once: one job sends them all."""
    if not connection.in_atomic_block:
        raise NotInTransaction("mail is queued in the transaction that is the reason for it")
    keys = []
    usable = False
    with connection.cursor() as cursor:
        for message in messages:
            good = usable_address(message.to)
            usable |= good
            keys.append(_insert(cursor, message, good))
    if usable:
        app.configure_task(DELIVER, queue=QUEUE).defer()
    return keys


def _insert(cursor: CursorWrapper, message: Message, good: bool) -> int:
    composed = compose(message)
    reserve = settings.MAIL_SECURITY_RESERVE if message.security else 0
    cursor.execute(
        INSERT,
        {
            "to": message.to.replace("\0", ""),
            "subject": composed.subject,
            "text": composed.text,
            "html": composed.html,
            "language": composed.language,
            "kind": message.kind,
            "logon": message.logon_id,
            "message_id": uuid.uuid4(),
            "error": "" if good else errors.UNUSABLE_ADDRESS,
            "over_limit": errors.OVER_LIMIT,
            "an_hour": settings.MAIL_TO_ADDRESS_PER_HOUR + reserve,
            "a_day": settings.MAIL_TO_ADDRESS_PER_DAY + reserve,
        },
    )
    key, error = cursor.fetchone()
    if error:
        logger.warning("mail %s (%s) is not sent: %s", key, message.kind, error)
    return int(key)
