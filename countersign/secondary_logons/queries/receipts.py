"""Changes of secondary logons, as lists and receipts show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countersign.access.models import SecondaryLogon
from countersign.logons.models import Logon
from countersign.secondary_logons import kinds
from countersign.secondary_logons.models import LogonFile, RefinementFile
from countersign.submissions.kinds import KINDS, Receipt, Viewer
from countersign.submissions.models import Status, Submission
from countersign.ui.components.moments import when
from countersign.ui.tables import Link, StatusWord

_LOOK = {Status.PENDING: "waiting", Status.PROCESSED: "good", Status.WITHDRAWN: "ended", Status.REJECTED: "ended"}

# Kind → what was uploaded, its page, and what is counted.
FILES: Mapping[str, tuple[type[LogonFile] | type[RefinementFile], str, Any]] = {
    kinds.UPLOAD: (LogonFile, "secondary_logons:file", gettext_lazy("Persons added")),
    kinds.REFINEMENTS: (RefinementFile, "secondary_logons:refinement_file", gettext_lazy("Rows set")),
}


def about(submissions: Sequence[Submission], viewers: Mapping[int, Viewer]) -> dict[int, str]:
    """Whose logon each concerns."""
    of_logons = [one for one in submissions if one.kind not in FILES]
    logons = Logon.objects.in_bulk({one.subject for one in of_logons if one.subject is not None})
    return {one.pk: logons[one.subject].full_name for one in of_logons if one.subject in logons}


def receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """What was done, to whom, and what happens now."""
    if submission.kind in FILES:
        return _of_file(submission, at)
    logon = Logon.objects.filter(pk=submission.subject or 0).first()
    lines: list[tuple[Any, Any]] = []
    links = []
    fact = SecondaryLogon.objects.filter(logon=logon).order_by("-pk").first() if logon else None
    if logon is not None:
        lines += [(_("Name"), logon.full_name), (_("Username"), logon.username)]
    lines.append((_("Done"), when(submission.submitted_at, at)))
    if fact is not None:
        links.append(Link(_("Secondary Logons"), reverse("secondary_logons:list", args=[fact.portfolio_id])))
    title = KINDS[submission.kind].title
    return Receipt(
        heading=title,
        lines=lines,
        happens_now=happens_now(submission.kind, logon),
        links=links,
    )


def _of_file(submission: Submission, at: datetime) -> Receipt:
    """A file that was submitted: its progress and results are found again from here, by whoever uploaded it."""
    model, route, done = FILES[submission.kind]
    lines: list[tuple[Any, Any]] = []
    links = []
    file = model.objects.filter(pk=submission.subject or 0).first()
    if file is not None:
        lines.append((done, _("%(done)s of %(rows)s") % {"done": file.done, "rows": len(file.rows)}))
        place = [file.portfolio_id]
        links = [
            Link(_("Secondary Logons"), reverse("secondary_logons:list", args=place)),
            Link(_("The file and its progress"), reverse(route, args=[*place, file.pk])),
        ]
    lines.append((_("Submitted"), when(submission.submitted_at, at)))
    happens = happens_now(submission.kind, None)
    return Receipt(heading=KINDS[submission.kind].title, lines=lines, happens_now=happens, links=links)


def asked_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """What a secondary logon asked of its parent after all second factors were lost, and how it ended."""
    status = Status(submission.status)
    lines: list[tuple[Any, Any]] = [
        (_("Asked"), when(submission.submitted_at, at)),
        (_("Status"), StatusWord(_LOOK[status], status.label)),
    ]
    if submission.closed_at is not None:
        lines.append((_("Closed"), when(submission.closed_at, at)))
    title = KINDS[submission.kind].title
    return Receipt(title, lines, links=[Link(_("Home"), reverse("home:home"))], steps=False)


def happens_now(kind: str, logon: Logon | None) -> list[str]:
    """What the page after Submit says of what comes next."""
    names = {"who": logon.full_name if logon else "", "email": logon.email if logon else ""}
    told = _("%(who)s gets an e-mail.")
    sentences = {
        kinds.ADD: [
            _("A confirmation e-mail is on its way to %(email)s."),
            _("%(who)s has this access on record now and can use it after following the link in the e-mail."),
            _("The link is good for 14 days; you can send it again."),
        ],
        kinds.DEACTIVATE: [
            _("%(who)s no longer has access. You can reactivate it at any time."),
            told,
        ],
        kinds.REACTIVATE: [_("%(who)s has the same access as before."), told],
        kinds.CANCEL: [
            _("This cannot be undone. To let %(who)s in again, add the username anew."),
            told,
        ],
        kinds.VOUCH: [
            _("%(who)s signs in with the password and sets up new second factors. The access stays as it is."),
            _("Every session of %(who)s was ended."),
            told,
        ],
        kinds.UPLOAD: [_("A confirmation e-mail goes to each of them.")],
        kinds.REFINEMENTS: [_("Each person whose rights change gets an e-mail.")],
    }
    found = sentences.get(kind, [_("It holds from now on."), told])
    return [sentence % names for sentence in found]
