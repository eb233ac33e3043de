"""Feature: leave one taxpayer, or delete one's profile, with what stays behind."""
