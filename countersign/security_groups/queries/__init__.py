"""Questions about groups and customers of a portfolio."""
