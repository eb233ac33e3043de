"""The named cast: who is who in the demo, in tests and in the documentation. The agency and everyone are invented.

Taxpayers and their accounts stand in :mod:`countersign.demo.cast_register`, who may do what in
:mod:`countersign.demo.cast_access`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache

AGENCY_NAME = "Keystone Bay Department of Revenue"
AGENCY_PHONE = "(555) 555-0142"
STATE = "KB"
# One for all, because this is a stage; as long as SPEC 3 asks for where there is no second factor.
PASSWORD = "harbor lanterns glow at dusk"
_SALT_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class SignIn:
    """One line of the table that ``bin/demo`` prints."""

    username: str
    password: str
    who: str
    key: str = ""
    name: str = ""
    see: str = ""


@dataclass(frozen=True)
class Person:
    """One person of the cast and the logon that belongs to it.

    ``see`` says what there is to see with it. A person with a ``parent`` (key) has a secondary logon;
    ``account_types`` are codes, empty for all.
    """

    key: str
    first_name: str
    last_name: str
    username: str
    see: str = ""
    email: str = ""
    status: str = "active"
    parent: str = ""
    access_type: str = ""
    default_rights: str = ""
    account_types: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def address(self) -> str:
        """The e-mail address."""
        return self.email or f"{self.username}@mail.example"


def _firm(key: str, first: str, last: str, see: str, access_type: str, rights: str, **more: object) -> Person:
    """A secondary logon of Maria Lopez."""
    username = f"{key}.lopezcpa"
    facts: dict[str, object] = {"parent": "maria", "email": f"{key}@lopezcpa.example", **more}
    return Person(key, first, last, username, see, access_type=access_type, default_rights=rights, **facts)  # type: ignore[arg-type]


PEOPLE: tuple[Person, ...] = (
    Person("dana", "Dana", "Whitfield", "dana.whitfield",
           "Master Administrator of Harbor Bakery LLC: decides who acts for it, and ends it",
           "dana@harborbakery.example"),
    Person("maria", "Maria", "Lopez", "maria.lopez",
           "Master Administrator of Lopez CPA PC: asks for access, manages the firm's secondary logons and groups",
           "maria@lopezcpa.example"),
    Person("tom", "Tom", "Beck", "tom.beck",
           "Tax Administrator of Harbor Bakery LLC: View Only on sales tax, File and Pay on withholding",
           "tom@harborbakery.example"),
    Person("omar", "Omar", "Haddad", "omar.haddad",
           "the second Master Administrator of Harbor Bakery LLC", "omar@harborbakery.example"),
    Person("ines", "Inês", "Carvalho", "ines.carvalho",
           "a bookkeeper: Tax Administrator of two taxpayers, Harbor Bakery LLC and Pell Street Books LLC"),
    Person("grace", "Grace", "Ito", "grace.ito", "an individual with her own income tax and a representative"),
    Person("nora", "Nora", "Quist", "nora.quist",
           "Master Administrator of herself and of Quist Carpentry LLC: income tax is kept from her secondary logon"),
    Person("ben", "Ben", "Quist", "ben.quist", "Nora's secondary logon: the carpentry, and nothing of her own tax",
           parent="nora", access_type="TA", default_rights="FILE_AND_PAY"),
    Person("victor", "Victor", "Lopez", "victor.lopez",
           "the second Master Administrator of Lopez CPA PC, with a portfolio of his own", "victor@lopezcpa.example"),
    Person("hana", "Hana", "Kim", "hana.lopezcpa", "Victor's secondary logon: sees his group, nothing of Maria's",
           "hana@lopezcpa.example", parent="victor", access_type="TA", default_rights="VIEW_ONLY"),
    _firm("kim", "Kim", "Tran", "secondary Master Administrator of the firm: all access within her two groups",
          "MA", ""),
    _firm("joel", "Joel", "Mbeki", "secondary Tax Administrator: File and Pay on retail clients, less on two of them",
          "TA", "FILE_AND_PAY"),
    _firm("ruth", "Ruth", "Adler", "secondary Tax Administrator: View Only on everything in Default", "TA",
          "VIEW_ONLY"),
    _firm("sam", "Sam", "Rivers", "secondary Tax Administrator for withholding and nothing else", "TA", "FILE_AND_PAY",
          account_types=("WTH",)),
    _firm("ana", "Ana", "Muñoz", "secondary Tax Administrator for the firm's own taxes, and for no client", "TA",
          "ALL_ACCESS"),
    _firm("theo", "Théo", "Blanc", "secondary Tax Administrator with No Access, except where a refinement says more",
          "TA", "NO_ACCESS"),
    _firm("pat", "Pat", "Novak", "", "TA", "VIEW_ONLY", status="invited"),
    _firm("lee", "Lee", "Sorensen", "deactivated: cannot get in until Maria reactivates", "TA", "FILE_AND_PAY",
          status="deactivated"),
    Person("priya", "Priya", "Raman", "priya.raman",
           "Master Administrator of a firm with about 1,500 clients: long lists, many groups",
           "priya@bellwetherquill.example"),
    Person("cole", "Cole", "Danner", "cole.danner", "one of that firm's secondary logons, let in to two groups",
           "cole@bellwetherquill.example", parent="priya", access_type="TA", default_rights="FILE_AND_PAY"),
    Person("felix", "Felix", "Adeyemi", "felix.adeyemi",
           "a registered representative without accounts of his own, who acts for Grace Ito"),
    Person("rosa", "Rosa", "Jiménez", "rosa.jimenez",
           "Master Administrator of Gull & Anchor Tavern LLC, which is frozen as taxpayer"),
    Person("igor", "Igor", "Stahl", "igor.stahl",
           "Master Administrator of Penumbra Filing Co, which is frozen as third party: its clients are out of reach"),
    Person("walter", "Walter", "Osgood", "walter.osgood", "the logon of a taxpayer who has died"),
    Person("june", "June", "Osgood", "june.osgood", "his Tax Administrator: paused until a fiduciary is confirmed"),
    Person("elsa", "Elsa", "Varga", "elsa.varga", "Master Administrator of a dissolved business"),
    Person("hugo", "Hugo", "Peña", "hugo.pena", "Master Administrator of Pell Street Books LLC and Lantern Inn LLC"),
)  # fmt: skip

BY_KEY: dict[str, Person] = {person.key: person for person in PEOPLE}


def person(key: str) -> Person:
    """The person of this key. Raises KeyError."""
    return BY_KEY[key]


def username(key: str) -> str:
    """The username of the person of this key. Raises KeyError."""
    return BY_KEY[key].username


def sign_in_table() -> tuple[SignIn, ...]:
    """The demo's logons in the order in which a newcomer meets them."""
    return tuple(
        SignIn(person.username, PASSWORD, f"{person.name}: {person.see}", person.key, person.name, person.see)
        for person in PEOPLE
        if person.see
    )


@cache
def password_hash(person: Person) -> str:
    """Argon2id of the demo's password as Django writes it; none for who is still invited.

    The salt comes from the username, so that the same world is the same file; and whoever writes it many times pays
    for the hashes once.
    """
    if person.status == "invited":
        return ""
    from countersign.logons.hashers import Argon2Hasher

    digest = hashlib.sha256(f"demo {person.username}".encode()).digest()
    salt = "".join(_SALT_ALPHABET[byte % len(_SALT_ALPHABET)] for byte in digest[:26])
    encoded: str = Argon2Hasher().encode(PASSWORD, salt)
    return encoded
