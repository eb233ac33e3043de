"""Feature: Log In and Log Out, and what stands before every page that needs a sign-in."""
