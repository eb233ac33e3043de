"""The page of one secondary logon, with its Give Rights table: choose → review → Submit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countersign.access.operations.secondary import terms_of
from countersign.access.queries.givable import GivablePage, givable_accounts
from countersign.access.queries.listing import Filter, Position
from countersign.access.wording import REASONS
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Refused
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.forms import GiveRightsForm
from countersign.secondary_logons.operations import give_rights
from countersign.secondary_logons.operations.rights import changed_places
from countersign.secondary_logons.queries.accounts import GivableRow, limits_after, with_limits
from countersign.secondary_logons.queries.one import Secondary, groups_of, may_manage, open_invitation
from countersign.secondary_logons.queries.reach import may_look
from countersign.secondary_logons.queries.vouching import open_ask
from countersign.secondary_logons.views.steps import CHANGE, REVIEW, STEP, SUBMIT, asks_again, done, opened
from countersign.secondary_logons.words import access_type_words, account_type_words, status_word
from countersign.taxpayers.models import Account
from countersign.ui.components.moments import day, when
from countersign.ui.tables import Chip, Column, Empty, Link, Pager, Table, TwoLines, address_with, page_size, page_sizes
from countersign.ui.words import RIGHTS

PAGE_SIZE = 25
MOST_OPEN = 200
LONGEST_SEARCH = 200


@require_http_methods(["GET", "HEAD", "POST"])
def logon(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """What the logon is and may do, and the button in the Give Rights column for each account."""
    standing, secondary = opened(request, portfolio, logon)
    if not may_look(standing, secondary):
        # Of somebody beyond its reach a secondary Master Administrator sees who it is, not which clients it has.
        if request.method == "POST":
            raise Refused(Reason.BEYOND_OWN_REACH)
        return _page(request, standing, secondary, None)
    chosen = with_limits(givable_accounts(logon, only=_opened_accounts(request), size=MOST_OPEN).rows, secondary.limits)
    step = request.POST.get(STEP, "")
    if request.method != "POST" or step not in (REVIEW, SUBMIT, CHANGE):
        return _page(request, standing, secondary, _unsent(request, secondary, chosen))
    form = GiveRightsForm(request.POST, rows=chosen)
    if not form.is_valid() or step == CHANGE:
        return _page(request, standing, secondary, form)
    if not chosen:
        form.add_error(None, _("Select the button in the Give Rights column for at least one account."))
        return _page(request, standing, secondary, form)
    if (first := asks_again(request, secondary.limits, limits_after(secondary.limits, form.rights))) is not None:
        return first
    try:
        if step == SUBMIT:
            submission = give_rights(
                actor=signed_in(request),
                portfolio=portfolio,
                logon=logon,
                rights=form.rights,
                version=form.cleaned_data["version"],
                now=timezone.now(),
                token=form.page_token,
            )
            return done(portfolio, submission)
        changes = changed_places(secondary.limits, form.rights)
    except Invalid as invalid:
        form.add_problems(invalid.problems)
        return _page(request, standing, secondary, form)
    after = limits_after(secondary.limits, changes)
    context = {
        "secondary": secondary,
        "form": form,
        "opened": [row.account.account for row in chosen],
        "refused": refusal(standing, secondary, after=after),
        "table": changes_table(
            [(row, min(row.account.through, after.at_most(*row.place))) for row in chosen if row.place in changes]
        ),
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/rights_review.html", context)


def refusal(standing: Standing, secondary: Secondary, *, after: Any = None) -> str:
    """Why the actor may not do this, in words; empty where it may."""
    reason = may_manage(standing, secondary, after=after)
    return "" if reason is None else f"{REASONS[reason]}."


def changes_table(rows: list[tuple[GivableRow, Any]]) -> Table:
    """For the review: what the logon has on each account now, and from Submit on."""
    return Table(
        _("What changes"),
        [
            Column("account", _("Account"), row_header=True),
            Column("before", _("Now")),
            Column("after", _("From Submit on")),
        ],
        [
            {
                "account": TwoLines(
                    row.account.taxpayer_name, f"{row.account.account_type} {row.account.account_number}"
                ),
                "before": row.has,
                "after": level,
            }
            for row, level in rows
        ],
    )


def _opened_accounts(request: HttpRequest) -> list[int]:
    """The accounts whose button was selected, on this page or an earlier one."""
    sent = request.POST.getlist("open") + request.POST.getlist("give") + request.GET.getlist("open")
    keys = [int(key) for key in sent if key.isascii() and key.isdigit() and len(key) < 19]
    return list(dict.fromkeys(keys))[:MOST_OPEN]


def _unsent(request: HttpRequest, secondary: Secondary, rows: list[GivableRow]) -> GiveRightsForm:
    """The form with what was chosen so far, when another button was selected."""
    initial = {
        name: request.POST[name] for name in (f"rights_{row.account.account}" for row in rows) if name in request.POST
    }
    form = GiveRightsForm(rows=rows, initial={"version": request.POST.get("version") or secondary.version})
    for name, value in initial.items():
        form.fields[name].initial = value
    return form


@dataclass(frozen=True, slots=True)
class _Asked:
    search: str
    refined: bool
    page: GivablePage
    size: int


def _asked(request: HttpRequest, logon: int) -> _Asked:
    search = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    refined = request.GET.get("only") == "set"
    size = page_size(request, PAGE_SIZE)
    page = givable_accounts(
        logon,
        narrowed=Filter(search=search),
        refined_only=refined,
        after=_position(request.GET.get("after", "")),
        before=_position(request.GET.get("before", "")),
        size=size,
    )
    return _Asked(search, refined, page, size)


def _position(key: str) -> Position | None:
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    found = Account.objects.filter(pk=int(key)).values_list("taxpayer__name_folded", "taxpayer_id", "number").first()
    return Position(*found) if found else None


def _page(request: HttpRequest, standing: Standing, secondary: Secondary, form: GiveRightsForm | None) -> HttpResponse:
    context = {
        "secondary": secondary,
        "form": form,
        "summary": _summary(standing, secondary),
        "groups": [group for group in groups_of(standing.portfolio) if group.pk in secondary.limits.groups],
        "refused": refusal(standing, secondary),
        "asked": open_ask(secondary.logon.pk, at=timezone.now()) is not None,
        "declined": request.GET.get("declined") == "1" and not (form is not None and form.is_bound),
        "invited": secondary.status is LogonStatus.INVITED,
        "active": secondary.status is LogonStatus.ACTIVE,
        "deactivated": secondary.status is LogonStatus.DEACTIVATED,
    }
    if form is not None:
        context |= _give_rights(request, standing, secondary, form)
    status = form.http_status if form is not None else 200
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/logon.html", context, status=status)


def _give_rights(
    request: HttpRequest, standing: Standing, secondary: Secondary, form: GiveRightsForm
) -> dict[str, Any]:
    """The Give Rights table, searched and paged."""
    asked = _asked(request, secondary.logon.pk)
    chips = [Chip(asked.search, address_with(request, q=None))] if asked.search else []
    if asked.refined:
        chips.append(Chip(_("With rights of their own"), address_with(request, only=None)))
    return {
        "opened": [row.account.account for row in form.rows],
        "table": _table(request, standing, secondary, form, asked),
        "typed": asked.search,
        "chips": chips,
        "only_set": "" if asked.refined else address_with(request, only="set"),
        "refinements": len(secondary.limits.refined),
        "pager": _pager(request, asked),
    }


def _summary(standing: Standing, secondary: Secondary) -> list[tuple[Any, ...]]:
    logon, terms = secondary.logon, terms_of(secondary.fact)
    change = Link(
        _("Change"),
        reverse("secondary_logons:settings", args=[standing.portfolio, logon.pk]),
        _("access settings"),
    )
    status: Any = status_word(secondary.status)
    if secondary.status is LogonStatus.INVITED:
        link = open_invitation(logon.pk, at=timezone.now())
        until = _("until %(day)s") % {"day": day(link.expires_at)} if link else _("the invitation has expired")
        status = TwoLines(status, until)
    master = terms.access_type is AccessType.MASTER_ADMINISTRATOR
    return [
        (_("Username"), logon.username),
        (_("E-mail"), logon.email),
        (_("Status"), status),
        (_("Access type"), access_type_words(terms.access_type), change),
        (_("Default rights"), _("All Access in its groups") if master else RIGHTS[terms.default_rights]),
        (_("Account types"), account_type_words(terms.account_types)),
        (_("Last sign-in"), when(logon.last_login) if logon.last_login else _("Never")),
    ]


def _table(
    request: HttpRequest, standing: Standing, secondary: Secondary, form: GiveRightsForm, asked: _Asked
) -> Table:
    opened = {row.account.account for row in form.rows}
    shown = [row for row in with_limits(asked.page.rows, secondary.limits) if row.account.account not in opened]
    rows = [_row(standing, secondary, row, form) for row in form.rows]
    rows += [_row(standing, secondary, row, None) for row in shown]
    empty = Empty(
        _("This logon reaches no account"),
        _("Let it in to a security group that has customers."),
        reverse("secondary_logons:groups", args=[standing.portfolio, secondary.logon.pk]),
        _("Change its security groups"),
    )
    if asked.search or asked.refined:
        empty = Empty(
            _("No account matches"),
            _("Search by a part of the customer's name, or by a whole account number."),
            address_with(request, q=None, only=None),
            _("Show all"),
        )
    return Table(
        _("Rights on each account"),
        [
            Column("customer", _("Customer"), row_header=True),
            Column("account", _("Account")),
            Column("has", _("Has now")),
            Column("give", _("Give Rights"), template="secondary_logons/_give.html"),
            Column("rights", _("Access Rights")),
        ],
        rows,
        empty,
    )


def _row(standing: Standing, secondary: Secondary, row: GivableRow, form: GiveRightsForm | None) -> dict[str, Any]:
    account = row.account
    has: Any = account.through if row.has == account.through else row.has
    if row.set_here is not None or row.set_for_customer is not None:
        has = TwoLines(has, _("set for this account") if row.set_here is not None else _("set for this customer"))
    customer = Link(
        account.taxpayer_name,
        reverse("secondary_logons:customer", args=[standing.portfolio, secondary.logon.pk, account.taxpayer]),
    )
    return {
        "customer": customer,
        "account": TwoLines(account.account_type, account.account_number),
        "has": has,
        "give": {"key": account.account, "chosen": form is not None, "number": account.account_number},
        "rights": form.field_of(row) if form is not None else "",
    }


def _pager(request: HttpRequest, asked: _Asked) -> Pager:
    rows, here = asked.page.rows, address_with(request)
    return Pager(
        previous_url=f"{here}&before={rows[0].account}" if rows and asked.page.has_previous else "",
        next_url=f"{here}&after={rows[-1].account}" if rows and asked.page.has_next else "",
        sizes=page_sizes(request, PAGE_SIZE),
    )
