"""Whose tax it is: taxpayers, their accounts, and the proofs that the agency holds."""
