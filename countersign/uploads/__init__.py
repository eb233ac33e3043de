"""CSV files that somebody uploads: read, kept, worked off, with progress. What the rows mean is each feature's own."""
