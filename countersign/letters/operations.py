"""Write letters, in the transaction of what they tell; mark them as printed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings

from countersign import mail
from countersign.letters.models import Letter
from countersign.taxpayers.models import Taxpayer

# Without look-alikes: people copy it from paper. 30^10 possibilities.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
DEMO_LETTER_BOX = "letters@post.example"


def new_code() -> str:
    """A code for a letter, without dashes."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def spaced(code: str) -> str:
    """A code as it is printed: 7K3MP-Q2XW9."""
    return "-".join(code[begin : begin + 5] for begin in range(0, len(code), 5))


def write(
    *, taxpayer: Taxpayer, kind: str, language: str, subject: str, paragraphs: Sequence[str], now: datetime
) -> Letter:
    """Write a letter to the taxpayer's address on record. The address is read when it is printed."""
    letter = Letter.objects.create(
        taxpayer=taxpayer,
        kind=kind,
        language=language,
        subject=subject,
        body="\n\n".join(paragraphs),
        written_at=now,
    )
    if settings.DEMO:
        # The demo has no printer: what would come by post lies among its mails.
        mail.queue(
            mail.Message(
                to=DEMO_LETTER_BOX, language=language, kind=f"letter_{kind}", subject=subject, paragraphs=paragraphs
            )
        )
    return letter


def mark_printed(letters: Iterable[int], *, now: datetime) -> int:
    """They are on paper: their text is forgotten here. Returns how many."""
    return Letter.objects.filter(pk__in=list(letters), printed_at__isnull=True).update(printed_at=now, body="")
