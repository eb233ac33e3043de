"""Feature: Forgot username or password?, a new password, and what to do when every second factor is lost."""
