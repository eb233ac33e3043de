"""Delete My Profile: first what ends and what stays behind, then the username typed, then it is over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from countersign.leaving.forms import DeleteForm
from countersign.leaving.operations import delete_profile
from countersign.leaving.queries import consequences_of_deleting
from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.sessions import end_session
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid
from countersign.ui.words import in_fours

KEY = "profile_deleted"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete_my_profile(request: HttpRequest) -> HttpResponse:
    """Shows consequences before commitment; the typed username confirms."""
    logon, now = signed_in(request), timezone.now()
    if (first := fresh_or_redirect(request, now)) is not None:
        return first
    consequences = consequences_of_deleting(logon, at=now)
    form = DeleteForm(consequences, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            submission = delete_profile(
                actor=logon,
                typed_username=form.cleaned_data["username"],
                version=form.cleaned_data["version"],
                choices=form.choices,
                now=now,
            )
        except Invalid as error:
            form.add_problems(error.problems)
        else:
            end_session(request)
            request.session[KEY] = submission.confirmation_number
            return HttpResponseRedirect(reverse("leaving:deleted"), status=303)
    context = {"form": form, "logon": logon, "consequences": consequences}
    return render(request, "leaving/delete.html", context, status=form.http_status)


@never_cache
@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """It is done: the confirmation number, and the way to register again."""
    return render(request, "leaving/deleted.html", {"number": in_fours(str(request.session.get(KEY, "")))})
