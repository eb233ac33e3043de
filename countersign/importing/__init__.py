"""The register and the access of an existing portal, from a folder of CSV files (IMPORT.md)."""
