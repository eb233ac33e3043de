"""Security groups of a portfolio, and which customer is in which: two tabs of Manage Secondary Logons."""
