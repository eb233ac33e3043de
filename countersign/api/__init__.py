"""Machinery for the agency's other systems."""
