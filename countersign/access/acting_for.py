"""Whom one acts for by default: remembered in the session, asked of the facts each time (UX rule 2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, Q, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from countersign.access.models import PortfolioHolder, SecondaryLogon
from countersign.access.queries.own import OwnTaxpayer, is_secondary, live_at, own_accesses, own_taxpayer
from countersign.access.wording import ACCESS_TYPES
from countersign.logons.models import Logon
from countersign.policy.rights import AccessType
from countersign.taxpayers.models import TaxpayerKind
from countersign.ui.shell import ActingFor, links

SESSION_KEY = "acting_for"
_MEMO = "_acting_for"


class Default(NamedTuple):
    """The taxpayer that pages without a taxpayer in their address act for. ``others``: one can choose another."""

    own: OwnTaxpayer
    others: bool


def acting_for(request: HttpRequest) -> Default | None:
    """The chosen taxpayer if it is still one's own, else the first one administers, else the first by name.

    A business that one administers comes before oneself and other individuals.

    None for a secondary logon, and for whoever has no taxpayer of their own.
    """
    if not hasattr(request, _MEMO):
        setattr(request, _MEMO, _find(request))
    found: Default | None = getattr(request, _MEMO)
    return found


def _find(request: HttpRequest) -> Default | None:
    if not isinstance(request.user, Logon) or is_secondary(request.user.pk):
        return None
    chosen = request.session.get(SESSION_KEY)
    administers = Q(access_type=AccessType.MASTER_ADMINISTRATOR.value, provisional=False)
    rank = Case(
        When(taxpayer_id=chosen if isinstance(chosen, int) else 0, then=Value(0)),
        When(administers & ~Q(taxpayer__kind=TaxpayerKind.INDIVIDUAL), then=Value(1)),
        When(administers, then=Value(2)),
        default=Value(3),
    )
    accesses = own_accesses(request.user.pk, at=timezone.now())
    found = list(accesses.order_by(rank, "taxpayer__name_folded", "taxpayer_id")[:2])
    if not found:
        return None
    first = found[0]
    own = OwnTaxpayer(first.taxpayer, AccessType(first.access_type), first.provisional)
    return Default(own, others=len(found) > 1)


def act_for(request: HttpRequest, actor: Logon, taxpayer_pk: int, *, at: datetime) -> OwnTaxpayer:
    """Remember whom one acts for from now on. Raises a hidden ``Refused`` for what is not one's own."""
    own = own_taxpayer(actor, taxpayer_pk, at=at)
    request.session[SESSION_KEY] = own.taxpayer.pk
    return own


def capacity_words(own: OwnTaxpayer) -> Any:
    """Master Administrator, Tax Administrator, or that the former is provisional."""
    if own.provisional:
        return _("Master Administrator, provisional")
    return ACCESS_TYPES[own.access_type]


def acting_for_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``acting_for`` for the bar. A view that acts for a given taxpayer replaces it."""
    return {"acting_for": SimpleLazyObject(lambda: _bar(request))}


def _bar(request: HttpRequest) -> ActingFor | None:
    reader = getattr(request, "user", None)
    if not isinstance(reader, Logon):
        return None
    default = acting_for(request)
    if default is None:
        return _portfolio_bar(reader.pk)
    switch = links().get("acting_for", "") if default.others else ""
    return ActingFor(default.own.taxpayer.legal_name, capacity_words(default.own), switch)


def _portfolio_bar(logon_pk: int) -> ActingFor | None:
    """A secondary logon acts for whomever its parent lets it: the bar names the parent."""
    now = timezone.now()
    secondary = SecondaryLogon.objects.filter(live_at(now), logon_id=logon_pk).first()
    if secondary is None:
        return None
    holders = PortfolioHolder.objects.filter(live_at(now), portfolio_id=secondary.portfolio_id)
    holder = holders.select_related("holder").first()
    if holder is None:
        return None
    return ActingFor(
        _("Customers of %(parent)s") % {"parent": holder.holder.full_name},
        ACCESS_TYPES[AccessType(secondary.access_type)],
    )
