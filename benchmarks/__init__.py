"""Invented worlds of any size, and measurements in them. Each module says how to run it."""
