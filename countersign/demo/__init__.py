"""The demo: one program that starts everything, shows the mail, and leaves nothing behind."""
