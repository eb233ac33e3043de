"""Everything that signing in needs to know of a person, one module per thing."""

from countersign.logons.models.devices import KnownDevice, OpenSession
from countersign.logons.models.failure_counter import FailureCounter
from countersign.logons.models.link import Link
from countersign.logons.models.logon import Logon, LogonQueries
from countersign.logons.models.second_factors import Authenticator, Passkey, RecoveryCode
from countersign.logons.models.used_password import UsedPassword

__all__ = [
    "Authenticator",
    "FailureCounter",
    "KnownDevice",
    "Link",
    "Logon",
    "LogonQueries",
    "OpenSession",
    "Passkey",
    "RecoveryCode",
    "UsedPassword",
]
