"""What pages are made of: one module per family, each function the context of its template."""
