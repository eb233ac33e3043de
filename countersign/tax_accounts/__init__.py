"""One account: what one may do, why, and who else can."""
