"""Jobs of the worker: mail of changes that many people are told of."""

from __future__ import annotations

from procrastinate.contrib.django import app

from countersign.background import stopping
from countersign.mail.outbox import QUEUE
from countersign.notices.operations import mail_held
from countersign.notices.telling import MAIL_HELD


@app.task(name=MAIL_HELD, queue=QUEUE)
def mail_of_change(kind: str, submission: str) -> None:
    """It may be broken off and begun again at any moment; what stays is in the next daily digest."""
    mail_held(kind=kind, submission=submission, stop=stopping.is_set)
