"""Why one may do what one may on an account, and why not."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.access.wording import REASONS, REASONS_TO_YOU, WHO_CAN_CHANGE
from countersign.logons.signed_in import signed_in
from countersign.policy.reasons import Reason
from countersign.tax_accounts.forms import WhyNotForm
from countersign.tax_accounts.queries import Asked, SeenAccount, ask, is_frozen, names_who_can_change, seen_account
from countersign.tax_accounts.shown_routes import shown_routes
from countersign.tax_accounts.views.account import acting_for
from countersign.tax_accounts.words import ACTIONS


@require_safe
def why(request: HttpRequest, account: int) -> HttpResponse:
    """Every path that was looked at, the deciding one first."""
    reader = signed_in(request)
    seen = seen_account(reader, account)
    decided, *others = shown_routes(reader, seen.account, seen.explanation.routes)
    context = {
        "acting_for": acting_for(seen, decided),
        "account": seen.account,
        "decided": decided,
        "others": others,
        "administers": seen.administers,
        "frozen": seen.frozen,
    }
    return render(request, "tax_accounts/why.html", context)


@require_safe
def why_not(request: HttpRequest) -> HttpResponse:
    """Why the reader may or may not do something on an account that is named by its number.

    An account that does not exist and one that the reader does not see get the same answer (SPEC 2).
    """
    reader = signed_in(request)
    form = WhyNotForm(request.GET if "account" in request.GET or "action" in request.GET else None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        asked = ask(reader, form.cleaned_data["account"], form.cleaned_data["action"])
        context |= {"answered": True, "asked": asked, "action_words": ACTIONS[asked.action]}
        if asked.seen is not None:
            context |= _answer(request, asked, asked.seen)
    return render(request, "tax_accounts/why_not.html", context, status=422 if form.errors else 200)


def _answer(request: HttpRequest, asked: Asked, seen: SeenAccount) -> dict[str, Any]:
    reader = signed_in(request)
    decided = shown_routes(reader, seen.account, seen.explanation.routes)[0]
    decision = seen.explanation.decision
    change = "" if decision.allowed else WHO_CAN_CHANGE.get(decision.reason, "")
    names = [] if decision.allowed else names_who_can_change(asked, seen)
    reason = REASONS_TO_YOU.get(decision.reason) or REASONS[decision.reason]
    if decision.reason == Reason.RIGHTS_TOO_LOW and is_frozen(seen):
        # Not for want of rights: whoever asks is the Master Administrator that they would be sent to.
        reason, change, names = REASONS[Reason.TAXPAYER_FROZEN], WHO_CAN_CHANGE[Reason.TAXPAYER_FROZEN], []
    if names and seen.explanation.routes[0].parent is not None:
        change = _("The parent logon can change this.")
    return {
        "account": seen.account,
        "acting_for": acting_for(seen, decided),
        "decided": decided,
        "allowed": decision.allowed,
        "reason": reason,
        "change": change,
        "names": _("Ask %(names)s.") % {"names": ", ".join(names)} if names else "",
    }
