"""What happened, in words: event name → sentence. An event that has none is told by a general line.

``%(firm)s`` is the third party and ``%(client)s`` the client. A request is told to the third party without the
client's name: it may not learn from its history whether the number and the name that it gave matched (SPEC 6).
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# As the taxpayer whose accounts it is about reads it.
TO_CLIENT: dict[str, Promise] = {
    "ThirdPartyAccessRequested": _("%(firm)s asked for access"),
    "ThirdPartyAccessApproved": _("Access of %(firm)s was approved"),
    "ThirdPartyAccessDeclined": _("The request of %(firm)s was declined"),
    "RequestWithdrawn": _("%(firm)s withdrew its request"),
    "RequestReminded": _("Both sides were reminded of the request of %(firm)s"),
    "RequestExpired": _("The request of %(firm)s expired without an answer"),
    "AccessRevoked": _("Access of %(firm)s was revoked"),
    "AccessDropped": _("%(firm)s gave up its access"),
    "AccessNarrowed": _("Rights of %(firm)s were lowered"),
    "AccessWidened": _("Rights of %(firm)s were raised"),
    "AccessEndSet": _("The last day of access of %(firm)s was changed"),
    "ProofRefused": _("Somebody tried to register for you, and what was given did not match"),
    "RepresentativeRegistered": _("The representative registered itself"),
    "BecameMasterAdministrator": _("A person became Master Administrator by proof"),
    "WaitingEnded": _("A provisional Master Administrator became a full one"),
    "AccessAskedFor": _("A person who proved the right to act asked for access"),
    "AccessGivenOnRequest": _("A request for access was approved"),
    "AccessRequestDeclined": _("A request for access was declined"),
    "RequestForAccessWithdrawn": _("A request for access was withdrawn"),
    "RequestForAccessExpired": _("A request for access expired without an answer"),
    "TaxpayerLeft": _("Somebody with access left"),
    "ProfileDeleted": _("Somebody with access deleted the profile"),
    "SuccessorNamed": _("The last Master Administrator named who may follow"),
    "SuccessorAccepted": _("Whoever was named became Master Administrator"),
    "SuccessorDeclined": _("Whoever was named to follow declined"),
}

# As the third party reads it.
TO_FIRM: dict[str, Promise] = {
    "ThirdPartyAccessRequested": _("Access to a client was asked for"),
    "ThirdPartyAccessApproved": _("%(client)s approved access"),
    "ThirdPartyAccessDeclined": _("A request for access was declined"),
    "RequestWithdrawn": _("A request for access was withdrawn"),
    "RequestReminded": _("A request for access was brought to mind"),
    "RequestExpired": _("A request for access expired without an answer"),
    "AccessRevoked": _("%(client)s revoked access"),
    "AccessDropped": _("Access to %(client)s was given up"),
    "AccessNarrowed": _("%(client)s lowered rights"),
    "AccessWidened": _("%(client)s raised rights"),
    "AccessEndSet": _("%(client)s changed the last day of access"),
}

GENERAL = _("Access was changed")
BEGUN_BY_IMPORT = _("Taken over from the agency's records")
ENDED_BY_IMPORT = _("Ended in the agency's records")

CHANNELS: dict[str, Promise] = {
    "online": _("online"),
    "import": _("import"),
    "operator": _("the agency's operator"),
    "staff": _("agency staff"),
    "api": _("another system of the agency"),
    "system": _("by itself, in time"),
    "mail": _("by letter"),
}
