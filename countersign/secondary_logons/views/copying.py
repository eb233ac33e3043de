"""Copy the settings of another logon: choose → review → Submit."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countersign.access.models import SecondaryLogon
from countersign.access.operations.secondary import terms_of
from countersign.logons.signed_in import signed_in
from countersign.logons.usernames import normal_username
from countersign.policy.errors import Invalid
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.forms import CopyForm
from countersign.secondary_logons.operations import copy_settings
from countersign.secondary_logons.operations.changing import limits_with
from countersign.secondary_logons.operations.copying import limits_copied
from countersign.secondary_logons.queries.one import Secondary, groups_of, secondary_of
from countersign.secondary_logons.views.one import refusal
from countersign.secondary_logons.views.previews import outcome
from countersign.secondary_logons.views.steps import CHANGE, SUBMIT, asks_again, done, opened, step_of
from countersign.secondary_logons.words import access_type_words, account_type_words
from countersign.ui.tables import Column, Table
from countersign.ui.words import RIGHTS


@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """This logon gets the settings of another one of the portfolio."""
    standing, secondary = opened(request, portfolio, logon)
    context: dict[str, Any] = {"secondary": secondary, "refused": refusal(standing, secondary)}

    def chosen(form: CopyForm) -> HttpResponse:
        return portfolio_page(
            request,
            standing,
            SECONDARY_LOGONS,
            "secondary_logons/copy.html",
            context | {"form": form},
            status=form.http_status,
        )

    if request.method != "POST":
        return chosen(CopyForm(initial={"source": request.GET.get("from", "")[:50]}))
    form = CopyForm(request.POST)
    step = step_of(request)
    if not form.is_valid() or step == CHANGE:
        return chosen(form)
    model = _model(standing, form.cleaned_data["source"])
    if model is None or model.logon.pk == logon:
        form.add_error("source", _("Give the username of another secondary logon of this portfolio."))
        return chosen(form)
    refinements = form.cleaned_data["refinements"]
    after = limits_copied(secondary, model, refinements=refinements)
    if (first := asks_again(request, secondary.limits, after)) is not None:
        return first
    try:
        if step == SUBMIT:
            submission = copy_settings(
                actor=signed_in(request),
                portfolio=portfolio,
                logon=logon,
                source=model.logon.pk,
                refinements=refinements,
                version=form.cleaned_data["version"],
                source_version=form.cleaned_data["source_version"],
                now=timezone.now(),
                token=form.page_token,
            )
            return done(portfolio, submission)
        if after == secondary.limits:
            raise Invalid({"source": _("Both logons have the same settings: nothing would change.")})
    except Invalid as invalid:
        form.add_problems(invalid.problems)
        return chosen(form)
    context |= {
        "form": form,
        "kept": [
            ("source", form.cleaned_data["source"]),
            ("token", form.data.get("token", "")),
            ("version", secondary.version),
            ("source_version", model.version),
            *([("refinements", "on")] if refinements else []),
        ],
        "model": model,
        "outcome": outcome(standing, secondary, after, {"source": model.logon.pk, "refinements": int(refinements)}),
        "refused": refusal(standing, secondary, after=after),
        "table": _differences(standing, secondary, model, refinements),
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/copy_review.html", context)


def _model(standing: Standing, typed: str) -> Secondary | None:
    fact = SecondaryLogon.objects.filter(
        logon__username=normal_username(typed), portfolio_id=standing.portfolio, ended_at__isnull=True
    ).first()
    return None if fact is None else secondary_of(standing, fact.logon_id, at=timezone.now())


def _differences(standing: Standing, secondary: Secondary, model: Secondary, refinements: bool) -> Table:
    names = {group.pk: group.name for group in groups_of(standing.portfolio)}

    def words(one: Secondary) -> list[str]:
        terms = terms_of(one.fact)
        return [
            access_type_words(terms.access_type),
            str(RIGHTS[limits_with(terms, ()).ceiling]),
            account_type_words(terms.account_types),
            ", ".join(name for key, name in names.items() if key in one.limits.groups) or _("None"),
            str(len(one.limits.refined)),
        ]

    labels = [_("Access type"), _("Default rights"), _("Account types"), _("Security groups"), _("Rights of their own")]
    rows = list(zip(labels, words(secondary), words(model), strict=True))
    if not refinements:
        rows = rows[:-1]
    return Table(
        _("What changes"),
        [
            Column("what", _("Setting"), row_header=True),
            Column("before", _("Now")),
            Column("after", _("From Submit on")),
        ],
        [{"what": what, "before": before, "after": after} for what, before, after in rows],
    )
