"""Compose mail, keep it in the outbox, send it. It knows no feature.

A feature writes its mail in the transaction that is the reason for it::

    from countersign import mail

    with mail.in_language(logon.language):
        mail.queue(mail.Message(to=logon.email, language=logon.language, kind="request_decided", ...))
"""

from countersign.mail.composition import in_language
from countersign.mail.message import Action, Message
from countersign.mail.outbox import NotInTransaction, queue, queue_all

__all__ = ["Action", "Message", "NotInTransaction", "in_language", "queue", "queue_all"]
