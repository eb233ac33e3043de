"""Whom one acts for, unless a page says otherwise."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from countersign.access.acting_for import act_for, acting_for
from countersign.logons.signed_in import signed_in
from countersign.profile.forms import ActingForForm
from countersign.profile.queries import TAXPAYERS_A_PAGE, own_page
from countersign.profile.views.access import LONGEST_SEARCH, pager_for
from countersign.profile.views.tabs import number_in_address


@require_http_methods(["GET", "HEAD", "POST"])
def acting_for_page(request: HttpRequest) -> HttpResponse:
    """Choose one of one's own taxpayers; pages whose address names a taxpayer are not changed by it."""
    logon = signed_in(request)
    now = timezone.now()
    typed = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    page = own_page(logon, at=now, search=typed, page=number_in_address(request.GET.get("page", "")) or 1)
    default = acting_for(request)
    initial = {"taxpayer": str(default.own.taxpayer.pk)} if default else {}
    form = ActingForForm(page.rows, request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        act_for(request, logon, int(form.cleaned_data["taxpayer"]), at=now)
        return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL, status=303)
    context = {
        "form": form,
        "some": bool(page.rows),
        "typed": typed,
        "searchable": bool(typed) or page.total > TAXPAYERS_A_PAGE,
        "pager": pager_for(request, page.page, page.total),
    }
    return render(request, "profile/acting_for.html", context, status=form.http_status)
