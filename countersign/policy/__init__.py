"""The rulebook: frozen values and pure functions. No Django, no clock, no input or output.

Read it in this order: ``rights`` (words), ``reasons`` (answers), ``facts`` (what a decision reads),
``decision`` (SPEC 2, the rule itself), ``delegation`` (who may change access).
"""
