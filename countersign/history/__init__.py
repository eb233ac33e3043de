"""What happened to a taxpayer's access, when, by whom and why."""
