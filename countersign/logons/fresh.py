"""Sensitive pages ask for a sign-in no older than 15 minutes (SPEC 3, Session)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from countersign.logons.second_factors.encryption import NoKey, seal, unseal
from countersign.logons.sessions import is_fresh

KEY = "waiting_form"
LONGEST = 100_000
_LEFT_OUT = frozenset(("csrfmiddlewaretoken", "password", "code", "credential"))


class WaitingForm(NamedTuple):
    """What was sent to a page that first asks who one is: it is sent again afterwards, so nothing typed is lost."""

    path: str
    fields: list[tuple[str, str]]


def fresh_or_redirect(request: HttpRequest, now: datetime) -> HttpResponse | None:
    """None where the sign-in is fresh; else the way to the page that asks again, and back.

    Call it first in a view that widens access or changes how one signs in; never in one that reduces access.
    """
    if is_fresh(request, now=now):
        return None
    path = request.get_full_path()
    if request.method == "POST":
        _keep(request, path)
    query = urlencode({"next": path})
    return HttpResponseRedirect(
        f"{reverse('sign_in:confirm')}?{query}", status=303 if request.method == "POST" else 302
    )


def waiting_form(request: HttpRequest, path: str) -> WaitingForm | None:
    """What was sent to this path before it asked; None for another path."""
    sealed = request.session.get(KEY)
    if not isinstance(sealed, str):
        return None
    try:
        kept = json.loads(unseal(sealed))
    except (NoKey, ValueError):
        return None
    if kept["path"] != path:
        return None
    return WaitingForm(path, [(name, value) for name, value in kept["fields"]])


def forget_waiting_form(request: HttpRequest) -> None:
    """It was sent again, or is not wanted any more."""
    request.session.pop(KEY, None)


def _keep(request: HttpRequest, path: str) -> None:
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name not in _LEFT_OUT]
    written = json.dumps({"path": path, "fields": fields})
    # Encrypted, because a form may hold an ID number and the session is a row of the database.
    request.session[KEY] = seal(written.encode()) if len(written) <= LONGEST else ""
