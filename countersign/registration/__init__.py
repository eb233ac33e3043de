"""Feature: a person proves the right to act for a taxpayer, makes a logon, and comes in (SPEC 3, Register)."""
