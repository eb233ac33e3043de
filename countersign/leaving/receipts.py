"""What lists and receipts say about leaving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.submissions.kinds import Receipt, Viewer
from countersign.submissions.models import Submission
from countersign.taxpayers.models import Taxpayer
from countersign.ui.components.moments import when
from countersign.ui.tables import Link


def about(submissions: Sequence[Submission], viewers: Mapping[int, Viewer]) -> dict[int, str]:
    """The taxpayer's name, where it is about one; else whose logon."""
    names = Taxpayer.objects.in_bulk([one.taxpayer_id for one in submissions if one.taxpayer_id])
    return {
        one.pk: names[one.taxpayer_id].legal_name
        if one.taxpayer_id
        else (one.submitted_by.full_name if one.submitted_by else "")
        for one in submissions
    }


def leave_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """Somebody gave up a taxpayer."""
    name = _taxpayer(submission)
    heading = _("You have left %(taxpayer)s") if viewer.submitted else _("Somebody left %(taxpayer)s")
    return Receipt(
        heading % {"taxpayer": name},
        _lines(submission, at, name),
        [_("The access ended at once. It cannot be undone: access would have to be granted again.")],
        links=[Link(_("Manage My Access"), reverse("profile:manage_my_access"))],
        taxpayer=name,
    )


def delete_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """Somebody's logon ended for good."""
    return Receipt(
        _("The profile is deleted"),
        _lines(submission, at, ""),
        [_("The username stays reserved and is never issued again.")],
        links=[Link(_("Home"), reverse("home:home"))],
    )


def succession_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """Somebody followed as Master Administrator."""
    name = _taxpayer(submission)
    return Receipt(
        _("You are Master Administrator") if viewer.submitted else _("There is a new Master Administrator"),
        _lines(submission, at, name),
        [
            _("From now on you have All Access to every account, and decide who else has access.")
            if viewer.submitted
            else _("From now on this person has All Access to every account, and decides who else has access.")
        ],
        links=[Link(_("Home"), reverse("home:home"))],
        taxpayer=name,
    )


def take_over_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """Somebody took over secondary logons."""
    return Receipt(
        _("You have taken over the secondary logons"),
        _lines(submission, at, ""),
        [_("They can act again, and are kept apart from those that you had before.")],
        links=[Link(_("Manage Secondary Logons"), reverse("secondary_logons:start"))],
    )


def _taxpayer(submission: Submission) -> str:
    return submission.taxpayer.legal_name if submission.taxpayer else ""


def _lines(submission: Submission, at: datetime, taxpayer: str) -> list[tuple[Any, Any]]:
    lines: list[tuple[Any, Any]] = [(_("Taxpayer"), taxpayer)] if taxpayer else []
    if submission.submitted_by is not None:
        lines.append((_("By"), submission.submitted_by.full_name))
    return [*lines, (_("Submitted"), when(submission.submitted_at, at))]
