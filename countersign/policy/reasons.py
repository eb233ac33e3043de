"""Why an answer is what it is: one closed vocabulary for pages, interfaces and the log.

The wording, translated, is in one catalogue: :mod:`countersign.access.wording`.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Reason codes of a decision (SPEC 2: every answer carries a reason code and the path)."""

    # Allowed, by capacity
    OWN_MASTER_ADMINISTRATOR = "own_master_administrator"
    OWN_PROVISIONAL = "own_provisional"
    OWN_TAX_ADMINISTRATOR = "own_tax_administrator"
    CLIENT = "client"
    SECONDARY_LOGON = "secondary_logon"

    # Denied: names
    UNKNOWN_LOGON = "unknown_logon"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_ACTION = "unknown_action"
    NOT_FOUND = "not_found"  # what "unknown" and "not visible" both become outside the operator's command line

    # Denied: standing
    LOGON_NOT_ACTIVE = "logon_not_active"
    PARENT_NOT_ACTIVE = "parent_not_active"
    PORTFOLIO_PARKED = "portfolio_parked"
    ACCESS_NOT_ACCEPTED = "access_not_accepted"
    TAXPAYER_FROZEN = "taxpayer_frozen"
    TAXPAYER_PAUSED = "taxpayer_paused"
    THIRD_PARTY_FROZEN = "third_party_frozen"
    THIRD_PARTY_CLOSED = "third_party_closed"

    # Denied: nothing was granted, or not now
    NO_ACCESS = "no_access"
    GRANT_NOT_BEGUN = "grant_not_begun"
    GRANT_ENDED = "grant_ended"
    PARENT_HAS_NO_ACCESS = "parent_has_no_access"
    KEPT_TO_PARENT = "kept_to_parent"
    NOT_IN_GROUP = "not_in_group"
    ACCOUNT_TYPE_NOT_SELECTED = "account_type_not_selected"
    LIMITED_TO_NO_ACCESS = "limited_to_no_access"
    PROVISIONAL = "provisional"

    # Denied: something was granted, but less than the action needs
    RIGHTS_TOO_LOW = "rights_too_low"
    NOT_MASTER_ADMINISTRATOR = "not_master_administrator"

    # Refused: third-party access (SPEC 6)
    OWN_REQUEST = "own_request"
    SAME_TAXPAYER = "same_taxpayer"
    TOO_MANY_MISMATCHES = "too_many_mismatches"
    PASSWORD_BY_MAIL = "password_by_mail"  # noqa: S105 - a reason

    # Refused: portfolios (SPEC 2, administer)
    BEYOND_OWN_REACH = "beyond_own_reach"

    # Refused: vouching for somebody who lost all second factors (SPEC 3)
    LOGON_REPORTED = "logon_reported"
    SECOND_FACTOR_NEEDED = "second_factor_needed"

    # Changed since it was seen
    REGISTRATION_OVER = "registration_over"
    PROOF_USED = "proof_used"
    REQUEST_CHANGED = "request_changed"
    REQUEST_DECIDED = "request_decided"
    REQUEST_WITHDRAWN = "request_withdrawn"
    REQUEST_EXPIRED = "request_expired"
    FILE_SUBMITTED = "file_submitted"
    ACCESS_CHANGED = "access_changed"
    FACTORS_CHANGED = "factors_changed"
    DEVICE_ENDED = "device_ended"
