"""Security → Change password; also where a password that came with an import is changed at the first sign-in."""

from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.hash_cap import Busy
from countersign.logons.sessions import is_fresh, moved
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid
from countersign.recovery.forms import NewPasswordForm
from countersign.recovery.operations import change_password, shortest_for
from countersign.recovery.views.answers import busy


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Create and confirm a new password; the other sessions end."""
    now = timezone.now()
    if request.method == "POST" and not is_fresh(request, now=now):
        # Begin anew afterwards: a new password is not kept while one is asked who one is.
        return HttpResponseRedirect(reverse("recovery:change"), status=303)
    ask = fresh_or_redirect(request, now)
    if ask is not None:
        return ask
    logon = signed_in(request)
    must = logon.must_change_password
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            logon = change_password(
                actor=logon, password=form.cleaned_data["password"], keep=request.session.session_key, now=now
            )
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        except Busy as full:
            return busy(request, full, reverse("recovery:change"))
        else:
            before = request.session.session_key
            update_session_auth_hash(request, logon)
            moved(before, request)
            target = "home:home" if must else "profile:security"
            return HttpResponseRedirect(reverse(target), status=303)
    context = {"form": form, "must": must, "logon": logon, "shortest": shortest_for(logon)}
    return render(request, "recovery/change.html", context, status=form.http_status)
