"""What one sees of oneself: roles, rights, sign-ins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from countersign.access.models import GroupMember, PortfolioHolder, SecondaryLogon, SecurityGroup
from countersign.access.queries.decisions import check_many
from countersign.access.queries.facts import Question
from countersign.access.queries.own import OwnTaxpayer, is_secondary, live_at, own_accesses
from countersign.access.queries.person import person_since
from countersign.events.models import EntrySubject
from countersign.logons.models import Logon
from countersign.policy.decision import Decision
from countersign.policy.rights import AccessType, Action, Rights
from countersign.taxpayers.identifiers import folded_name
from countersign.taxpayers.models import Account, AccountType

SECURITY_EVENTS = (
    "SignedIn",
    "SignInFailed",
    "SignedOut",
    "SignedInFromNewDevice",
    "PasswordReset",
    "PasswordChanged",
    "FactorRemovalAsked",
    "FactorRemovalCancelled",
    "FactorsRemoved",
    "ParentAskedToVouch",
    "LostFactorsVouched",
    "LostFactorsNotVouched",
    "LostFactorsAskEnded",
    "SecondFactorAdded",
    "SecondFactorRemoved",
    "RecoveryCodesMade",
    "RecoveryCodeUsed",
    "SessionsEnded",
    "KnownDevicesEnded",
    "EmailChangeAsked",
    "EmailChanged",
    "ProfileChanged",
    "ReportedNotMe",
)
ANSWERED = ("ParentAskedToVouch", "LostFactorsVouched", "LostFactorsNotVouched")
TAXPAYERS_A_PAGE = 25
ACCOUNTS_SHOWN = 200


class OwnAccount(NamedTuple):
    """An account of a taxpayer of one's own, and what the rule says of it now."""

    account: Account
    decision: Decision


class OwnAccess(NamedTuple):
    """What one is for a taxpayer, with its accounts. ``more``: how many accounts are not listed."""

    own: OwnTaxpayer
    accounts: list[OwnAccount]
    more: int


class OwnPage(NamedTuple):
    """A page of one's own taxpayers, by name; ``total`` of those that match."""

    rows: list[OwnTaxpayer]
    page: int
    total: int


class SecondaryProfile(NamedTuple):
    """What a secondary logon was given. ``parent`` None: the portfolio is parked."""

    parent: Logon | None
    access_type: AccessType
    default_rights: Rights
    account_types: list[str] | None
    groups: list[str]


class SignInEntry(NamedTuple):
    """One line of the sign-ins of a logon."""

    at: datetime
    name: str
    reason: str
    why: str
    how: str


def own_page(logon: Logon, *, at: datetime, search: str = "", page: int = 1, size: int = TAXPAYERS_A_PAGE) -> OwnPage:
    """The taxpayers of the logon's own whose name holds ``search``. A page beyond the last is the last."""
    if is_secondary(logon.pk):
        return OwnPage([], 1, 0)
    found = own_accesses(logon.pk, at=at)
    if search:
        found = found.filter(taxpayer__name_folded__contains=folded_name(search))
    total = found.count()
    page = max(1, min(page, -(-total // size)))
    rows = [
        OwnTaxpayer(access.taxpayer, AccessType(access.access_type), access.provisional)
        for access in found[(page - 1) * size : page * size]
    ]
    return OwnPage(rows, page, total)


def rights_on_own(logon: Logon, own: Iterable[OwnTaxpayer], *, at: datetime) -> list[OwnAccess]:
    """For each of these taxpayers its accounts, with the right that the rule gives the logon now."""
    answers = []
    for one in own:
        accounts = Account.objects.filter(taxpayer=one.taxpayer).select_related("account_type").order_by("number")
        shown = list(accounts[:ACCOUNTS_SHOWN])
        more = accounts.count() - len(shown) if len(shown) == ACCOUNTS_SHOWN else 0
        questions = [(Action.VIEW.value, Question(logon.username, account.number, None)) for account in shown]
        decisions = check_many(questions) if questions else []
        answers.append(OwnAccess(one, [OwnAccount(*pair) for pair in zip(shown, decisions, strict=True)], more))
    return answers


def secondary_profile_of(logon: Logon, *, at: datetime) -> SecondaryProfile | None:
    """Parent, access type and groups of a secondary logon; None for any other."""
    secondary = SecondaryLogon.objects.filter(live_at(at), logon=logon).first()
    if secondary is None:
        return None
    holder = (
        PortfolioHolder.objects.filter(live_at(at), portfolio_id=secondary.portfolio_id)
        .select_related("holder")
        .first()
    )
    members = GroupMember.objects.filter(live_at(at), logon=logon).values("group_id")
    groups = SecurityGroup.objects.filter(live_at(at), portfolio_id=secondary.portfolio_id, pk__in=members)
    types = None
    if secondary.account_types is not None:
        chosen = AccountType.objects.filter(pk__in=secondary.account_types)
        types = list(chosen.order_by("name").values_list("name", flat=True))
    return SecondaryProfile(
        holder.holder if holder else None,
        AccessType(secondary.access_type),
        Rights(secondary.default_rights),
        types,
        list(groups.order_by("-is_default", "name").values_list("name", flat=True)),
    )


def recent_sign_ins(logon: Logon, *, before: int | None = None, size: int = 25) -> tuple[list[SignInEntry], int | None]:
    """What happened to the logon's sign-ins, secrets and addresses, newest first; and where the next page begins.

    Of a username granted anew, only what happened since: whoever had it before is somebody else.
    """
    subjects = EntrySubject.objects.filter(
        Q(kind="logon", subject_id=logon.pk), entry__name__in=SECURITY_EVENTS
    ).select_related("entry")
    # What somebody answered for another logon is no activity of the own one.
    subjects = subjects.exclude(Q(entry__name__in=ANSWERED) & ~Q(entry__body__logon=logon.pk))
    if before is not None:
        subjects = subjects.filter(entry_id__lt=before)
    if (since := person_since(logon.pk)) is not None:
        subjects = subjects.filter(entry__recorded_at__gte=since)
    found = [subject.entry for subject in subjects.order_by("-entry_id")[: size + 1]]
    shown = found[:size]
    entries = []
    for entry in shown:
        why, how = (str(entry.body.get(name, "")) for name in ("why", "how"))
        entries.append(SignInEntry(entry.recorded_at, entry.name, entry.reason, why, how))
    return entries, shown[-1].pk if len(found) > size else None
