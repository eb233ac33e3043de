"""Profile: name, username, e-mail; phone and language, which one changes here."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid
from countersign.profile.forms import ProfileForm
from countersign.profile.operations import change_profile
from countersign.profile.views.tabs import tab_page
from countersign.ui.tables import TwoLines

SAVED = "saved"


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show the profile, and change phone and language."""
    logon = signed_in(request)
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial={"phone": logon.phone, "language": logon.language},
    )
    if form.is_valid():
        try:
            change_profile(actor=logon, **form.cleaned_data, now=timezone.now())
        except Invalid as error:
            form.add_problems(error.problems)
        else:
            return _saved(form.cleaned_data["language"] if "language" in form.changed_data else "")
    context = {
        "form": form,
        "summary": _summary(logon),
        "saved": SAVED in request.GET and not form.is_bound,
        "sent": "sent" in request.GET and not form.is_bound,
    }
    return tab_page(request, "profile", "profile/profile.html", context, form.http_status)


def _saved(language: str) -> HttpResponse:
    """Back to the profile, in ``language`` where another one was chosen; else in the one that is read now."""
    response = HttpResponseRedirect(f"{reverse('profile:profile')}?{SAVED}", status=303)
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response


def _summary(logon: Logon) -> list[tuple[object, object]]:
    confirmed = _("confirmed") if logon.email_confirmed else _("not confirmed yet")
    return [
        (_("Name"), logon.full_name),
        (_("Username"), TwoLines(logon.username, _("Cannot be changed."))),
        (_("E-mail"), TwoLines(logon.email, confirmed)),
        (_("Second e-mail"), logon.second_email or _("none")),
    ]
