"""Who acts for me: the taxpayer sees who has access, what, since when, until when, given by whom."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.logons.signed_in import signed_in
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access.queries.clients import Relation, acting_firm, who_acts_for
from countersign.third_party_access.queries.grants import Holding
from countersign.third_party_access.queries.people import given_by
from countersign.third_party_access.queries.requests import pending_requests_to
from countersign.third_party_access.views.steps import (
    account_words,
    acting_for,
    holding_lines,
    since_words,
    until_words,
)
from countersign.ui.components.lists import Task
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import Column, Empty, Link, Table


@require_safe
def who_acts_for_me(request: HttpRequest, taxpayer: int) -> HttpResponse:
    """The third parties that act for a taxpayer, and the requests that wait for its answer."""
    now = timezone.now()
    client, relations = who_acts_for(signed_in(request), taxpayer=taxpayer, at=now)
    tasks = [
        Task(
            _("%(firm)s asks for access") % {"firm": waiting.third_party.legal_name},
            reverse("third_party_access:decide", args=[client.pk, waiting.pk]),
            _("Expires"),
            waiting.expires_at,
        )
        for waiting in pending_requests_to(client.pk, at=now)
    ]
    table = Table(
        _("Third parties with access to accounts of %(client)s") % {"client": client.legal_name},
        [
            Column("firm", _("Third party"), row_header=True),
            Column("account", _("Account")),
            Column("rights", _("Rights")),
            Column("since", _("Since")),
            Column("until", _("Last day")),
        ],
        [row for relation in relations for row in _firm_rows(client, relation)],
        Empty(
            _("Nobody acts for %(client)s") % {"client": client.legal_name},
            _("When a third party, such as an accountant, asks for access, you decide here and on Home."),
        ),
        quiet_caption=True,
    )
    context = {
        "acting_for": acting_for(client),
        "client": client,
        "tasks": tasks,
        "table": table,
        "csv_url": reverse("third_party_access:who_acts_csv", args=[client.pk]),
    }
    return render(request, "third_party_access/who_acts.html", context)


@require_safe
def who_acts_csv(request: HttpRequest, taxpayer: int) -> HttpResponseBase:
    """The same list as a file: a row for each account."""
    _client, relations = who_acts_for(signed_in(request), taxpayer=taxpayer, at=timezone.now())
    heading = [_("Third party"), _("Account type"), _("Account"), _("Rights"), _("Since"), _("Last day")]
    return csv_response("who-acts-for-me", heading, [[line for one in relations for line in holding_lines(one)]])


def _firm_rows(client: Taxpayer, relation: Relation) -> list[dict[str, object]]:
    page = reverse("third_party_access:firm", args=[client.pk, relation.taxpayer.pk])
    return [
        {
            "firm": Link(relation.taxpayer.legal_name, page),
            "account": account_words(holding),
            "rights": holding.rights,
            "since": since_words(holding),
            "until": until_words(holding),
        }
        for holding in relation.holdings
    ]


@require_safe
def firm(request: HttpRequest, taxpayer: int, third_party: int) -> HttpResponse:
    """One third party: what it may do, since when, until when, given by whom; and the ways to change it."""
    now = timezone.now()
    client, acting, held = acting_firm(signed_in(request), taxpayer=taxpayer, third_party=third_party, at=now)
    givers = given_by(holding.grant.begun_by for holding in held)
    table = Table(
        _("What %(firm)s may do for %(client)s") % {"firm": acting.legal_name, "client": client.legal_name},
        [
            Column("account", _("Account"), row_header=True),
            Column("rights", _("Rights")),
            Column("since", _("Since")),
            Column("until", _("Last day")),
            Column("given", _("Given by")),
        ],
        [
            {
                "account": account_words(holding),
                "rights": holding.rights,
                "since": since_words(holding),
                "until": until_words(holding),
                "given": _giver(givers, holding),
            }
            for holding in held
        ],
        Empty(
            _("%(firm)s has no access any more") % {"firm": acting.legal_name},
            _("To act for you again it has to ask, and you decide."),
        ),
        quiet_caption=True,
    )
    context = {"acting_for": acting_for(client), "client": client, "firm": acting, "table": table, "held": held}
    return render(request, "third_party_access/firm.html", context)


def _giver(givers: dict[str, str], holding: Holding) -> object:
    number = holding.grant.begun_by
    if number not in givers:
        return _("On record with the agency")
    return Link(givers[number], reverse("submissions:detail", args=[number]), _("confirmation number") + f" {number}")
