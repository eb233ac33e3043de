"""What happened, in words: event name → sentence. An event that has none is told by a general line."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "ThirdPartyAccessRequested": _("A third party asked for access"),
    "ThirdPartyAccessApproved": _("Third-party access was approved"),
    "ThirdPartyAccessDeclined": _("A request for third-party access was declined"),
    "RequestWithdrawn": _("The third party withdrew its request"),
    "RequestReminded": _("Both sides were reminded of a request that waits"),
    "RequestExpired": _("A request for third-party access expired without an answer"),
    "AccessRevoked": _("Third-party access was revoked"),
    "AccessDropped": _("The third party gave its access up"),
    "AccessNarrowed": _("A third party's rights were lowered"),
    "AccessWidened": _("A third party's rights were raised"),
    "AccessEndSet": _("The last day of third-party access was changed"),
    "AccessImported": _("Access was taken over from the agency's records"),
}
GENERAL = _("Access was changed")

CHANNELS: dict[str, Promise] = {
    "online": _("online"),
    "import": _("import"),
    "operator": _("the agency's operator"),
    "staff": _("agency staff"),
    "api": _("another system of the agency"),
    "system": _("by itself, in time"),
    "mail": _("by letter"),
}
