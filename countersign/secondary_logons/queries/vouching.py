"""Who asked the parent logon to vouch after all second factors were lost, and for whom that waits (SPEC 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.access.models import LogonStanding, PortfolioHolder, SecondaryLogon
from countersign.access.queries.covering import covers, limits_of_all
from countersign.access.queries.own import is_active, live_at, mastered_taxpayers
from countersign.events.models import EntrySubject
from countersign.logons.models import Logon
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.portfolios import may_manage_logon
from countersign.policy.rights import AccessType
from countersign.portfolios.queries import Standing, portfolios_of
from countersign.secondary_logons.kinds import LOST_FACTORS
from countersign.secondary_logons.queries.one import holder_of
from countersign.submissions.models import Status, Submission
from countersign.ui.components.lists import Task

MOST = 50
PASSWORD_DAYS = 7

# Nobody's taxpayer decides about it: with that, the index of what is pending finds the few that there are.
PENDING = Q(kind=LOST_FACTORS, status=Status.PENDING, waits_for__isnull=True)


def waits_until(ask: Submission) -> datetime:
    """Until when the parent can answer: as long as the notices' time is where nobody vouches (72 hours)."""
    return ask.submitted_at + timedelta(hours=settings.FACTOR_REMOVAL_HOURS)


def open_asks(at: datetime) -> Q:
    """What waits for an answer at this moment."""
    return PENDING & Q(submitted_at__gt=at - timedelta(hours=settings.FACTOR_REMOVAL_HOURS))


def open_ask(logon: int, *, at: datetime) -> Submission | None:
    """What this logon asked its parent and what still waits."""
    return Submission.objects.filter(open_asks(at), submitted_by_id=logon).first()


def parent_to_ask(logon: Logon, *, at: datetime) -> tuple[SecondaryLogon, Logon] | None:
    """The secondary logon's fact and the parent that can answer now; None where there is none."""
    fact = SecondaryLogon.objects.filter(live_at(at), logon=logon, accepted=True).first()
    parent = holder_of(fact.portfolio_id, at=at) if fact is not None else None
    if fact is None or parent is None or not is_active(parent.pk, at=at):
        return None
    return (fact, parent) if mastered_taxpayers(parent.pk, at=at) else None


def password_by_mail(logon: int, *, at: datetime) -> datetime | None:
    """When a new password was chosen by a mailed link lately: whoever vouches should know."""
    since = at - timedelta(days=PASSWORD_DAYS)
    found = EntrySubject.objects.filter(
        kind="logon", subject_id=logon, entry__name="PasswordReset", entry__recorded_at__gte=since
    ).order_by("-entry_id")
    return found.values_list("entry__recorded_at", flat=True).first()


def vouching_tasks(reader: Logon, at: datetime) -> list[Task]:
    """For Home: those of the reader's secondary logons that ask, oldest first. One statement where nobody does."""
    holds = PortfolioHolder.objects.filter(live_at(at), holder=reader, portfolio_id=OuterRef("portfolio_id"))
    master = AccessType.MASTER_ADMINISTRATOR.value
    manages = SecondaryLogon.objects.filter(
        live_at(at), logon=reader, access_type=master, accepted=True, portfolio_id=OuterRef("portfolio_id")
    )
    theirs = SecondaryLogon.objects.filter(
        Exists(holds) | Exists(manages), live_at(at), logon_id=OuterRef("submitted_by_id")
    )
    active = LogonStanding.objects.filter(
        live_at(at), logon_id=OuterRef("submitted_by_id"), status=LogonStatus.ACTIVE.value
    )
    asked = Submission.objects.filter(
        open_asks(at), Exists(theirs), Exists(active), submitted_by__sign_in_stopped_at__isnull=True
    )
    found = asked.exclude(submitted_by=reader).annotate(portfolio=theirs.values("portfolio_id")[:1])
    asks = list(found.select_related("submitted_by").order_by("submitted_at", "pk")[:MOST])
    if not asks:
        return []
    standings = {one.portfolio: one for one in portfolios_of(reader, at=at)}
    within = _within(standings.values(), asks, at)
    tasks = []
    for ask in asks:
        logon = ask.submitted_by
        if logon is None or ask.portfolio not in standings or not within(ask):
            continue
        told = _("%(person)s asks you to confirm that all second factors are lost") % {"person": logon.full_name}
        address = reverse("secondary_logons:vouch", args=[ask.portfolio, logon.pk])
        tasks.append(Task(told, address, _("Expires"), waits_until(ask)))
    return tasks


def _within(standings: Iterable[Standing], asks: Iterable[Submission], at: datetime) -> Callable[[Submission], bool]:
    """Whether the reader may answer: the holder all, a secondary Master Administrator within its own reach."""
    own = next((one for one in standings if one.limits is not None), None)
    if own is None or own.limits is None:
        return lambda ask: True
    mine = own.limits
    limits = limits_of_all([ask.submitted_by_id for ask in asks if ask.submitted_by_id is not None], at=at)

    def answers(ask: Submission) -> bool:
        theirs = limits.get(ask.submitted_by_id or 0)
        if theirs is None:
            return False
        covered, access_type = covers(mine, theirs), theirs.access_type
        return may_manage_logon(own.standpoint, access_type=access_type, itself=False, covered=covered) is None

    return answers
