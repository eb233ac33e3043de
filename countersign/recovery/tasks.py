"""Jobs of the worker: answering those who forgot their username or password."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from countersign.recovery.operations.answer import answer_ask
from countersign.recovery.operations.ask import ANSWER, QUEUE


@app.task(name=ANSWER, queue=QUEUE)
def answer(ask: int) -> None:
    """It may be begun again at any moment: an ask is answered once."""
    answer_ask(ask=ask, now=timezone.now())
