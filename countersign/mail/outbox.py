"""Put mail into the outbox, in the transaction that is the reason for it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable

from django.db import connection
from django.db.backends.utils import CursorWrapper
from procrastinate.contrib.django import app

from countersign.mail import errors
from countersign.mail.composition import compose, usable_address
from countersign.mail.message import Message

logger = logging.getLogger(__name__)

DELIVER = "mail.deliver"
QUEUE = "mail"

INSERT = """
INSERT INTO mail_outboxmail
    ("to", subject, text, html, language, kind, logon_id, message_id, attempts, refusals, gave_up_at, last_error)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, 0, CASE WHEN %s THEN now() END, %s)
RETURNING id
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
            # Limits per address over all kinds will be asked here: the outbox is indexed by address and time.
            good = usable_address(message.to)
            usable |= good
            keys.append(_insert(cursor, message, good))
    if usable:
        app.configure_task(DELIVER, queue=QUEUE).defer()
    return keys


def _insert(cursor: CursorWrapper, message: Message, good: bool) -> int:
    composed = compose(message)
    cursor.execute(
        INSERT,
        [
            message.to.replace("\0", ""),
            composed.subject,
            composed.text,
            composed.html,
            composed.language,
            message.kind,
            message.logon_id,
            uuid.uuid4(),
            not good,
            "" if good else errors.UNUSABLE_ADDRESS,
        ],
    )
    (key,) = cursor.fetchone()
    if not good:
        logger.warning("mail %s (%s) has no usable address", key, message.kind)
    return int(key)
