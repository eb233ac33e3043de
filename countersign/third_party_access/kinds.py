"""The kinds of submissions that this feature opens."""

REQUEST = "third_party_request"
REQUESTS_FILE = "third_party_requests_uploaded"
RIGHTS_CHANGE = "third_party_rights_change"
END_CHANGE = "third_party_end_change"
REVOCATION = "third_party_revocation"
DROP = "third_party_drop"
