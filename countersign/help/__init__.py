"""Help: an answer to every question about logons and access that people ask, open to everybody."""
