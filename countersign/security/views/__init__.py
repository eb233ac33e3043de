"""Pages of one's second factors, one module per kind."""

from countersign.security.views.authenticator import authenticator, picture, remove_authenticator
from countersign.security.views.devices import devices, end_device, end_other_devices
from countersign.security.views.factors import factors
from countersign.security.views.passkey import passkey, passkey_options, remove_passkey
from countersign.security.views.recovery_codes import new_recovery_codes, recovery_codes, recovery_codes_file
from countersign.security.views.sessions import sessions

__all__ = [
    "authenticator",
    "devices",
    "end_device",
    "end_other_devices",
    "factors",
    "new_recovery_codes",
    "passkey",
    "passkey_options",
    "picture",
    "recovery_codes",
    "recovery_codes_file",
    "remove_authenticator",
    "remove_passkey",
    "sessions",
]
