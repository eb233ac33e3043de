"""Ways in: third-party access of one taxpayer, and, from a link that names none, the choice of one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from countersign.access.queries.own import administered_taxpayer, own_taxpayers
from countersign.logons.signed_in import signed_in
from countersign.third_party_access.queries.requests import pending_requests_of, pending_requests_to
from countersign.third_party_access.views.steps import acting_for

PAGES: dict[str, tuple[str, Promise]] = {
    "request": ("third_party_access:request", _("Request to Manage Other Taxpayer's Accounts")),
    "who-acts-for-me": ("third_party_access:who_acts", _("Who acts for me")),
    "clients": ("third_party_access:clients", _("Clients")),
}


@require_safe
def choose_taxpayer(request: HttpRequest, page: str) -> HttpResponse:
    """For which of the taxpayers that one administers? With only one there is no question."""
    if page not in PAGES:
        raise Http404
    route, title = PAGES[page]
    own = own_taxpayers(signed_in(request).pk, at=timezone.now())
    administered = [one.taxpayer for one in own if one.administers]
    if len(administered) == 1:
        return HttpResponseRedirect(reverse(route, args=[administered[0].pk]))
    choices = [(taxpayer, reverse(route, args=[taxpayer.pk])) for taxpayer in administered]
    return render(request, "third_party_access/choose_taxpayer.html", {"title": title, "choices": choices})


@require_safe
def overview(request: HttpRequest, taxpayer: int) -> HttpResponse:
    """Third-Party Access of one taxpayer: both directions."""
    now = timezone.now()
    found = administered_taxpayer(signed_in(request), taxpayer, at=now)
    context = {
        "acting_for": acting_for(found),
        "taxpayer": found,
        "to_decide": len(pending_requests_to(found.pk, at=now)),
        "asked": len(pending_requests_of(found.pk, at=now)),
    }
    return render(request, "third_party_access/overview.html", context)
