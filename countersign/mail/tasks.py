"""Jobs of the worker. A job says only "there is mail": what is due is decided by the outbox."""

from __future__ import annotations

from procrastinate.contrib.django import app

from countersign.background import stopping
from countersign.mail.delivery import deliver_due
from countersign.mail.outbox import DELIVER, QUEUE


@app.task(name=DELIVER, queue=QUEUE)
def deliver() -> None:
    """Send what is due. Failures are kept with each mail; the sweep comes back for them."""
    deliver_due(stopping.is_set)


def sweep() -> None:
    """Periodic: send what is due although its job was lost, or because its next attempt has come."""
    deliver_due(stopping.is_set)
