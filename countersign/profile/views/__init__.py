"""The pages of Manage My Profile, one module per tab, and whom one acts for."""

from countersign.profile.views.access import manage_my_access
from countersign.profile.views.acting import acting_for_page
from countersign.profile.views.email import email, email_confirm, email_confirmed, email_link, name, second_email
from countersign.profile.views.more import more
from countersign.profile.views.profile import profile
from countersign.profile.views.security import security

__all__ = [
    "acting_for_page",
    "email",
    "email_confirm",
    "email_confirmed",
    "email_link",
    "manage_my_access",
    "more",
    "name",
    "profile",
    "second_email",
    "security",
]
