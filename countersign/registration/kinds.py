"""The kinds of submissions that this feature opens."""

REGISTRATION = "registration"
REQUEST_FOR_ACCESS = "request_for_access"
DISPUTE = "access_dispute"
LETTER_CODE = "letter_code"
WAITING_OVER = "waiting_over"
