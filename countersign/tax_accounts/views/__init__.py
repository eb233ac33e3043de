"""Pages about accounts: one account, why, and who has access."""
