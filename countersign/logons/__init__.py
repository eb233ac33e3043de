"""Who is signing in: the logon, its credentials, the one limiter, its sessions."""
