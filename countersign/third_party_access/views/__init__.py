"""Pages of third-party access: each parses, calls one query or operation, and renders or redirects."""
