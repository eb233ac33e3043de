"""Log In: username and password, or a passkey alone."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from countersign.logons.hash_cap import Busy
from countersign.logons.known_devices import shown_by
from countersign.logons.limiter import Locked
from countersign.logons.second_factors import Requirement
from countersign.logons.second_factors.half import step_after_password
from countersign.logons.second_factors.passkeys import possible
from countersign.logons.sessions import SessionEnd
from countersign.logons.source import source_of
from countersign.policy.errors import Invalid
from countersign.sign_in.forms import LogInForm
from countersign.sign_in.operations import sign_in
from countersign.sign_in.targets import FACTORS_REMOVED, NEXT, NOT_SENT, WHY, own_path
from countersign.sign_in.views.answers import busy, let_in, locked_out, to_second_step


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Username and password → where one wanted to go."""
    target = own_path(request.POST.get(NEXT, "") or request.GET.get(NEXT, ""))
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(target or settings.LOGIN_REDIRECT_URL)
    form = LogInForm(request.POST if request.method == "POST" else None)
    now = timezone.now()
    if form.is_valid():
        try:
            shown = shown_by(request)
            logon = sign_in(**form.cleaned_data, source=source_of(request), now=now, shown=shown)
        except Invalid as error:
            form.add_problems(error.problems)
        except Locked as locked:
            return locked_out(request, locked, now)
        except Busy as full:
            return busy(request, full)
        else:
            step = step_after_password(logon)
            if step is not None:
                return to_second_step(request, logon, step, target=target, now=now)
            return let_in(request, logon, how="password", target=target, now=now)
    context = {"form": form, "next": target, "said": _said(request), "passkeys": possible()}
    context["demo_relaxed"] = settings.DEMO and Requirement.OPTIONAL in settings.SECOND_FACTOR.values()
    return render(request, "sign_in/log_in.html", context, status=form.http_status)


def _said(request: HttpRequest) -> dict[str, str]:
    """Why one is here again, from a closed list."""
    why = getattr(request, "session_end", "") or (request.GET.get(WHY, "") if request.method != "POST" else "")
    minutes, hours = settings.SESSION_IDLE_SECONDS // 60, settings.SESSION_WHOLE_SECONDS // 3600
    sentences = {
        SessionEnd.ASKED: ("success", _("You are signed out.")),
        SessionEnd.IDLE: (
            "info",
            ngettext(
                "You were signed out after %d minute without activity. Nothing was changed.",
                "You were signed out after %d minutes without activity. Nothing was changed.",
                minutes,
            )
            % minutes,
        ),
        SessionEnd.WHOLE: (
            "info",
            ngettext(
                "You were signed out because a session lasts %d hour at the most. Nothing was changed.",
                "You were signed out because a session lasts %d hours at the most. Nothing was changed.",
                hours,
            )
            % hours,
        ),
        SessionEnd.ENDED: (
            "info",
            _(
                "This session was ended: by you in another browser, or because your password or your second "
                "factors changed."
            ),
        ),
        SessionEnd.NOT_ACTIVE: (
            "warning",
            _(
                "You were signed out because this logon is no longer active. Whoever manages it, "
                "or the agency, can tell you more."
            ),
        ),
    }
    if why == FACTORS_REMOVED:
        told = _("Your second factors are removed. Log in with your password, and set up new ones.")
        return {"variant": "success", "text": told}
    if why == NOT_SENT:
        told = _("You are not signed in any more, so what you sent just now was not saved. Log in and do it once more.")
        return {"variant": "warning", "text": told}
    if why not in list(SessionEnd):
        return {}
    variant, text = sentences[SessionEnd(why)]
    return {"variant": variant, "text": text}
