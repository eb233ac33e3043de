"""Files of requests, as lists and receipts show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.submissions.kinds import KINDS, Receipt, Viewer
from countersign.submissions.models import Submission
from countersign.third_party_access.models import RequestFile
from countersign.ui.components.moments import number, when
from countersign.ui.tables import Link


def about_files(submissions: Sequence[Submission], viewers: Mapping[int, Viewer]) -> dict[int, str]:
    """How many requests came of each."""
    files = RequestFile.objects.defer("rows", "results").in_bulk([one.subject for one in submissions if one.subject])
    return {
        one.pk: _("Requests submitted: %(count)s") % {"count": number(files[one.subject].done)}
        for one in submissions
        if one.subject in files
    }


def file_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """How far it is, and what comes next. Only whoever uploaded the file may open it."""
    lines: list[tuple[Any, Any]] = []
    links: list[Link] = []
    file = RequestFile.objects.filter(pk=submission.subject or 0).select_related("third_party").first()
    if file is not None:
        counted = {"done": number(file.done), "rows": number(len(file.rows))}
        lines += [
            (_("Third party"), file.third_party.legal_name),
            (_("Requests submitted"), _("%(done)s of %(rows)s") % counted),
        ]
        place = [file.third_party_id]
        links.append(Link(_("Requests"), reverse("third_party_access:requests", args=place)))
        if viewer.submitted:
            progress = reverse("third_party_access:file", args=[*place, file.pk])
            links.append(Link(_("The file and its progress"), progress))
    lines.append((_("Submitted"), when(submission.submitted_at, at)))
    return Receipt(
        heading=KINDS[submission.kind].title,
        lines=lines,
        happens_now=[_("Each request has a confirmation number of its own, and can be withdrawn by itself.")],
        links=links,
        taxpayer=file.third_party.legal_name if file is not None else "",
    )
