"""Third-party access: ask, approve, decline, withdraw, narrow, widen, set an end, revoke, drop (SPEC 6)."""
