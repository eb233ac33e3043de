"""Changes of security groups, as lists and receipts show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.access.models import Placement, SecurityGroup
from countersign.security_groups import kinds
from countersign.security_groups.models import PlacementFile
from countersign.security_groups.queries.placement_files import Outcome
from countersign.submissions.kinds import KINDS, Receipt, Viewer
from countersign.submissions.models import Submission
from countersign.taxpayers.models import Taxpayer
from countersign.ui.components.moments import number, when
from countersign.ui.tables import Column, Link, Table

NAMED = 20


def about(submissions: Sequence[Submission], viewers: Mapping[int, Viewer]) -> dict[int, str]:
    """Which group each concerns."""
    of_groups = [one for one in submissions if one.kind not in (kinds.UPLOAD, kinds.KEEP)]
    groups = SecurityGroup.objects.in_bulk({one.subject for one in of_groups if one.subject is not None})
    return {one.pk: groups[one.subject].name for one in of_groups if one.subject in groups}


def receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """What was done, to which group, and what comes next."""
    if submission.kind == kinds.UPLOAD:
        return _of_file(submission, at)
    group = SecurityGroup.objects.filter(pk=submission.subject or 0).first()
    lines: list[tuple[Any, Any]] = []
    links: list[Link] = []
    table = None
    if group is not None:
        if submission.kind != kinds.KEEP:
            lines.append((_("Security group"), group.name))
        groups = Link(_("Security Groups"), reverse("security_groups:list", args=[group.portfolio_id]))
        customers = Link(_("Customer Security"), reverse("security_groups:customers", args=[group.portfolio_id]))
        links = [customers, groups] if submission.kind in (kinds.PLACE, kinds.KEEP) else [groups, customers]
        if submission.kind in (kinds.PLACE, kinds.DELETE, kinds.KEEP):
            moved = _moved(group.portfolio_id, submission.confirmation_number)
            keys = list(moved.values_list("taxpayer_id", flat=True).distinct())
            lines.append((_("Customers moved"), number(len(keys))))
            table = _named(keys)
    lines.append((_("Done"), when(submission.submitted_at, at)))
    return Receipt(
        heading=KINDS[submission.kind].title,
        lines=lines,
        happens_now=_happens_now(submission.kind),
        links=links,
        table=table,
    )


def _of_file(submission: Submission, at: datetime) -> Receipt:
    lines: list[tuple[Any, Any]] = []
    links: list[Link] = []
    file = PlacementFile.objects.filter(pk=submission.subject or 0).first()
    if file is not None:
        outcomes = Counter(row[-1] for row in file.results or [])
        fine = outcomes[Outcome.PLACED] + outcomes[Outcome.ALREADY]
        skipped = outcomes.total() - fine
        lines += [(_("Customers moved"), number(outcomes[Outcome.PLACED])), (_("Rows skipped"), number(skipped))]
        place = [file.portfolio_id]
        progress = Link(
            _("The file and its progress"), reverse("security_groups:upload_review", args=[*place, file.pk])
        )
        links = [progress] if file.running or file.refused else []
        links += [
            Link(_("Customer Security"), reverse("security_groups:customers", args=place)),
            Link(_("Download the result of each row"), reverse("security_groups:results", args=[*place, file.pk])),
        ]
    lines.append((_("Done"), when(submission.submitted_at, at)))
    return Receipt(
        heading=KINDS[submission.kind].title, lines=lines, happens_now=_happens_now(submission.kind), links=links
    )


def _moved(portfolio: int, confirmation_number: str) -> Any:
    mine = Q(begun_by=confirmation_number) | Q(ended_by=confirmation_number)
    return Placement.objects.filter(mine, portfolio_id=portfolio)


def _named(keys: Sequence[int]) -> Table | None:
    if not 0 < len(keys) <= NAMED:
        return None
    names = Taxpayer.objects.filter(pk__in=keys).order_by("name_folded").values_list("legal_name", flat=True)
    return Table(
        _("What moved"), [Column("customer", _("Customer"), row_header=True)], [{"customer": n} for n in names]
    )


def _happens_now(kind: str) -> list[str]:
    if kind == kinds.ADD:
        return [
            _("It can be given to secondary logons now."),
            _("The next step is to associate it with taxpayers, on the Customer Security tab."),
        ]
    if kind == kinds.CHANGE:
        return [_("Nobody's access changes by a name or a description.")]
    if kind == kinds.DELETE:
        return [_("Its customers are in Default now, and it lets nobody in any more.")]
    if kind == kinds.KEEP:
        return [_("No secondary logon sees it any more. To share it again, place it in a security group.")]
    return [_("It holds from now on: secondary logons see these customers through their new group only.")]
