"""Add User: Add Access → Next → Access Settings → Submit → OK."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from countersign.access.queries.customer_counts import customers_by_group
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Refused
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.forms import AccessSettingsForm, PersonForm
from countersign.secondary_logons.operations import add_secondary
from countersign.secondary_logons.operations.changing import checked_terms, limits_with
from countersign.secondary_logons.operations.usernames import checked_username
from countersign.secondary_logons.queries.one import groups_of
from countersign.secondary_logons.views.foreseeing import preview
from countersign.secondary_logons.views.steps import CHANGE, STEP, SUBMIT, asks_again, done, standing_of
from countersign.secondary_logons.words import access_type_words
from countersign.submissions.kinds import KINDS
from countersign.submissions.queries import submission_for
from countersign.submissions.views import spaced
from countersign.taxpayers.models import AccountType
from countersign.ui.components.moments import number

SETTINGS, SEE = "settings", "see"


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, portfolio: int) -> HttpResponse:
    """The two steps of Add User. What was typed in the first travels with the second."""
    standing = standing_of(request, portfolio)
    if request.method != "POST":
        first = PersonForm(initial={"language": get_language(), "access_type": AccessType.TAX_ADMINISTRATOR.value})
        return _person_page(request, standing, first)
    person = PersonForm(request.POST)
    step = request.POST.get(STEP, SETTINGS)
    if not person.is_valid() or step == CHANGE:
        return _person_page(request, standing, person)
    if standing.limits is not None and person.chosen_type is AccessType.MASTER_ADMINISTRATOR:
        person.add_error("access_type", _("Only the parent logon adds Master Administrators."))
        return _person_page(request, standing, person)
    if step == SEE:
        return _foreseen(request, standing, person)
    if step != SUBMIT:
        try:
            checked_username(portfolio, person.person.username, hold=False)
        except Invalid as invalid:
            person.add_problems(invalid.problems)
            return _person_page(request, standing, person)
        chosen = _settings_form(standing, initial=_initial(standing, person.chosen_type))
        return _settings_page(request, standing, person, chosen)
    chosen = _settings_form(standing, request.POST)
    if not chosen.is_valid():
        return _settings_page(request, standing, person, chosen)
    if (again := asks_again(request)) is not None:
        return again
    try:
        submission = add_secondary(
            actor=signed_in(request),
            portfolio=portfolio,
            person=person.person,
            terms=chosen.terms,
            groups=chosen.chosen_groups,
            now=timezone.now(),
            token=chosen.page_token,
        )
    except Refused as refused:
        if refused.hidden or refused.reason != Reason.BEYOND_OWN_REACH:
            raise
        chosen.add_error(
            None,
            _("Choose no more than you have yourself: only your own security groups, account types and rights."),
        )
        return _settings_page(request, standing, person, chosen)
    except Invalid as invalid:
        about_person = {name: text for name, text in invalid.problems.items() if name in person.fields}
        if about_person:
            person.add_problems(about_person)
            return _person_page(request, standing, person)
        chosen.add_problems(invalid.problems)
        return _settings_page(request, standing, person, chosen)
    return done(portfolio, submission)


@require_safe
def added(request: HttpRequest, portfolio: int, number: str) -> HttpResponse:
    """What one sees after Submit: the confirmation number, what happens now, and OK back to the list."""
    standing = standing_of(request, portfolio)
    submission, viewer = submission_for(signed_in(request), number, at=timezone.now())
    kind = KINDS[submission.kind]
    receipt = kind.receipt(submission, viewer, timezone.now())
    context = {"receipt": receipt, "number": spaced(submission.confirmation_number), "title": kind.title}
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/done.html", context)


def _initial(standing: Standing, access_type: AccessType) -> dict[str, Any]:
    """Default is preselected (SPEC 5). All account types, also future ones, are a choice and never the beginning."""
    own = standing.limits
    groups = [standing.default_group] if own is None or standing.default_group in own.groups else []
    return {
        "groups": [str(key) for key in groups],
        "default_rights": int(Rights.VIEW_ONLY),
        "access_type": access_type.value,
    }


def group_hints(portfolio: int) -> dict[str, Any]:
    """How many customers each group has, and what it is for."""
    counts = customers_by_group(portfolio)
    hints = {}
    for group in groups_of(portfolio):
        count = counts.get(group.pk, 0)
        words = ngettext("%(count)s customer", "%(count)s customers", count) % {"count": number(count)}
        hints[str(group.pk)] = f"{words} · {group.description}" if group.description else words
    return hints


def _settings_form(standing: Standing, *args: Any, **more: Any) -> AccessSettingsForm:
    return AccessSettingsForm(
        *args,
        groups=groups_of(standing.portfolio),
        hints=group_hints(standing.portfolio),
        account_types=list(AccountType.objects.order_by("name")),
        **more,
    )


def _foreseen(request: HttpRequest, standing: Standing, person: PersonForm) -> HttpResponse:
    """*See what this gives*: the same page with what the new logon will reach; as choices change, that part alone."""
    chosen = _settings_form(standing, request.POST)
    if not getattr(request, "htmx", False):
        chosen.is_valid()
        return _settings_page(request, standing, person, chosen)
    return render(request, "secondary_logons/_foreseen.html", _foresight(standing, chosen))


def _foresight(standing: Standing, form: AccessSettingsForm) -> dict[str, Any]:
    """What the choices give, once they are whole: without account types there is nothing to count yet."""
    if not form.is_bound or not form.is_valid():
        return {"foreseen": None, "portfolio": standing.portfolio}
    limits = limits_with(checked_terms(form.terms), form.chosen_groups)
    return {"foreseen": preview(standing, limits), "portfolio": standing.portfolio}


def _person_page(request: HttpRequest, standing: Standing, form: PersonForm) -> HttpResponse:
    context = {"form": form}
    return portfolio_page(
        request, standing, SECONDARY_LOGONS, "secondary_logons/add_person.html", context, status=form.http_status
    )


def _settings_page(
    request: HttpRequest, standing: Standing, person: PersonForm, form: AccessSettingsForm
) -> HttpResponse:
    new = person.person
    context = {
        "person": person,
        "form": form,
        **_foresight(standing, form),
        "master": person.chosen_type is AccessType.MASTER_ADMINISTRATOR,
        "summary": [
            (_("Name"), f"{new.first_name} {new.last_name}"),
            (_("Username"), new.username),
            (_("E-mail"), new.email),
            (_("Access type"), access_type_words(person.chosen_type)),
        ],
    }
    return portfolio_page(
        request, standing, SECONDARY_LOGONS, "secondary_logons/add_settings.html", context, status=form.http_status
    )
