"""Every fact that a decision reads, and the decision itself."""
