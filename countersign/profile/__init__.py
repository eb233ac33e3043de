"""Feature: Manage My Profile, and whom one acts for."""
