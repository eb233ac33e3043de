"""Changes of live access, as lists and receipts show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.access.models import Grant
from countersign.policy.rights import Rights
from countersign.submissions.kinds import Receipt, Viewer
from countersign.submissions.models import Submission
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access.kinds import DROP, END_CHANGE, REVOCATION
from countersign.third_party_access.queries.periods import last_day_of
from countersign.ui.components.moments import day, when
from countersign.ui.tables import Column, Link, Table, TwoLines


def about_changes(submissions: Sequence[Submission], viewers: Mapping[int, Viewer]) -> dict[int, str]:
    """The other side of each change."""
    sides = Taxpayer.objects.in_bulk(
        {key for one in submissions for key in (one.taxpayer_id, one.third_party_id) if key is not None}
    )
    return {
        one.pk: sides[one.third_party_id if _sees_as_client(one, viewers[one.pk]) else one.taxpayer_id].legal_name
        for one in submissions
    }


def _sees_as_client(submission: Submission, viewer: Viewer) -> bool:
    if viewer.administers_taxpayer:
        return True
    return submission.kind != DROP and not viewer.administers_third_party


def change_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """The receipt of a change of live access: what was, and what is instead."""
    sides = Taxpayer.objects.in_bulk([submission.taxpayer_id, submission.third_party_id])
    client, firm = sides[submission.taxpayer_id], sides[submission.third_party_id]
    client_side = _sees_as_client(submission, viewer)
    names = {"firm": firm.legal_name, "client": client.legal_name}
    lines: list[tuple[Any, Any]] = [
        (_("Taxpayer"), client.legal_name),
        (_("Third party"), firm.legal_name),
        (_("Done"), when(submission.submitted_at, at)),
    ]
    done_by_own_side = client_side == (submission.kind != DROP)
    if submission.submitted_by is not None and done_by_own_side:
        lines.append((_("Submitted by"), submission.submitted_by.full_name))
    headings = {
        REVOCATION: _("Access revoked"),
        DROP: _("Access given up"),
        END_CHANGE: _("Last day changed"),
    }
    happens = {
        REVOCATION: _("It ended at once. %(firm)s would have to ask again, and you would decide again."),
        DROP: _("It ended at once. To act for %(client)s again, %(firm)s has to ask again."),
    }
    now = happens.get(submission.kind, _("It holds from now on. You can change it again, or revoke it, at any time."))
    if not done_by_own_side:
        now = _("It holds from the moment at which it was done.")
    if client_side:
        page = reverse("third_party_access:firm", args=[client.pk, firm.pk])
        links = [
            Link(firm.legal_name, page),
            Link(_("Who acts for me"), reverse("third_party_access:who_acts", args=[client.pk])),
        ]
        mine = viewer.administers_taxpayer
    else:
        links = [Link(_("Clients"), reverse("third_party_access:clients", args=[firm.pk]))]
        mine = viewer.administers_third_party
    return Receipt(
        heading=headings.get(submission.kind, _("Rights changed")),
        lines=lines,
        happens_now=[now % names, _("Both sides get an e-mail.")],
        links=links if mine else [],
        table=_changed_table(submission),
        taxpayer=client.legal_name if client_side else firm.legal_name,
    )


def _changed_table(submission: Submission) -> Table:
    grants = Grant.objects.filter(
        third_party=submission.third_party_id, account__taxpayer=submission.taxpayer_id
    ).select_related("account__account_type")
    number = submission.confirmation_number
    begun = {grant.account_id: grant for grant in grants.filter(begun_by=number)}
    rows = [
        {
            "account": TwoLines(before.account.account_type, before.account.number),
            "before": _in_words(before),
            "after": _in_words(begun.get(before.account_id)),
        }
        for before in grants.filter(ended_by=number).order_by("account__account_type__name", "account__number")
    ]
    return Table(
        _("What changed"),
        [
            Column("account", _("Account"), row_header=True),
            Column("before", _("Before")),
            Column("after", _("Now")),
        ],
        rows,
    )


def _in_words(grant: Grant | None) -> Any:
    if grant is None:
        return Rights.NO_ACCESS
    until = last_day_of(grant.ends_at)
    if until is None:
        return Rights(grant.rights)
    return TwoLines(Rights(grant.rights), _("until %(day)s") % {"day": day(until)})
