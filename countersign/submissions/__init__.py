"""One change that somebody asked for: confirmation number, status, the list and its pages."""
