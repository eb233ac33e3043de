"""Log In, its second step, Log Out, and confirming that it is you."""

from countersign.sign_in.views.confirm import confirm
from countersign.sign_in.views.log_in import log_in
from countersign.sign_in.views.log_out import log_out
from countersign.sign_in.views.passkey import passkey_alone, passkey_options
from countersign.sign_in.views.second_step import complete, second_step
from countersign.sign_in.views.staying import stay_signed_in

__all__ = [
    "complete",
    "confirm",
    "log_in",
    "log_out",
    "passkey_alone",
    "passkey_options",
    "second_step",
    "stay_signed_in",
]
