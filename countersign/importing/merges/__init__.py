"""From the staging tables into the register and the facts, file by file, each in a few set-based statements."""
