"""A small world for third-party access: a bakery, its accountant, and people around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from countersign.access.models import AccountRights, LogonStanding, TaxpayerAccess
from countersign.access.operations.grants import begin_grants
from countersign.access.operations.standing import begin_condition
from countersign.logons.models import Logon
from countersign.policy.facts import Condition
from countersign.policy.rights import Rights
from countersign.taxpayers.identifiers import folded_name, id_number_hash, normal_id_number
from countersign.taxpayers.models import Account, AccountType, Taxpayer
from countersign.third_party_access.models import AccessRequest
from countersign.third_party_access.operations import request_access
from countersign.third_party_access.operations.request_access import Asked
from countersign.third_party_access.queries.periods import day_of
from countersign.third_party_access.queries.requests import request_to

BAKERY_FEIN = "12-3456789"
LOPEZ_FEIN = "98-7654321"
PERSON_SSN = "123-45-6789"


@dataclass
class World:
    """Keys and rows by name. ``now`` is the moment of everything, unless a test moves it."""

    now: datetime
    withholding: AccountType
    sales: AccountType
    bakery: Taxpayer
    lopez: Taxpayer
    person: Taxpayer
    accounts: dict[str, Account]
    logons: dict[str, Logon] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Logon:
        try:
            return self.__dict__["logons"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def today(self) -> date:
        return day_of(self.now)

    def later(self, **units: float) -> datetime:
        return self.now + timedelta(**units)

    def logon(self, name: str, **of: str) -> Logon:
        """A new logon; ``of`` names taxpayers: ``bakery="MA"``."""
        logon = Logon.objects.create(
            username=f"{name}-logon",
            first_name=name.title(),
            last_name="Person",
            email=f"{name}@mail.example",
            email_confirmed=True,
        )
        LogonStanding.objects.create(logon=logon, status="active", begins_at=self.now - timedelta(days=9))
        for taxpayer, access_type in of.items():
            self.access(logon, getattr(self, taxpayer), access_type)
        self.logons[name] = logon
        return logon

    def access(self, logon: Logon, taxpayer: Taxpayer, access_type: str, **more: bool) -> TaxpayerAccess:
        return TaxpayerAccess.objects.create(
            logon=logon,
            taxpayer=taxpayer,
            access_type=access_type,
            begins_at=self.now - timedelta(days=9),
            **more,
        )

    def asked(self, **changes: object) -> Asked:
        fields: dict[str, object] = {
            "id_type": "FEIN",
            "id_number": BAKERY_FEIN,
            "legal_name": "harbor bakery, inc.",
            "rights": {self.withholding.pk: Rights.FILE_AND_PAY, self.sales.pk: Rights.VIEW_ONLY},
            "begins_on": self.today,
            "ends_on": None,
            "message": "Your year-end filings",
        }
        return Asked(**{**fields, **changes})  # type: ignore[arg-type]

    def request(self, *, actor: Logon | None = None, now: datetime | None = None, **changes: object) -> AccessRequest:
        return request_access(
            actor=actor or self.luis, third_party=self.lopez.pk, asked=self.asked(**changes), now=now or self.now
        )

    def version(self, request: AccessRequest, *, actor: Logon | None = None, now: datetime | None = None) -> str:
        return request_to(actor or self.dana, taxpayer=self.bakery.pk, request=request.pk, at=now or self.now).version

    @transaction.atomic
    def grant(
        self, rights: Rights, *accounts: str, begins_at: datetime | None = None, ends_at: datetime | None = None
    ) -> None:
        begin_grants(
            third_party=self.lopez.pk,
            rights={self.accounts[name].pk: rights for name in accounts},
            begins_at=begins_at or self.now,
            ends_at=ends_at,
            submission="",
            now=self.now,
        )

    @transaction.atomic
    def freeze(self, taxpayer: Taxpayer, condition: Condition) -> None:
        begin_condition(taxpayer=taxpayer, condition=condition, submission="", now=self.now)


def taxpayer(key: str, kind: str, name: str, id_type: str, number: str) -> Taxpayer:
    plain = normal_id_number(id_type, number)
    assert plain is not None
    return Taxpayer.objects.create(
        key=key,
        kind=kind,
        legal_name=name,
        name_folded=folded_name(name),
        id_type=id_type,
        id_number_hash=id_number_hash(id_type, plain),
        id_number_last4=plain[-4:],
    )


def build_world(now: datetime | None = None) -> World:
    """Harbor Bakery LLC (MA dana and olive, TA tess), Lopez CPA (MA luis), a person with one account (MA pat)."""
    moment = now or timezone.now()
    withholding = AccountType.objects.create(code="WTH", name="Withholding")
    sales = AccountType.objects.create(code="SLS", name="Sales and use")
    bakery = taxpayer("T1", "business", "Harbor Bakery LLC", "FEIN", BAKERY_FEIN)
    lopez = taxpayer("T2", "business", "Lopez CPA PC", "FEIN", LOPEZ_FEIN)
    person = taxpayer("T3", "individual", "Pat Q. Doe", "SSN", PERSON_SSN)
    accounts = {
        name: Account.objects.create(number=name, taxpayer=owner, account_type=of_type, closed_on=closed_on)
        for name, owner, of_type, closed_on in (
            ("WTH-1", bakery, withholding, None),
            ("WTH-2", bakery, withholding, date(2020, 1, 1)),
            ("SLS-1", bakery, sales, None),
            ("SLS-9", person, sales, None),
        )
    }
    world = World(moment, withholding, sales, bakery, lopez, person, accounts)
    world.logon("dana", bakery="MA")
    world.logon("olive", bakery="MA")
    tess = world.logon("tess", bakery="TA")
    AccountRights.objects.create(logon=tess, account=accounts["WTH-1"], rights=1, begins_at=moment - timedelta(days=9))
    world.logon("luis", lopez="MA")
    world.logon("lena", lopez="MA")
    world.logon("pat", person="MA")
    world.logon("stranger")
    return world
