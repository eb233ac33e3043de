"""The ways to prove a second time who one is."""

from __future__ import annotations

from enum import StrEnum


class Way(StrEnum):
    """The strongest first. The values stand in addresses, in the event log and in sessions."""

    PASSKEY = "passkey"
    AUTHENTICATOR = "authenticator"
    RECOVERY_CODE = "recovery_code"
