"""Countersign: the logons and the delegated access of a tax agency."""
