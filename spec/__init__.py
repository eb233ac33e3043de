"""The rules of SPEC.md, executable and independent: nothing here imports the product."""
