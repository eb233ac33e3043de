"""*Forgot username or password?*: one neutral answer, whoever asks and whatever address."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from countersign.logons import limiter
from countersign.recovery.models import ForgottenAsk

ANSWER, QUEUE = "recovery.answer", "recovery"


def ask_for_links(*, email: str, language: str, source: str, now: datetime) -> None:
    """Have the worker mail each username on this address its own link.

    The same statements run for an address that somebody has and for one that nobody has, so that neither words nor
    time tell. Beyond the day's limit of the address or of the source nothing is mailed, and nothing else is said.
    """
    with suppress(limiter.Locked):
        limiter.reserve(limiter.limit("forgotten_source", source, "forgotten_source"), now=now)
        limiter.reserve(limiter.limit("forgotten", email.lower(), "forgotten"), now=now)
        with transaction.atomic():
            ask = ForgottenAsk.objects.create(email=email, language=language, asked_at=now)
            app.configure_task(ANSWER, queue=QUEUE).defer(ask=ask.pk)
