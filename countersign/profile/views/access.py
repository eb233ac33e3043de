"""Manage My Access: what one is for each taxpayer, and what one may do on each account."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from countersign.access.acting_for import acting_for, capacity_words
from countersign.access.wording import ACCESS_TYPES, REASONS, RIGHTS
from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights
from countersign.profile.queries import (
    TAXPAYERS_A_PAGE,
    OwnAccess,
    OwnAccount,
    SecondaryProfile,
    own_page,
    rights_on_own,
    secondary_profile_of,
)
from countersign.profile.views.tabs import number_in_address, tab_page
from countersign.ui.components.moments import day
from countersign.ui.tables import Column, Empty, Pager, Table, TwoLines, address_with
from countersign.ui.words import RIGHTS_EXPLAINED

LONGEST_SEARCH = 200


@require_safe
def manage_my_access(request: HttpRequest) -> HttpResponse:
    """ "How do I determine what access role and rights I have for my business?" """
    logon = signed_in(request)
    now = timezone.now()
    secondary = secondary_profile_of(logon, at=now)
    if secondary is not None:
        return tab_page(
            request, "manage_my_access", "profile/secondary_access.html", {"summary": _secondary(secondary)}
        )
    typed = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    page = own_page(logon, at=now, search=typed, page=number_in_address(request.GET.get("page", "")) or 1)
    context = {
        "typed": typed,
        "total": page.total,
        "searchable": bool(typed) or page.total > TAXPAYERS_A_PAGE,
        "sections": [_section(access) for access in rights_on_own(logon, page.rows, at=now)],
        "pager": pager_for(request, page.page, page.total),
    }
    return tab_page(request, "manage_my_access", "profile/manage_my_access.html", context)


def role_in_words(request: HttpRequest, logon: Logon) -> str:
    """ "Master Administrator of Harbor Bakery LLC": what the Manage My Access hyperlink shows."""
    now = timezone.now()
    secondary = secondary_profile_of(logon, at=now)
    if secondary is not None:
        role = ACCESS_TYPES[secondary.access_type]
        if secondary.parent is None:
            return str(role)
        return _("%(role)s, secondary logon of %(parent)s") % {"role": role, "parent": secondary.parent.full_name}
    default = acting_for(request)
    if default is None:
        return _("no access yet")
    words = _("%(role)s of %(taxpayer)s") % {
        "role": capacity_words(default.own),
        "taxpayer": default.own.taxpayer.legal_name,
    }
    others = own_page(logon, at=now, size=1).total - 1 if default.others else 0
    if others:
        more = ngettext("%(role)s, and %(count)d more", "%(role)s, and %(count)d more", others)
        return more % {"role": words, "count": others}
    return words


def _section(access: OwnAccess) -> dict[str, Any]:
    own = access.own
    explained = {
        AccessType.MASTER_ADMINISTRATOR: _(
            "You have All Access to every account, also to accounts that are opened later, and decide who else "
            "has access."
        ),
        AccessType.TAX_ADMINISTRATOR: _(
            "You have the rights that a Master Administrator gave you, account by account."
        ),
    }[own.access_type]
    if own.provisional:
        explained = _(
            "You have File and Pay until you enter the Letter ID of the letter that we mailed. After that you have "
            "All Access and decide who else has access."
        )
    frozen = _held_back(access)
    if frozen:
        explained = _(
            "The agency has frozen access to this taxpayer. Until that ends you have View Only, and can take away "
            "access of others but give none."
        )
    empty = Empty(_("This taxpayer has no tax account"), _("When one is opened, your rights on it are shown here."))
    columns = [
        Column("account", _("Account"), row_header=True),
        Column("rights", _("Access Rights")),
        Column("why", _("Why")),
    ]
    rows = [_row(one) | ({"why": REASONS[Reason.TAXPAYER_FROZEN]} if frozen else {}) for one in access.accounts]
    return {
        "taxpayer": own.taxpayer,
        "role": capacity_words(own),
        "explained": explained,
        "table": Table(_("Rights on each account"), columns, rows, empty, quiet_caption=True),
        "more": access.more,
        "letter_url": reverse("registration:letter_code", args=[own.taxpayer.pk]) if own.provisional else "",
    }


def _held_back(access: OwnAccess) -> bool:
    """SPEC 2: only a freeze takes a full Master Administrator below All Access, down to View Only."""
    own = access.own
    full = own.access_type is AccessType.MASTER_ADMINISTRATOR and not own.provisional
    return full and any(one.decision.rights is Rights.VIEW_ONLY for one in access.accounts)


def _row(one: OwnAccount) -> dict[str, Any]:
    account, decision = one.account, one.decision
    number: Any = account.number
    if account.closed_on:
        number = _("%(number)s, closed on %(day)s") % {"number": number, "day": day(account.closed_on)}
    return {
        "account": TwoLines(account.account_type.name, number),
        "rights": TwoLines(RIGHTS[decision.rights], RIGHTS_EXPLAINED[decision.rights]),
        "why": REASONS.get(decision.reason, ""),
    }


def _secondary(profile: SecondaryProfile) -> list[tuple[Any, Any]]:
    parent: Any = _("nobody at the moment; your access rests until somebody takes over")
    if profile.parent is not None:
        parent = TwoLines(profile.parent.full_name, profile.parent.username)
    rights: Any = TwoLines(RIGHTS[profile.default_rights], RIGHTS_EXPLAINED[profile.default_rights])
    if profile.access_type is AccessType.MASTER_ADMINISTRATOR:
        rights = _("All Access, within what your security groups let you see")
    return [
        (_("Parent logon"), parent),
        (_("Role"), ACCESS_TYPES[profile.access_type]),
        (_("Access Rights, unless limited"), rights),
        (_("Security Groups"), ", ".join(profile.groups) or _("none: you see no customer until you are in one")),
        (
            _("Account types"),
            _("all") if profile.account_types is None else ", ".join(profile.account_types) or _("none"),
        ),
    ]


def pager_for(request: HttpRequest, page: int, total: int) -> Pager | None:
    """The pages of a list of one's own taxpayers, if there are several."""
    if total <= TAXPAYERS_A_PAGE:
        return None
    last = min(page * TAXPAYERS_A_PAGE, total)
    address = address_with(request)
    return Pager(
        previous_url=f"{address}&page={page - 1}" if page > 1 else "",
        next_url=f"{address}&page={page + 1}" if last < total else "",
        first=(page - 1) * TAXPAYERS_A_PAGE + 1,
        last=last,
        total=total,
    )
