"""Change one's own profile."""

from countersign.profile.operations.change_profile import change_profile
from countersign.profile.operations.email import ask_email_change, confirm_email_change, remove_second_email
from countersign.profile.operations.name import change_name

__all__ = ["ask_email_change", "change_name", "change_profile", "confirm_email_change", "remove_second_email"]
