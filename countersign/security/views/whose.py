"""Whose second factors a page is about: the one signed in, or the one who has to set up a first one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.models import Logon
from countersign.logons.second_factors.encryption import NoKey, seal, unseal
from countersign.logons.second_factors.half import HalfSignedIn, Step, half_of, proved
from countersign.logons.second_factors.ways import Way

SHOWN_SECONDS = 900
_CODES = "new_recovery_codes"


@dataclass(frozen=True)
class Whose:
    """``half``: the half-signed-in state while setting up; None for who is signed in."""

    logon: Logon
    half: HalfSignedIn | None

    @property
    def setting_up(self) -> bool:
        """Whether nothing else can be done before a second factor stands."""
        return self.half is not None


def whose(request: HttpRequest, now: datetime) -> Whose:
    """Raises ``PermissionDenied`` where the middleware let nobody through as somebody."""
    if isinstance(request.user, Logon):
        return Whose(request.user, None)
    half = half_of(request, now=now)
    if half is None or half.step is not Step.SET_UP:
        raise PermissionDenied
    return Whose(half.logon, half)


def not_yet(request: HttpRequest, who: Whose, now: datetime) -> HttpResponse | None:
    """The way to what has to come first: a fresh sign-in, or the recovery codes of a factor just set up."""
    if who.half is None:
        return fresh_or_redirect(request, now)
    if who.half.proved:
        return HttpResponseRedirect(reverse("security:recovery_codes"))
    return None


def kept_session(request: HttpRequest, who: Whose) -> str | None:
    """The session that goes on when all others end."""
    return None if who.half is not None else request.session.session_key


def after_adding(request: HttpRequest, who: Whose, way: Way, codes: Sequence[str], now: datetime) -> HttpResponse:
    """A factor was added: show new recovery codes once, or go back to the list."""
    if who.half is not None:
        proved(request, who.half, way.value, now=now)
    if codes:
        keep_codes(request, codes, now)
        return HttpResponseRedirect(reverse("security:recovery_codes"), status=303)
    return HttpResponseRedirect(f"{reverse('security:factors')}?done=added", status=303)


def keep_codes(request: HttpRequest, codes: Sequence[str], now: datetime) -> None:
    """Keep them, encrypted, for the one page that shows them."""
    request.session[_CODES] = {"sealed": seal(json.dumps(list(codes)).encode()), "at": int(now.timestamp())}


def kept_codes(request: HttpRequest, now: datetime) -> list[str]:
    """The codes to show; none once they were seen and put away, or after 15 minutes."""
    kept = request.session.get(_CODES)
    if not isinstance(kept, dict) or int(now.timestamp()) - kept["at"] > SHOWN_SECONDS:
        return []
    try:
        return list(json.loads(unseal(kept["sealed"])))
    except NoKey:
        return []


def forget_codes(request: HttpRequest) -> None:
    """They were seen."""
    request.session.pop(_CODES, None)
