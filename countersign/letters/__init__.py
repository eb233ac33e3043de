"""Letters on paper to the address on record. Features write them; the agency prints and mails them."""
