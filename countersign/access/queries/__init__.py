"""Reads: one decision, many decisions, reach, who can, lists."""
