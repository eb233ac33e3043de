"""The wording of every reason, in one catalogue: pages, command line and interfaces use the same codes.

Each entry says what the rule is; :data:`WHO_CAN_CHANGE` says who can change it (UX rule 7: a refusal helps).
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights

REASONS: dict[str, Promise] = {
    Reason.OWN_MASTER_ADMINISTRATOR: _("Master Administrator of the taxpayer"),
    Reason.OWN_PROVISIONAL: _("Master Administrator of the taxpayer, provisional until the mailed letter is answered"),
    Reason.OWN_TAX_ADMINISTRATOR: _("Tax Administrator with rights on this account"),
    Reason.CLIENT: _("The taxpayer gave a third party access, and the logon is its Master Administrator"),
    Reason.SECONDARY_LOGON: _("Secondary logon: through its parent and a security group"),
    Reason.UNKNOWN_LOGON: _("There is no such username"),
    Reason.UNKNOWN_ACCOUNT: _("There is no such account"),
    Reason.UNKNOWN_ACTION: _("There is no such action"),
    Reason.NOT_FOUND: _("There is nothing here that you can see"),
    Reason.LOGON_NOT_ACTIVE: _("The logon is not active"),
    Reason.PARENT_NOT_ACTIVE: _("The parent logon is not active"),
    Reason.PORTFOLIO_PARKED: _("The parent logon has left, and nobody has taken over its secondary logons"),
    Reason.ACCESS_NOT_ACCEPTED: _("The person has not accepted this access yet"),
    Reason.TAXPAYER_FROZEN: _("The agency has frozen access to the taxpayer"),
    Reason.TAXPAYER_PAUSED: _("The taxpayer is deceased or dissolved, and no fiduciary is confirmed yet"),
    Reason.THIRD_PARTY_FROZEN: _("The agency has frozen the third party"),
    Reason.THIRD_PARTY_CLOSED: _("The third party is deceased or dissolved"),
    Reason.NO_ACCESS: _("Nobody gave this logon access"),
    Reason.GRANT_NOT_BEGUN: _("The third-party access has not begun yet"),
    Reason.GRANT_ENDED: _("The third-party access has ended"),
    Reason.PARENT_HAS_NO_ACCESS: _("The parent logon has no access itself"),
    Reason.KEPT_TO_PARENT: _("The parent logon keeps its own individual taxes to itself"),
    Reason.NOT_IN_GROUP: _("The customer is in a security group that the logon is not in"),
    Reason.ACCOUNT_TYPE_NOT_SELECTED: _("The logon is limited to other account types"),
    Reason.LIMITED_TO_NO_ACCESS: _("The logon is limited to No Access for this customer or account"),
    Reason.PROVISIONAL: _("The Master Administrator is provisional until the mailed letter is answered"),
    Reason.RIGHTS_TOO_LOW: _("The logon has access, but too few rights for this"),
    Reason.NOT_MASTER_ADMINISTRATOR: _("Only a Master Administrator of the taxpayer may do this"),
    Reason.OWN_REQUEST: _("A third party never approves access for itself"),
    Reason.SAME_TAXPAYER: _("A taxpayer cannot be its own third party"),
    Reason.TOO_MANY_MISMATCHES: _("Too many requests today did not match a taxpayer"),
    Reason.PASSWORD_BY_MAIL: _("The password was chosen by e-mail, and nobody has signed in with it yet"),
    Reason.BEYOND_OWN_REACH: _("A secondary Master Administrator changes only what lies within its own reach"),
    Reason.LOGON_REPORTED: _("Signing in to this logon was stopped: somebody reported that it was not its owner"),
    Reason.SECOND_FACTOR_NEEDED: _("To confirm this for somebody else, you need a second factor of your own"),
    Reason.REGISTRATION_OVER: _("This registration is over, or was finished in another tab"),
    Reason.PROOF_USED: _("The proof has been used meanwhile; a proof counts once"),
    Reason.REQUEST_CHANGED: _("What you saw has changed since"),
    Reason.REQUEST_DECIDED: _("This request has already been decided"),
    Reason.REQUEST_WITHDRAWN: _("This request has been withdrawn"),
    Reason.REQUEST_EXPIRED: _("This request has expired"),
    Reason.FILE_SUBMITTED: _("This file has been submitted already"),
    Reason.ACCESS_CHANGED: _("The access that you saw has changed since"),
    Reason.FACTORS_CHANGED: _("A second factor was set up meanwhile, in another browser"),
    Reason.DEVICE_ENDED: _("This device is not known any more"),
}

_MASTER_ADMINISTRATOR = _("A Master Administrator of the taxpayer can change this.")
_PARENT = _("The parent logon can change this.")
_AGENCY = _("The agency can change this.")

WHO_CAN_CHANGE: dict[str, Promise] = {
    Reason.NO_ACCESS: _MASTER_ADMINISTRATOR,
    Reason.GRANT_ENDED: _MASTER_ADMINISTRATOR,
    Reason.GRANT_NOT_BEGUN: _MASTER_ADMINISTRATOR,
    Reason.RIGHTS_TOO_LOW: _MASTER_ADMINISTRATOR,
    Reason.NOT_MASTER_ADMINISTRATOR: _MASTER_ADMINISTRATOR,
    Reason.PARENT_NOT_ACTIVE: _AGENCY,
    Reason.PORTFOLIO_PARKED: _("Another Master Administrator of the firm can take over the secondary logons."),
    Reason.ACCESS_NOT_ACCEPTED: _("The person signs in and accepts."),
    Reason.TAXPAYER_FROZEN: _AGENCY,
    Reason.TAXPAYER_PAUSED: _AGENCY,
    Reason.THIRD_PARTY_FROZEN: _AGENCY,
    Reason.THIRD_PARTY_CLOSED: _AGENCY,
    Reason.PARENT_HAS_NO_ACCESS: _MASTER_ADMINISTRATOR,
    Reason.KEPT_TO_PARENT: _PARENT,
    Reason.NOT_IN_GROUP: _PARENT,
    Reason.ACCOUNT_TYPE_NOT_SELECTED: _PARENT,
    Reason.LIMITED_TO_NO_ACCESS: _PARENT,
    Reason.PROVISIONAL: _("Entering the code of the mailed letter ends the waiting."),
    Reason.OWN_REQUEST: _("Another Master Administrator of the taxpayer can decide. You can decline or withdraw it."),
    Reason.BEYOND_OWN_REACH: _PARENT,
    Reason.LOGON_REPORTED: _("The person chooses a new password with Forgot username or password? and asks again."),
    Reason.SECOND_FACTOR_NEEDED: _("Set one up under Manage My Profile, Security, Second factors."),
    Reason.SAME_TAXPAYER: _("Ask for a taxpayer other than the one that you act for."),
    Reason.TOO_MANY_MISMATCHES: _("Ask the client for the number as on the agency's letter, and try again tomorrow."),
}

# To whoever was refused, where the words above speak of a logon or would say a thing twice.
REASONS_TO_YOU: dict[str, Promise] = {
    Reason.LOGON_NOT_ACTIVE: _("Your logon is not active"),
    Reason.ACCESS_NOT_ACCEPTED: _("You have not accepted this access yet"),
    Reason.NO_ACCESS: _("Nobody gave you access"),
    Reason.NOT_IN_GROUP: _("The customer is in a security group that you are not in"),
    Reason.ACCOUNT_TYPE_NOT_SELECTED: _("Your logon is limited to other account types"),
    Reason.LIMITED_TO_NO_ACCESS: _("Your logon is limited to No Access for this customer or account"),
    Reason.PROVISIONAL: _("You are a provisional Master Administrator until the mailed letter is answered"),
    Reason.RIGHTS_TOO_LOW: _("You have access, but too few rights for this"),
}

WHO_CAN_HELP_YOU: dict[str, Promise] = {
    Reason.NOT_MASTER_ADMINISTRATOR: _("Ask one of them to do it, or to give you that access type."),
    Reason.ACCESS_NOT_ACCEPTED: _("Sign in with the link of the invitation and accept."),
}

RIGHTS: dict[Rights, Promise] = {
    Rights.NO_ACCESS: _("No Access"),
    Rights.VIEW_ONLY: _("View Only"),
    Rights.FILE_AND_PAY: _("File and Pay"),
    Rights.ALL_ACCESS: _("All Access"),
}

ACCESS_TYPES: dict[AccessType, Promise] = {
    AccessType.MASTER_ADMINISTRATOR: _("Master Administrator"),
    AccessType.TAX_ADMINISTRATOR: _("Tax Administrator"),
}
