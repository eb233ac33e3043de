"""Pages of registration: the way in, its end, and what others decide about it."""
