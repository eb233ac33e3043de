"""One notice, and by choice one mail, for each administrator of a side. It names no tax facts (SPEC 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from countersign.events import Occurrence
from countersign.notices.telling import Stops, Telling, tell_each
from countersign.notices.telling import tell as tell_person
from countersign.third_party_access.notice_kinds import YOU_GAVE
from countersign.third_party_access.queries.people import master_administrators


def tell(
    occurrence: Occurrence[Any],
    kind: str,
    taxpayer: int | None,
    details: Mapping[str, Any],
    path: str,
    *,
    gave: bool = False,
) -> None:
    """Tell each administrator of the taxpayer. ``gave``: access was given or widened by one of them.

    Who gave it is told so at every address, with *This wasn't me*: somebody may have taken that logon over.
    """
    if taxpayer is None:
        return
    tellings = []
    for logon in master_administrators(taxpayer, at=occurrence.at):
        if gave and logon.pk == occurrence.actor_logon_id:
            tell_person(
                logon,
                kind=YOU_GAVE,
                now=occurrence.at,
                details=details,
                path=path,
                submission=occurrence.submission,
                stops=Stops.SIGN_IN,
            )
        else:
            tellings.append(Telling(logon, kind, details, path, occurrence.submission))
    tell_each(tellings, now=occurrence.at)


def receipt_path(number: str) -> str:
    """Where the submission of this confirmation number is seen."""
    return reverse("submissions:detail", args=[number])
