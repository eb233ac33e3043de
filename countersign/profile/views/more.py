"""More…: the ways from oneself to everything that one manages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from countersign.access.acting_for import acting_for
from countersign.access.models import SecondaryLogon
from countersign.access.queries.own import is_secondary
from countersign.logons.signed_in import signed_in
from countersign.portfolios.queries import portfolios_of
from countersign.profile.views.access import role_in_words
from countersign.profile.views.tabs import tab_page


@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """Panels Access and Third-Party Access. Features that come later add theirs."""
    logon = signed_in(request)
    default = acting_for(request)
    portfolios = [standing.portfolio for standing in portfolios_of(logon, at=timezone.now())]
    context = {
        "role": role_in_words(request, logon),
        "own": default.own if default else None,
        "administers": bool(default and default.own.administers),
        "secondary": is_secondary(logon.pk),
        "portfolios": bool(portfolios),
        "secondary_logons": SecondaryLogon.objects.filter(portfolio_id__in=portfolios, ended_at__isnull=True).count(),
    }
    return tab_page(request, "more", "profile/more.html", context)
