"""What one can do who cannot sign in, one module per operation."""

from countersign.recovery.operations.answer import answer_ask
from countersign.recovery.operations.ask import ask_for_links
from countersign.recovery.operations.change_password import change_password
from countersign.recovery.operations.lost_factors import ask_removal, cancel_removal, remove_factors_in_time
from countersign.recovery.operations.reset_password import logon_of, reset_password, shortest_for

__all__ = [
    "answer_ask",
    "ask_for_links",
    "ask_removal",
    "cancel_removal",
    "change_password",
    "logon_of",
    "remove_factors_in_time",
    "reset_password",
    "shortest_for",
]
