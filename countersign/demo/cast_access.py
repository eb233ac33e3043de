"""Who of the cast may do what: access, rights, grants, security groups, placements and refinements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from countersign.demo.cast import PEOPLE, password_hash, username
from countersign.demo.cast_register import BY_KEY, account_number
from countersign.demo.files import Row, WorldFiles

# person, taxpayer, access type
ACCESS: tuple[tuple[str, str, str], ...] = (
    ("dana", "HARBOR-BAKERY", "MA"),
    ("dana", "DANA-WHITFIELD", "MA"),
    ("omar", "HARBOR-BAKERY", "MA"),
    ("tom", "HARBOR-BAKERY", "TA"),
    ("ines", "HARBOR-BAKERY", "TA"),
    ("ines", "PELL-STREET-BOOKS", "TA"),
    ("grace", "GRACE-ITO", "MA"),
    ("nora", "NORA-QUIST", "MA"),
    ("nora", "QUIST-CARPENTRY", "MA"),
    ("maria", "LOPEZ-CPA", "MA"),
    ("maria", "MARIA-LOPEZ", "MA"),
    ("victor", "LOPEZ-CPA", "MA"),
    ("hugo", "PELL-STREET-BOOKS", "MA"),
    ("hugo", "LANTERN-INN", "MA"),
    ("hugo", "CEDAR-ROW-FLORIST", "TA"),
    ("rosa", "GULL-AND-ANCHOR", "MA"),
    ("tom", "GULL-AND-ANCHOR", "TA"),
    ("igor", "PENUMBRA-FILING", "MA"),
    ("walter", "WALTER-OSGOOD", "MA"),
    ("june", "WALTER-OSGOOD", "TA"),
    ("elsa", "OLD-MILL-TEXTILES", "MA"),
    ("june", "OLD-MILL-TEXTILES", "TA"),
    ("priya", "BELLWETHER-QUILL", "MA"),
    ("felix", "FELIX-ADEYEMI", "MA"),
)

# Tax Administrator, taxpayer, account type, rights
RIGHTS: tuple[tuple[str, str, str, str], ...] = (
    ("tom", "HARBOR-BAKERY", "SUT", "VIEW_ONLY"),
    ("tom", "HARBOR-BAKERY", "WTH", "FILE_AND_PAY"),
    ("tom", "GULL-AND-ANCHOR", "WTH", "FILE_AND_PAY"),
    ("ines", "HARBOR-BAKERY", "MLS", "ALL_ACCESS"),
    ("ines", "PELL-STREET-BOOKS", "WTH", "FILE_AND_PAY"),
    ("ines", "PELL-STREET-BOOKS", "SUT", "FILE_AND_PAY"),
    ("hugo", "CEDAR-ROW-FLORIST", "SUT", "VIEW_ONLY"),
    ("june", "WALTER-OSGOOD", "PIT", "FILE_AND_PAY"),
    ("june", "OLD-MILL-TEXTILES", "WTH", "VIEW_ONLY"),
)

# third party, client, account type, rights, begins and ends (days from today; None: no such date)
GRANTS: tuple[tuple[str, str, str, str, int | None, int | None], ...] = (
    # Harbor Bakery let the firm look first, and file a year later; its meals and excise are not given.
    ("LOPEZ-CPA", "HARBOR-BAKERY", "WTH", "VIEW_ONLY", -700, -366),
    ("LOPEZ-CPA", "HARBOR-BAKERY", "WTH", "FILE_AND_PAY", -365, None),
    ("LOPEZ-CPA", "HARBOR-BAKERY", "SUT", "VIEW_ONLY", -365, 120),
    ("LOPEZ-CPA", "PELL-STREET-BOOKS", "WTH", "ALL_ACCESS", -500, None),
    ("LOPEZ-CPA", "PELL-STREET-BOOKS", "SUT", "ALL_ACCESS", -500, None),
    ("LOPEZ-CPA", "CEDAR-ROW-FLORIST", "WTH", "VIEW_ONLY", -200, None),
    ("LOPEZ-CPA", "CEDAR-ROW-FLORIST", "SUT", "FILE_AND_PAY", -200, None),
    ("LOPEZ-CPA", "LANTERN-INN", "ROO", "FILE_AND_PAY", 45, None),
    ("LOPEZ-CPA", "TOLLAND-FERRY", "WTH", "FILE_AND_PAY", -600, -30),
    ("LOPEZ-CPA", "TOLLAND-FERRY", "CEX", "FILE_AND_PAY", -600, -30),
    ("LOPEZ-CPA", "GULL-AND-ANCHOR", "WTH", "FILE_AND_PAY", -300, None),
    ("LOPEZ-CPA", "GULL-AND-ANCHOR", "MLS", "ALL_ACCESS", -300, None),
    ("LOPEZ-CPA", "NORA-QUIST", "PIT", "FILE_AND_PAY", -80, 285),
    ("LOPEZ-CPA", "WALTER-OSGOOD", "PIT", "FILE_AND_PAY", -900, None),
    ("LOPEZ-CPA", "OLD-MILL-TEXTILES", "CEX", "FILE_AND_PAY", -900, None),
    ("PENUMBRA-FILING", "CEDAR-ROW-FLORIST", "CEX", "ALL_ACCESS", -400, None),
    ("PENUMBRA-FILING", "LANTERN-INN", "WTH", "FILE_AND_PAY", -400, None),
    ("BELLWETHER-QUILL", "LANTERN-INN", "MLS", "VIEW_ONLY", -150, None),
    ("FELIX-ADEYEMI", "GRACE-ITO", "PIT", "VIEW_ONLY", -60, 305),
)

# parent, name, description
SECURITY_GROUPS: tuple[tuple[str, str, str], ...] = (
    ("maria", "Firm", "The firm's own taxes, kept apart from its clients"),
    ("maria", "Retail clients", "Shops and bakeries"),
    ("maria", "Restaurants", "Taverns, inns and cafés"),
    ("maria", "Next season", "Nobody is in it yet"),
    ("victor", "Retail clients", "Victor's own: a name may come twice, in two portfolios"),
)

# parent, taxpayer, group
PLACEMENTS: tuple[tuple[str, str, str], ...] = (
    ("maria", "LOPEZ-CPA", "Firm"),
    ("maria", "HARBOR-BAKERY", "Retail clients"),
    ("maria", "PELL-STREET-BOOKS", "Retail clients"),
    ("maria", "CEDAR-ROW-FLORIST", "Retail clients"),
    ("maria", "GULL-AND-ANCHOR", "Restaurants"),
    ("maria", "LANTERN-INN", "Restaurants"),
    ("victor", "PELL-STREET-BOOKS", "Retail clients"),
)

# secondary logon, group
GROUP_MEMBERS: tuple[tuple[str, str], ...] = (
    ("kim", "Retail clients"),
    ("kim", "Restaurants"),
    ("joel", "Retail clients"),
    ("ruth", "Default"),
    ("sam", "Default"),
    ("sam", "Firm"),
    ("sam", "Retail clients"),
    ("ana", "Firm"),
    ("theo", "Default"),
    ("theo", "Retail clients"),
    ("pat", "Default"),
    ("lee", "Default"),
    ("lee", "Restaurants"),
    ("hana", "Retail clients"),
)

# secondary logon, taxpayer, account type ("" for the whole customer), rights
REFINEMENTS: tuple[tuple[str, str, str, str], ...] = (
    ("joel", "CEDAR-ROW-FLORIST", "", "NO_ACCESS"),
    ("joel", "HARBOR-BAKERY", "WTH", "VIEW_ONLY"),
    ("joel", "PELL-STREET-BOOKS", "SUT", "ALL_ACCESS"),
    ("kim", "PELL-STREET-BOOKS", "", "FILE_AND_PAY"),
    ("theo", "HARBOR-BAKERY", "", "FILE_AND_PAY"),
    ("theo", "CEDAR-ROW-FLORIST", "SUT", "VIEW_ONLY"),
)


def logon_rows() -> Iterator[Row]:
    """Rows of logons.csv. Parents come before their secondary logons."""
    for person in sorted(PEOPLE, key=lambda person: bool(person.parent)):
        parent = username(person.parent) if person.parent else ""
        yield (
            person.username, person.first_name, person.last_name, person.address, "(555) 555-0100", person.status,
            parent, person.access_type, person.default_rights, ";".join(person.account_types), password_hash(person),
        )  # fmt: skip


def grant_rows(today: date) -> Iterator[Row]:
    """Rows of grants.csv."""

    def day(days: int | None) -> date | str:
        return "" if days is None else today + timedelta(days=days)

    for third_party, client, code, rights, begins, ends in GRANTS:
        yield third_party, account_number(client, code), rights, day(begins), day(ends)


def write_cast_access(files: WorldFiles, today: date) -> None:
    """Write everything that the cast's people hold."""
    files.rows("logons", logon_rows())
    files.rows("access", ((username(who), taxpayer, kind) for who, taxpayer, kind in ACCESS))
    files.rows("rights", ((username(who), account_number(of, code), rights) for who, of, code, rights in RIGHTS))
    files.rows("grants", grant_rows(today))
    files.rows("security_groups", ((username(who), name, about) for who, name, about in SECURITY_GROUPS))
    files.rows("placements", ((username(who), taxpayer, group) for who, taxpayer, group in PLACEMENTS))
    files.rows("group_members", ((username(who), group) for who, group in GROUP_MEMBERS))
    for who, taxpayer, code, rights in REFINEMENTS:
        account = BY_KEY[taxpayer].account(code) if code else ""
        files.row("refinements", username(who), taxpayer, account, rights)
