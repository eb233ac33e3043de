"""Add, rename, describe and delete a security group."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from countersign.access.queries.chosen_customers import Chosen
from countersign.access.queries.group_changes import preview_of_placing
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.portfolios.pages import SECURITY_GROUPS, portfolio_page
from countersign.portfolios.queries import Standing, portfolio_of
from countersign.security_groups.forms import DefaultGroupForm, GroupForm, SeenForm
from countersign.security_groups.operations import add_group, change_group, delete_group
from countersign.security_groups.operations.shaping import check_deletable, check_may_shape
from countersign.security_groups.queries.groups import group_of
from countersign.security_groups.views.steps import changes_of, done


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, portfolio: int) -> HttpResponse:
    """Security Groups → Add: name and description → Save."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    check_may_shape(standing)
    form = GroupForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            submission = add_group(
                actor=standing.actor,
                portfolio=portfolio,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                now=now,
                token=form.page_token,
            )
            return done(submission.confirmation_number)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
    return _page(request, standing, "security_groups/add.html", {"form": form}, form.http_status)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, portfolio: int, group: int) -> HttpResponse:
    """Another name or description: nobody's access changes by it."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    check_may_shape(standing)
    found = group_of(standing, group, at=now)
    kind = DefaultGroupForm if found.group.is_default else GroupForm
    seen = {"name": found.group.name, "description": found.group.description, "version": found.version}
    form = kind(request.POST) if request.method == "POST" else kind(initial=seen)
    if form.is_bound and form.is_valid():
        try:
            submission = change_group(
                actor=standing.actor,
                portfolio=portfolio,
                group=group,
                name=form.cleaned_data.get("name", found.group.name),
                description=form.cleaned_data["description"],
                version=form.cleaned_data["version"],
                now=now,
                token=form.page_token,
            )
            return done(submission.confirmation_number)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
    context = {"form": form, "group": found.group}
    return _page(request, standing, "security_groups/change.html", context, form.http_status)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, portfolio: int, group: int) -> HttpResponse:
    """What deleting the group would do, and then doing it. What has changed meanwhile is shown again."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    check_may_shape(standing)
    stale = False
    if request.method == "POST":
        form = SeenForm(request.POST)
        form.full_clean()
        try:
            submission = delete_group(
                actor=standing.actor,
                portfolio=portfolio,
                group=group,
                version=form.cleaned_data.get("version", ""),
                now=now,
                token=form.page_token,
            )
            return done(submission.confirmation_number)
        except Stale as error:
            if error.current.get("what") != Reason.ACCESS_CHANGED:
                raise
            stale = True
    found = group_of(standing, group, at=now)
    check_deletable(found.group)
    chosen = Chosen(group=group)
    preview = preview_of_placing(portfolio, chosen, group=standing.default_group, at=now)
    table, whole = changes_of(portfolio, chosen, standing.default_group, preview)
    context = {
        "group": found.group,
        "logons": found.logons,
        "preview": preview,
        "table": table,
        "whole_url": whole,
        "stale": stale,
        "form": SeenForm(initial={"version": preview.version}),
    }
    return _page(request, standing, "security_groups/delete.html", context, 409 if stale else 200)


def _page(
    request: HttpRequest, standing: Standing, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return portfolio_page(request, standing, SECURITY_GROUPS, template, context, status)
