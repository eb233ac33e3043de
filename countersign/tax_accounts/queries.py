"""One account, limited to those who may see it."""

from __future__ import annotations

from typing import NamedTuple

from django.utils import timezone

from countersign.access.models import LogonStanding, TaxpayerAccess
from countersign.access.queries.conditions import facts_of
from countersign.access.queries.explanation import Explanation, explain
from countersign.access.queries.own import live_at
from countersign.access.queries.prepared import storable
from countersign.logons.models import Logon
from countersign.policy.errors import Refused
from countersign.policy.facts import Condition, Standing
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Action, Rights
from countersign.taxpayers.models import Account

MOST_NAMES = 3


class SeenAccount(NamedTuple):
    """An account that the reader may see: what it may do there and whether it administers the taxpayer."""

    account: Account
    explanation: Explanation
    administers: bool

    @property
    def frozen(self) -> bool:
        """SPEC 2: a freeze, and nothing else, leaves whoever administers the taxpayer less than All Access."""
        return self.administers and self.explanation.decision.rights < Rights.ALL_ACCESS


class Asked(NamedTuple):
    """A question about an account number. ``seen`` is None where the reader sees nothing, whatever the cause."""

    number: str
    action: Action
    seen: SeenAccount | None


def seen_account(reader: Logon, account: int) -> SeenAccount:
    """The account, if the reader has any right on it or administers its taxpayer.

    Raises a hidden ``Refused`` (404) otherwise: what one may not see answers like what does not exist.
    """
    found = Account.objects.select_related("taxpayer", "account_type").filter(pk=account).first()
    seen = None if found is None else _seen(reader, found, Action.ADMINISTER)
    if seen is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return seen


def administered_account(reader: Logon, account: int) -> SeenAccount:
    """The account, if the reader administers its taxpayer. Raises a hidden ``Refused`` (404) otherwise."""
    seen = seen_account(reader, account)
    if not seen.administers:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return seen


def ask(reader: Logon, number: str, action: Action) -> Asked:
    """Whether the reader may do the action on the account of this number."""
    plain = storable(number.strip())
    accounts = Account.objects.select_related("taxpayer", "account_type")
    found = accounts.filter(number=plain).first() if plain else None
    return Asked(plain, action, None if found is None else _seen(reader, found, action))


def _seen(reader: Logon, found: Account, action: Action) -> SeenAccount | None:
    explanation = explain(reader.username, action, found.number)
    decision = explanation.decision
    administers = action is Action.ADMINISTER and decision.allowed
    if not decision.rights and not administers:
        return None
    return SeenAccount(found, explanation, administers)


def is_frozen(seen: SeenAccount) -> bool:
    """Whether the account's taxpayer is frozen: then nobody but its Master Administrators sees the account at all."""
    return Condition.FROZEN_AS_TAXPAYER in facts_of(seen.account.taxpayer, at=timezone.now()).conditions


def names_who_can_change(asked: Asked, seen: SeenAccount) -> list[str]:
    """Names of those who can change what the reader may do: its parent, else Master Administrators of the taxpayer.

    SPEC 7: "names of MAs only to logons that hold access there", which is whom an account is shown to. A secondary
    logon is told its parent where that one's limit is what stands in the way, and nobody where it is not.
    """
    decided = seen.explanation.routes[0]
    if decided.parent is not None:
        limited = decided.ceiling is not None and decided.ceiling <= decided.rights
        return [decided.parent.full_name] if limited and asked.action is not Action.ADMINISTER else []
    now = timezone.now()
    accesses = TaxpayerAccess.objects.filter(
        live_at(now),
        taxpayer_id=seen.account.taxpayer_id,
        access_type=AccessType.MASTER_ADMINISTRATOR.value,
        provisional=False,
        accepted=True,
        logon__in=LogonStanding.objects.filter(live_at(now), status=Standing.ACTIVE.value).values("logon_id"),
    )
    named = accesses.select_related("logon").order_by("logon__last_name", "logon__first_name", "logon_id")
    return [access.logon.full_name for access in named[:MOST_NAMES]]
