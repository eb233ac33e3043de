"""The kinds of submissions that this feature opens."""

LEAVE = "leave"
DELETE_PROFILE = "delete_profile"
SUCCESSION = "succession"
TAKE_OVER = "take_over_portfolio"
