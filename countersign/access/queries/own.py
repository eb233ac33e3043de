"""What a logon is for taxpayers: the taxpayers of its own, and which of them it administers."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from countersign.access.models import LogonStanding, SecondaryLogon, TaxpayerAccess
from countersign.logons.models import Logon
from countersign.policy.errors import Refused
from countersign.policy.facts import Standing
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType
from countersign.taxpayers.models import Taxpayer


def live_at(at: datetime) -> Q:
    """Facts that are live now (``at`` is the present moment): begun, not lapsed, not ended.

    What began with its recording counts from its commit, and what was ended doesn't, whatever the clocks say: whoever
    waited for a lock took its moment before the change that it waited for (ADR 2).
    """
    begun = Q(begins_at__lte=at) | Q(begins_at__lte=F("recorded_at"))
    return begun & Q(ended_at__isnull=True) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))


class OwnTaxpayer(NamedTuple):
    """A taxpayer that a parentless logon is Master or Tax Administrator of."""

    taxpayer: Taxpayer
    access_type: AccessType
    provisional: bool

    @property
    def administers(self) -> bool:
        """Full Master Administrator: the only one who may ``administer``."""
        return self.access_type is AccessType.MASTER_ADMINISTRATOR and not self.provisional


def is_active(logon_pk: int, *, at: datetime) -> bool:
    """Whether the logon's standing is active. Only then may it sign in or be allowed anything."""
    return LogonStanding.objects.filter(live_at(at), logon_id=logon_pk, status=Standing.ACTIVE.value).exists()


_BY_USERNAME = """
SELECT logon.*, EXISTS (
    SELECT FROM access_logonstanding AS standing
    WHERE standing.logon_id = logon.id AND standing.status = %(active)s AND standing.begins_at <= %(at)s
      AND standing.ended_at IS NULL AND (standing.ends_at IS NULL OR standing.ends_at > %(at)s)
) AS is_active_now
FROM logons_logon AS logon WHERE logon.username = %(username)s
"""


def with_standing(username: str, *, at: datetime) -> tuple[Logon | None, bool]:
    """The logon of this username, and whether it is active.

    Written out, as every sign-in asks for it: building the statement anew would cost more than asking it.
    """
    parameters = {"active": Standing.ACTIVE.value, "at": at, "username": username}
    for logon in Logon.objects.raw(_BY_USERNAME, parameters):
        return logon, bool(vars(logon)["is_active_now"])
    return None, False


def is_secondary(logon_pk: int) -> bool:
    """Whether some parent made this logon: it then never has access of its own."""
    return SecondaryLogon.objects.filter(logon_id=logon_pk).exists()


def kind_of_logon(logon: Logon) -> str:
    """What the policy for second factors distinguishes: "secondary" or "own"."""
    return "secondary" if is_secondary(logon.pk) else "own"


def own_accesses(logon_pk: int, *, at: datetime) -> QuerySet[TaxpayerAccess]:
    """The live, accepted accesses of a parentless logon, by taxpayer name."""
    return (
        TaxpayerAccess.objects.filter(live_at(at), logon_id=logon_pk, accepted=True)
        .select_related("taxpayer")
        .order_by("taxpayer__name_folded", "taxpayer_id")
    )


def own_taxpayers(logon_pk: int, *, at: datetime, most: int = 1000) -> list[OwnTaxpayer]:
    """The taxpayers of the logon's own, by name; at the most ``most``. Empty for a secondary logon."""
    if is_secondary(logon_pk) or not is_active(logon_pk, at=at):
        return []
    return [_own(access) for access in own_accesses(logon_pk, at=at)[:most]]


def _own(access: TaxpayerAccess) -> OwnTaxpayer:
    return OwnTaxpayer(access.taxpayer, AccessType(access.access_type), access.provisional)


def own_taxpayer(actor: Logon, taxpayer_pk: int, *, at: datetime) -> OwnTaxpayer:
    """What the actor is for this taxpayer. Raises a hidden ``Refused`` (404) when it is nothing."""
    access = own_accesses(actor.pk, at=at).filter(taxpayer_id=taxpayer_pk).first()
    if access is None or is_secondary(actor.pk) or not is_active(actor.pk, at=at):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return _own(access)


def mastered_taxpayers(logon_pk: int, *, at: datetime) -> list[int]:
    """Keys of the taxpayers of which the logon is full Master Administrator: the sources of its first portfolio."""
    accesses = TaxpayerAccess.objects.filter(
        live_at(at), logon_id=logon_pk, access_type="MA", accepted=True, provisional=False
    )
    return sorted(accesses.values_list("taxpayer_id", flat=True))


def administered_taxpayer(actor: Logon, taxpayer_pk: int, *, at: datetime) -> Taxpayer:
    """The taxpayer, if the actor may ``administer`` it: parentless, active, full Master Administrator.

    Raises ``Refused``: hidden (404) when the actor is nothing to the taxpayer, else with the reason why a Tax
    Administrator or a provisional Master Administrator may not (law 5: only a Master Administrator changes
    another person's access).
    """
    own = own_taxpayer(actor, taxpayer_pk, at=at)
    if own.administers:
        return own.taxpayer
    raise Refused(Reason.PROVISIONAL if own.provisional else Reason.NOT_MASTER_ADMINISTRATOR)
