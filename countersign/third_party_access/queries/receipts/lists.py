"""Requests in lists: of submissions, and of what waits on Home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countersign.submissions.kinds import Viewer
from countersign.submissions.models import Submission
from countersign.third_party_access.models import AccessRequest
from countersign.third_party_access.queries.receipts.requests import client_name, legal_name, of_firm
from countersign.ui.components.lists import Task


def about_requests(submissions: Sequence[Submission], viewers: Mapping[int, Viewer]) -> dict[int, str]:
    """Whom each request concerns, as the viewer knows it."""
    requests = AccessRequest.objects.select_related("client", "third_party").in_bulk(
        [submission.subject for submission in submissions if submission.subject]
    )
    return {
        submission.pk: client_name(request) if of_firm(viewers[submission.pk]) else request.third_party.legal_name
        for submission in submissions
        if (request := requests.get(submission.subject or 0)) is not None
    }


def request_tasks(submissions: Sequence[Submission], at: datetime) -> dict[int, Task]:
    """Requests that wait for a Master Administrator, for Home."""
    requests = (
        AccessRequest.objects.filter(pk__in=[one.subject for one in submissions], expires_at__gt=at)
        .select_related("third_party", "client")
        .annotate(types=Count("asked"))
    )
    tasks = {}
    by_subject = {one.subject: one for one in submissions}
    for request in requests:
        told = ngettext(
            "%(firm)s asks for access to %(count)d account type of %(client)s",
            "%(firm)s asks for access to %(count)d account types of %(client)s",
            request.types,
        ) % {
            "firm": request.third_party.legal_name,
            "count": request.types,
            "client": legal_name(request),
        }
        address = reverse("third_party_access:decide", args=[request.client_id, request.pk])
        tasks[by_subject[request.pk].pk] = Task(told, address, _("Expires"), request.expires_at)
    return tasks
