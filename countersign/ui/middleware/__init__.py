"""What stands around every request. The order in the settings, outermost first:

``RequestLine`` (request id, one log line) → ``SecurityHeaders`` → … → ``HostileInput`` → Django's own → …
→ ``ExpectedErrors`` (innermost).
"""

from countersign.ui.middleware.expected_errors import ExpectedErrors
from countersign.ui.middleware.hostile_input import HostileInput
from countersign.ui.middleware.request_line import RequestLine
from countersign.ui.middleware.security_headers import SecurityHeaders

__all__ = ["ExpectedErrors", "HostileInput", "RequestLine", "SecurityHeaders"]
