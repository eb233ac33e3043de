"""The taxpayer changes and ends what a third party may do: each choose → review → done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countersign.access.wording import REASONS, WHO_CAN_CHANGE
from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.signed_in import signed_in
from countersign.policy.delegation import may_widen
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access.forms import EndForm, EndingForm, RightsChangeForm
from countersign.third_party_access.operations import change_rights, revoke_access, set_end
from countersign.third_party_access.operations.change_rights import rights_changes
from countersign.third_party_access.operations.changing import check_open
from countersign.third_party_access.operations.set_end import check_last_day, end_changes
from countersign.third_party_access.queries.clients import acting_firm
from countersign.third_party_access.queries.grants import Holding, version_of_holdings
from countersign.third_party_access.queries.sides import sides
from countersign.third_party_access.views.steps import (
    CHANGE,
    SUBMIT,
    account_words,
    acting_for,
    done,
    ending_table,
    step_of,
    until_words,
)
from countersign.ui.components.moments import day
from countersign.ui.error_pages import sentence
from countersign.ui.tables import Column, Table


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, taxpayer: int, third_party: int) -> HttpResponse:
    """Lower or raise rights: choose → review → done."""
    now = timezone.now()
    client, acting, held = acting_firm(signed_in(request), taxpayer=taxpayer, third_party=third_party, at=now)
    context = _change_context(request, client, acting, held)
    if request.method != "POST":
        if not held:
            raise Stale(what=Reason.GRANT_ENDED)
        form = RightsChangeForm(held=held, initial={"version": version_of_holdings(held)})
        return _choose_rights(request, form, context)
    form = RightsChangeForm(request.POST, held=held)
    step = step_of(request)
    if step == SUBMIT and form.data.get("version") != version_of_holdings(held):
        form.forget_rows()
    if not form.is_valid() or step == CHANGE:
        return _choose_rights(request, form, context)
    try:
        narrowed, widened = rights_changes(held, form.rights)
        if widened and (first := fresh_or_redirect(request, now)) is not None:
            return first
        if step == SUBMIT:
            submission = change_rights(
                actor=signed_in(request),
                taxpayer=client.pk,
                third_party=acting.pk,
                rights=form.rights,
                version=form.cleaned_data["version"],
                now=now,
                token=form.page_token,
            )
            return done(submission.confirmation_number)
        _check_seen(held, form.cleaned_data["version"])
        check_open([holding for holding, _level in widened], field="rights", now=now)
    except Invalid as invalid:
        form.add_problems(invalid.problems)
        return _choose_rights(request, form, context)
    if not narrowed and not widened:
        form.add_error(None, _("Choose other rights for at least one account: so far nothing changes."))
        return _choose_rights(request, form, context)
    if widened and context["widening_refused"]:
        form.add_error(None, str(context["widening_refused"]))
        return _choose_rights(request, form, context)
    rows = [
        {"account": account_words(holding), "before": holding.rights, "after": level}
        for holding, level in narrowed + widened
    ]
    return render(
        request,
        "third_party_access/change_review.html",
        context | {"form": form, "table": _before_after(rows), "widened": widened},
    )


def _choose_rights(request: HttpRequest, form: RightsChangeForm, context: dict[str, object]) -> HttpResponse:
    table = Table(
        _("Rights per account"),
        [
            Column("account", _("Account"), row_header=True),
            Column("until", _("Last day")),
            Column("before", _("Has now")),
            Column("after", _("Access Rights")),
        ],
        [
            {
                "account": account_words(holding),
                "until": until_words(holding),
                "before": holding.rights,
                "after": field,
            }
            for holding, field in form.rights_rows()
        ],
        quiet_caption=True,
    )
    return render(
        request,
        "third_party_access/change.html",
        context | {"form": form, "table": table},
        status=form.http_status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, taxpayer: int, third_party: int) -> HttpResponse:
    """Set, move or remove the last day: choose → review → done."""
    now = timezone.now()
    client, acting, held = acting_firm(signed_in(request), taxpayer=taxpayer, third_party=third_party, at=now)
    context = _change_context(request, client, acting, held)
    template = "third_party_access/end.html"
    if request.method != "POST":
        if not held:
            raise Stale(what=Reason.GRANT_ENDED)
        only = [str(held[0].account.pk)] if len({holding.account.pk for holding in held}) == 1 else []
        form = EndForm(held=held, initial={"version": version_of_holdings(held), "accounts": only})
        return render(request, template, context | {"form": form})
    form = EndForm(request.POST, held=held)
    step = step_of(request)
    if step == SUBMIT:
        form.offer_as_sent()
    if not form.is_valid() or step == CHANGE:
        return render(request, template, context | {"form": form}, status=form.http_status)
    try:
        sooner, later = end_changes(held, form.chosen_accounts, form.last)
        if later and (first := fresh_or_redirect(request, now)) is not None:
            return first
        if step == SUBMIT:
            submission = set_end(
                actor=signed_in(request),
                taxpayer=client.pk,
                third_party=acting.pk,
                accounts=form.chosen_accounts,
                last_day=form.last,
                version=form.cleaned_data["version"],
                now=now,
                token=form.page_token,
            )
            return done(submission.confirmation_number)
        _check_seen(held, form.cleaned_data["version"])
        check_last_day(sooner + later, form.chosen_accounts, form.last, now=now)
        check_open(later, field="last_day", now=now)
        if later and context["widening_refused"]:
            raise Invalid({"last_day": str(context["widening_refused"])})
    except Invalid as invalid:
        form.add_problems(invalid.problems)
        return render(request, template, context | {"form": form}, status=form.http_status)
    rows = [
        {
            "account": account_words(holding),
            "before": until_words(holding),
            "after": day(form.last) or _("No end"),
        }
        for holding in sooner + later
    ]
    return render(
        request,
        "third_party_access/end_review.html",
        context | {"form": form, "table": _before_after(rows), "last_day": form.last},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, taxpayer: int, third_party: int) -> HttpResponse:
    """Revoke some access or all of it: choose → review → done."""
    now = timezone.now()
    client, acting, held = acting_firm(signed_in(request), taxpayer=taxpayer, third_party=third_party, at=now)
    context = _change_context(request, client, acting, held)
    template = "third_party_access/revoke.html"
    if request.method != "POST":
        if not held:
            raise Stale(what=Reason.GRANT_ENDED)
        return render(request, template, context | {"form": EndingForm(held=held)})
    form = EndingForm(request.POST, held=held)
    step = step_of(request)
    if step == SUBMIT:
        form.offer_as_sent()
    if not form.is_valid() or step == CHANGE:
        return render(request, template, context | {"form": form}, status=form.http_status)
    if step == SUBMIT:
        submission = revoke_access(
            actor=signed_in(request),
            taxpayer=client.pk,
            third_party=acting.pk,
            accounts=form.ending_accounts,
            now=now,
            token=form.page_token,
        )
        return done(submission.confirmation_number)
    return render(
        request,
        "third_party_access/revoke_review.html",
        context | {"form": form, "table": ending_table(held, form.ending_accounts)},
    )


def _before_after(rows: list[dict[str, object]]) -> Table:
    return Table(
        _("What changes"),
        [
            Column("account", _("Account"), row_header=True),
            Column("before", _("Now")),
            Column("after", _("From Submit on")),
        ],
        rows,
    )


def _check_seen(held: list[Holding], version: str) -> None:
    if version_of_holdings(held) != version:
        raise Stale(what=Reason.ACCESS_CHANGED if held else Reason.GRANT_ENDED)


def _change_context(request: HttpRequest, client: Taxpayer, acting: Taxpayer, held: list[Holding]) -> dict[str, object]:
    both = sides(signed_in(request), client=client, third_party=acting, at=timezone.now())
    reason = may_widen(both.standpoint, client=both.client, third_party=both.third_party)
    refused = ""
    if reason is not None:
        refused = _("Rights can only be lowered and access only end sooner at the moment.")
        refused = " ".join([refused, *(sentence(text) for text in _why(reason))])
    return {
        "acting_for": acting_for(client),
        "client": client,
        "firm": acting,
        "held": held,
        "widening_refused": refused,
    }


def _why(reason: Reason) -> list[str]:
    return [str(text) for text in (REASONS[reason], WHO_CAN_CHANGE.get(reason, "")) if text]
