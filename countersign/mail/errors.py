"""What a failed attempt means: try the whole server later, this mail later, or stop soon."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from enum import Enum

UNREACHABLE = "unreachable"
UNUSABLE_ADDRESS = "unusable_address"
OVER_LIMIT = "over_limit"


class Fault(Enum):
    """Whose failure it was."""

    SERVER = "server"  # no mail can be sent now; this one's turn was not counted
    BROKEN_OFF = "broken_off"  # the connection died over this mail: later, for as long as it takes
    LATER = "later"  # the server does not take this mail now
    REFUSED = "refused"  # the server will not take this mail


@dataclass(frozen=True)
class Failure:
    """A failed attempt. ``code`` never holds an address or the server's own words."""

    fault: Fault
    code: str


def classify(error: Exception) -> Failure:
    """What to make of an exception that sending one mail over an open connection raised."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            answers = [code for code, _ in error.recipients.values()]
            return _answered("recipient", answers[0] if answers else 450)
        case smtplib.SMTPDataError():
            return _answered("content", error.smtp_code)
        case smtplib.SMTPSenderRefused():
            # That is about the agency's own address, which an operator can mend: never a reason to give up soon.
            failure = _answered("sender", error.smtp_code)
            return Failure(Fault.LATER, failure.code) if failure.fault is Fault.REFUSED else failure
        case smtplib.SMTPServerDisconnected():
            return Failure(Fault.BROKEN_OFF, "disconnected")
        case smtplib.SMTPNotSupportedError():
            return Failure(Fault.LATER, "not_supported")
        case smtplib.SMTPResponseException():
            return _answered("answer", error.smtp_code)
        case TimeoutError():
            return Failure(Fault.BROKEN_OFF, "timeout")
        case OSError():
            return Failure(Fault.BROKEN_OFF, "connection_lost")
        case _:
            return Failure(Fault.LATER, f"compose_{type(error).__name__}"[:60])


def _answered(about: str, code: int) -> Failure:
    if code == 421:
        return Failure(Fault.SERVER, "closing_421")
    return Failure(Fault.REFUSED if 500 <= code < 600 else Fault.LATER, f"{about}_{code}")
