"""Manage Secondary Logons: the logons that a parent creates for others, and what each of them may do."""
