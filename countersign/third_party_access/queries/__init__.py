"""Reads of third-party access, each limited to what the actor may see."""
