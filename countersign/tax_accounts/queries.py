"""One account, limited to those who may see it."""

from __future__ import annotations

from typing import NamedTuple

from countersign.access.queries.explanation import Explanation, explain
from countersign.logons.models import Logon
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.policy.rights import Action
from countersign.taxpayers.models import Account


class SeenAccount(NamedTuple):
    """An account that the reader may see: what it may do there and whether it administers the taxpayer."""

    account: Account
    explanation: Explanation
    administers: bool


def seen_account(reader: Logon, account: int) -> SeenAccount:
    """The account, if the reader has any right on it or administers its taxpayer.

    Raises a hidden ``Refused`` (404) otherwise: what one may not see answers like what does not exist.
    """
    found = Account.objects.select_related("taxpayer", "account_type").filter(pk=account).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    explanation = explain(reader.username, Action.ADMINISTER, found.number)
    administers = explanation.decision.allowed
    if not explanation.decision.rights and not administers:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return SeenAccount(found, explanation, administers)
