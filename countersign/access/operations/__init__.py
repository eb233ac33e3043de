"""Writes of facts. Features call these inside their own transaction, after having asked the policy."""
