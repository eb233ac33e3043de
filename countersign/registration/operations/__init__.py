"""What changes on the way in: one module per operation."""
