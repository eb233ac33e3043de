"""What the pages of secondary logons show."""
