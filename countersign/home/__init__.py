"""What one can act on, and what waits."""
