"""A small world for registration: a pottery that nobody administers yet, with one proof of each kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from countersign.access.models import AccountRights, LogonStanding, TaxpayerAccess
from countersign.logons.models import Logon
from countersign.registration.models import Door, Registration
from countersign.registration.operations.admit import Entered, admit
from countersign.registration.operations.begin import begin_registration
from countersign.registration.operations.prove import Claim, prove
from countersign.taxpayers.identifiers import folded_name, id_number_hash
from countersign.taxpayers.models import Account, AccountType, Proof, ProofKind, Taxpayer
from countersign.taxpayers.proofs import normal_proof, proof_hash

FEIN, SSN = "12-3450001", "123-45-0002"
LETTER, FIGURE, PAYMENT = "L7300000001", "48000.00", "311.25"
VALUES = {ProofKind.LETTER_ID: LETTER, ProofKind.RETURN_FIGURE: FIGURE, ProofKind.PAYMENT: PAYMENT}


@dataclass
class World:
    """Rows by name. ``now`` is the moment of everything, unless a test moves it."""

    now: datetime
    pottery: Taxpayer
    person: Taxpayer
    accounts: list[Account]
    logons: dict[str, Logon] = field(default_factory=dict)

    def later(self, **units: float) -> datetime:
        return self.now + timedelta(**units)

    def logon(self, name: str, *, access: str = "", provisional: bool = False, of: Taxpayer | None = None) -> Logon:
        logon = Logon.objects.create(
            username=f"{name}-logon",
            first_name=name.title(),
            last_name="Person",
            email=f"{name}@mail.example",
            email_confirmed=True,
        )
        LogonStanding.objects.create(logon=logon, status="active", begins_at=self.later(days=-9))
        if access:
            TaxpayerAccess.objects.create(
                logon=logon,
                taxpayer=of or self.pottery,
                access_type=access,
                provisional=provisional,
                begins_at=self.later(days=-9),
            )
        self.logons[name] = logon
        return logon

    def claim(self, **changes: str) -> Claim:
        fields = {
            "id_type": "FEIN",
            "id_number": FEIN,
            "legal_name": "marsh lane pottery, inc",
            "kind": "letter_id",
            "value": "l730-000-0001",
        }
        return Claim(**{**fields, **changes})

    def registration(self, door: Door = Door.BUSINESS, *, source: str = "198.51.100.1") -> Registration:
        return begin_registration(door=door, language="en", source=source, now=self.now)

    def proved(self, kind: str = "letter_id", **changes: str) -> Registration:
        claim = self.claim(kind=kind, value=VALUES[ProofKind(kind)], **changes)
        return prove(registration=self.registration(), claim=claim, source="198.51.100.1", now=self.now)

    def another_proof(self, kind: str, value: str) -> Proof:
        normal = normal_proof(kind, value)
        assert normal is not None
        return Proof.objects.create(
            taxpayer=self.pottery, kind=kind, label=f"another {value}", value_hash=proof_hash(kind, normal)
        )

    @transaction.atomic
    def enter(self, logon: Logon, kind: str = "letter_id", *, dispute: bool = False) -> Entered:
        return admit(logon=logon, registration=self.proved(kind), dispute=dispute, now=self.now)

    def access_of(self, logon: Logon) -> TaxpayerAccess | None:
        return TaxpayerAccess.objects.filter(logon=logon, ended_at__isnull=True).first()

    def rights_of(self, logon: Logon) -> dict[str, int]:
        rows = AccountRights.objects.filter(logon=logon, ended_at__isnull=True)
        return dict(rows.values_list("account__number", "rights"))


def build_world() -> World:
    now = timezone.now()
    kinds = [AccountType.objects.create(code=code, name=code) for code in ("WTH", "SUT")]
    pottery = _taxpayer("POTTERY", "business", "Marsh Lane Pottery LLC", "FEIN", FEIN)
    person = _taxpayer("PERSON", "individual", "Ada Moss", "SSN", SSN)
    accounts = [Account.objects.create(number=f"{kind.code}-1", taxpayer=pottery, account_type=kind) for kind in kinds]
    for kind, value in VALUES.items():
        normal = normal_proof(kind, value)
        assert normal is not None
        Proof.objects.create(taxpayer=pottery, kind=kind, label="One", value_hash=proof_hash(kind, normal))
    return World(now, pottery, person, accounts)


def _taxpayer(key: str, kind: str, name: str, id_type: str, number: str) -> Taxpayer:
    plain = number.replace("-", "")
    return Taxpayer.objects.create(
        key=key,
        kind=kind,
        legal_name=name,
        name_folded=folded_name(name),
        id_type=id_type,
        id_number_hash=id_number_hash(id_type, plain),
        id_number_last4=plain[-4:],
    )
