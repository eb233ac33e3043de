"""What lists and receipts say about this feature's submissions, to each side what it may know."""
