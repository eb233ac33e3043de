"""The cast's taxpayers, their accounts and proofs, and the account types of the invented agency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from countersign.demo.cast import STATE
from countersign.demo.files import Row

ACCOUNT_TYPES: tuple[tuple[str, str], ...] = (
    ("WTH", "Withholding"),
    ("SUT", "Sales and Use"),
    ("MLS", "Meals"),
    ("ROO", "Room Occupancy"),
    ("CEX", "Corporate Excise"),
    ("PTE", "Pass-Through Entity"),
    ("USE", "Business Use"),
    ("PIT", "Personal Income"),
    ("FID", "Fiduciary Income"),
)


@dataclass(frozen=True)
class CastTaxpayer:
    """One taxpayer of the cast. ``number`` is what its account numbers end with."""

    key: str
    number: int
    kind: str
    legal_name: str
    id_type: str
    id_number: str
    account_types: tuple[str, ...]
    address: str
    town: str = "Keystone Bay"
    postal_code: str = "00201"
    listed: bool = False
    status: str = "active"
    freeze: str = ""

    def account(self, code: str) -> str:
        """The number of its account of this type. Raises KeyError when it has none."""
        if code not in self.account_types:
            raise KeyError(f"{self.key} has no account of type {code}")
        return f"{code}-{10_000_000 + self.number}"

    @property
    def letter_id(self) -> str:
        """The Letter ID that the agency mailed to it."""
        return f"L{7_300_000_000 + self.number * 7919}"


def _business(key: str, number: int, name: str, codes: str, address: str, **more: object) -> CastTaxpayer:
    identifier = f"97-{1_000_000 + number:07d}"
    return CastTaxpayer(key, number, "business", name, "FEIN", identifier, tuple(codes.split()), address, **more)  # type: ignore[arg-type]


def _individual(key: str, number: int, name: str, address: str, **more: object) -> CastTaxpayer:
    return CastTaxpayer(key, number, "individual", name, "SSN", f"999-01-{number:04d}", ("PIT",), address, **more)  # type: ignore[arg-type]


TAXPAYERS: tuple[CastTaxpayer, ...] = (
    _business("HARBOR-BAKERY", 101, "Harbor Bakery LLC", "WTH SUT MLS CEX", "3 Lantern Wharf"),
    _business("LOPEZ-CPA", 102, "Lopez CPA PC", "WTH CEX", "40 Ledger Street", listed=True),
    _business("PELL-STREET-BOOKS", 103, "Pell Street Books LLC", "WTH SUT", "12 Pell Street"),
    _business("CEDAR-ROW-FLORIST", 104, "Cedar Row Florist Inc", "WTH SUT CEX", "8 Cedar Row"),
    _business("LANTERN-INN", 105, "Lantern Inn LLC", "WTH ROO MLS", "1 Lantern Wharf"),
    _business("TOLLAND-FERRY", 106, "Tolland Ferry Co", "WTH CEX", "Pier 2"),
    _business("QUIST-CARPENTRY", 107, "Quist Carpentry LLC", "WTH SUT", "77 Sawpit Road"),
    _business("GULL-AND-ANCHOR", 108, "Gull & Anchor Tavern LLC", "WTH MLS SUT", "5 Quayside", freeze="taxpayer"),
    _business("PENUMBRA-FILING", 109, "Penumbra Filing Co", "CEX", "300 Shade Street", listed=True,
              freeze="third_party"),
    _business("OLD-MILL-TEXTILES", 110, "Old Mill Textiles Inc", "WTH CEX", "19 Old Mill Lane", status="dissolved"),
    _business("MARSH-LANE-POTTERY", 111, "Marsh Lane Pottery LLC", "SUT USE", "2 Marsh Lane"),
    _business("BELLWETHER-QUILL", 112, "Bellwether Quill Tax Partners LLP", "WTH PTE", "1 Countinghouse Square",
              listed=True),
    _individual("DANA-WHITFIELD", 201, "Dana Whitfield", "14 Gorse Hill"),
    _individual("GRACE-ITO", 202, "Grace Ito", "6 Alder Court"),
    _individual("NORA-QUIST", 203, "Nora Quist", "77 Sawpit Road"),
    _individual("MARIA-LOPEZ", 204, "Maria Lopez", "21 Orchard Rise"),
    _individual("WALTER-OSGOOD", 205, "Walter Osgood", "9 Elm Close", status="deceased"),
    CastTaxpayer("ESTATE-OF-CRANE", 206, "fiduciary", "Estate of Edith Crane", "FEIN", "97-1000206", ("FID",),
                 "30 Heron Walk"),
    CastTaxpayer("FELIX-ADEYEMI", 301, "representative", "Felix Adeyemi", "AGENCY", "REP-0301", (),
                 "11 Quayside", listed=True),
)  # fmt: skip

BY_KEY: dict[str, CastTaxpayer] = {taxpayer.key: taxpayer for taxpayer in TAXPAYERS}


def account_number(taxpayer_key: str, code: str) -> str:
    """The number of a cast taxpayer's account. Raises KeyError."""
    return BY_KEY[taxpayer_key].account(code)


def taxpayer_rows() -> Iterator[Row]:
    """Rows of taxpayers.csv."""
    for taxpayer in TAXPAYERS:
        yield (
            taxpayer.key, taxpayer.kind, taxpayer.legal_name, taxpayer.id_type, taxpayer.id_number, taxpayer.address,
            "", taxpayer.town, STATE, taxpayer.postal_code, "yes" if taxpayer.listed else "no", taxpayer.status,
            taxpayer.freeze,
        )  # fmt: skip


def account_rows(today: date) -> Iterator[Row]:
    """Rows of accounts.csv; the ferry's corporate excise is closed."""
    for taxpayer in TAXPAYERS:
        opened = today - timedelta(days=1_200 + taxpayer.number)
        for code in taxpayer.account_types:
            closed = today - timedelta(days=90) if (taxpayer.key, code) == ("TOLLAND-FERRY", "CEX") else ""
            yield taxpayer.account(code), taxpayer.key, code, opened, closed


def proof_rows(today: date) -> Iterator[Row]:
    """Rows of proofs.csv: one of each kind for every taxpayer, but a representative has filed and paid nothing."""
    month = (today.replace(day=1) - timedelta(days=40)).strftime("%B %Y")
    for taxpayer in TAXPAYERS:
        mailed, until = today - timedelta(days=20), today + timedelta(days=70)
        yield taxpayer.key, "letter_id", f"The letter of {mailed}", taxpayer.letter_id, until
        if taxpayer.account_types:
            figure, paid = 48_000 + taxpayer.number * 13, 310 + taxpayer.number
            yield taxpayer.key, "return_figure", f"Line 7 of the return for {month}", f"{figure}.00", until
            yield taxpayer.key, "payment", f"The payment of {month}", f"{paid}.25", until
