"""The fixed world of tests: the demo's named cast, without its crowd.

``person("dana").username``, ``account_number("HARBOR-BAKERY", "WTH")``; ``write_cast(folder, today=TODAY)`` writes
the folder that ``countersign import`` reads.
"""

from datetime import date

from countersign.demo.cast import AGENCY_NAME, AGENCY_PHONE, PASSWORD, PEOPLE, Person, person, username
from countersign.demo.cast_access import ACCESS, GRANTS, GROUP_MEMBERS, PLACEMENTS, REFINEMENTS, RIGHTS, SECURITY_GROUPS
from countersign.demo.cast_register import ACCOUNT_TYPES, TAXPAYERS, CastTaxpayer, account_number
from countersign.demo.cast_register import BY_KEY as TAXPAYER
from countersign.demo.world import known_since, write_cast

__all__ = [
    "ACCESS",
    "ACCOUNT_TYPES",
    "AGENCY_NAME",
    "AGENCY_PHONE",
    "GRANTS",
    "GROUP_MEMBERS",
    "PASSWORD",
    "PEOPLE",
    "PLACEMENTS",
    "REFINEMENTS",
    "RIGHTS",
    "SECURITY_GROUPS",
    "TAXPAYER",
    "TAXPAYERS",
    "TODAY",
    "CastTaxpayer",
    "Person",
    "account_number",
    "known_since",
    "person",
    "username",
    "write_cast",
]

# The day that the past and the future of the cast are told from, where a test needs it to be always the same.
TODAY = date(2026, 3, 2)
