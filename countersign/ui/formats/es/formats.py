"""Numbers in Spanish as they are written in the United States: 48,213.50."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
