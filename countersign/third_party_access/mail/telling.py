"""One mail for each administrator of a side, in that person's language. It names no tax facts (SPEC 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from countersign import mail
from countersign.events import Occurrence
from countersign.logons.models import Logon
from countersign.third_party_access.queries.people import master_administrators

Words = tuple[str, list[str], str]
"""Subject, paragraphs, and the words on the button."""


def tell(
    occurrence: Occurrence[Any],
    kind: str,
    taxpayer: int | None,
    words: Callable[[Logon], Words],
    path: str,
) -> None:
    """Queue one mail for each administrator of the taxpayer, in that person's language."""
    if taxpayer is None:
        return
    messages = []
    for logon in master_administrators(taxpayer, at=occurrence.at):
        if not logon.email:
            continue
        with mail.in_language(logon.language):
            subject, paragraphs, button = words(logon)
            number = _("Confirmation number: %(number)s") % {"number": occurrence.submission}
            messages.append(
                mail.Message(
                    to=logon.email,
                    language=logon.language,
                    kind=kind,
                    subject=subject,
                    paragraphs=[*paragraphs, number],
                    action=mail.Action(label=button, path=path),
                    logon_id=logon.pk,
                )
            )
    if messages:
        mail.queue_all(messages)


def receipt_path(number: str) -> str:
    """Where the submission of this confirmation number is seen."""
    return reverse("submissions:detail", args=[number])
