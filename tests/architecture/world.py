"""The cast with one request for third-party access that waits: what the examples of the route table speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from countersign.access.models import Portfolio, PortfolioHolder, PortfolioSource, SecurityGroup
from countersign.config.routes import ROUTES, Route
from countersign.leaving.models import SuccessorOffer
from countersign.logons.models import Authenticator, KnownDevice, Logon, Passkey
from countersign.logons.second_factors.encryption import encrypt
from countersign.policy.rights import Rights
from countersign.registration.operations.requests import open_request
from countersign.secondary_logons.kinds import LOST_FACTORS
from countersign.secondary_logons.models import LogonFile
from countersign.secondary_logons.operations.refining import keep_refinements
from countersign.secondary_logons.queries.logon_files import kept_rows
from countersign.security_groups.operations import keep_file
from countersign.submissions.confirmation_numbers import new_confirmation_number
from countersign.submissions.operations import open_submission
from countersign.taxpayers.models import Account, AccountType, Taxpayer
from countersign.third_party_access.operations.request_access import Asked, request_access
from countersign.third_party_access.operations.request_many import keep_requests
from tests.cast import PEOPLE, TAXPAYER, username

NO_KEY = 9_000_000_000_000_000_000


class World:
    """Keys by name, and clients by person. ``keys`` grows with what the examples of new addresses need."""

    def __init__(self, now: datetime) -> None:
        self.keys: dict[str, object] = {f"@{key}": pk for key, pk in Taxpayer.objects.values_list("key", "pk")} | {
            f"@{number}": pk for number, pk in Account.objects.values_list("number", "pk")
        }
        self.keys |= {f"@{person.key}": Logon.objects.get(username=person.username).pk for person in PEOPLE}
        bakery = TAXPAYER["HARBOR-BAKERY"]
        request = request_access(
            actor=Logon.objects.get(username=username("maria")),
            third_party=Taxpayer.objects.get(key="LOPEZ-CPA").pk,
            asked=Asked(
                id_type=bakery.id_type,
                id_number=bakery.id_number,
                legal_name=bakery.legal_name,
                rights={AccountType.objects.get(code="MLS").pk: Rights.VIEW_ONLY},
                begins_on=timezone.localdate(now),
            ),
            now=now,
        )
        self.keys |= {"@request": request.pk, "@submission": request.confirmation_number}
        dana = Logon.objects.get(username=username("dana"))
        self.keys["@passkey"] = Passkey.objects.create(logon=dana, credential_id=b"dana", credential_data=b"-").pk
        self.keys["@device"] = KnownDevice.objects.create(logon=dana, token_hash=b"d" * 32, description="Firefox").pk
        secret = encrypt(b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        Authenticator.objects.create(logon=dana, secret_encrypted=secret.text, key_id=secret.key_id)
        retail = SecurityGroup.objects.get(
            name="Retail clients", portfolio__holders__holder__username=username("maria")
        )
        self.keys |= {"@portfolio": retail.portfolio_id, "@security_group": retail.pk}
        self.keys["@victor"] = Logon.objects.get(username=username("victor")).pk
        kept = keep_file(
            actor=Logon.objects.get(username=username("maria")),
            portfolio=retail.portfolio_id,
            content=b"Customer,Security group\nHarbor Bakery LLC,Firm\nNobody,Firm\n",
            now=now,
        )
        self.keys["@placement_file"] = kept.pk
        self.keys["@logon_file"] = LogonFile.objects.create(
            portfolio=retail.portfolio,
            uploaded_by=Logon.objects.get(username=username("maria")),
            rows=kept_rows(
                b"username,first_name,last_name,email,access_type,default_rights\nnoor.new,N,H,n@x.example,TA,View Only"
            ),
        ).pk
        self.keys["@refinement_file"] = keep_refinements(
            actor=Logon.objects.get(username=username("maria")),
            portfolio=retail.portfolio_id,
            content=f"Username,Customer,Access Rights\n{username('joel')},Harbor Bakery LLC,No Access\n".encode(),
            now=now,
        ).pk
        self.keys["@request_file"] = keep_requests(
            actor=Logon.objects.get(username=username("maria")),
            third_party=Taxpayer.objects.get(key="LOPEZ-CPA").pk,
            content=b"ID type,ID number,Legal name,Account types and rights\nSSN,000-00-0001,Nobody,MLS: View Only\n",
            now=now,
        ).pk
        bakery_row = Taxpayer.objects.get(key="HARBOR-BAKERY")
        with transaction.atomic():
            asked = open_request(
                logon=Logon.objects.get(username=username("felix")), taxpayer=bakery_row, proved_by="letter_id", now=now
            )
        self.keys["@request_for_access"] = asked.pk
        self.keys["@offer"] = SuccessorOffer.objects.create(
            taxpayer=bakery_row,
            offered_to=dana,
            offered_by=Logon.objects.get(username=username("felix")),
            confirmation_number=request.confirmation_number,
            expires_at=now + timedelta(days=14),
        ).pk
        open_submission(kind=LOST_FACTORS, actor=Logon.objects.get(username=username("joel")), now=now)
        parked = Portfolio.objects.create()
        PortfolioHolder.objects.create(
            portfolio=parked,
            holder=Logon.objects.get(username=username("felix")),
            begins_at=now - timedelta(days=9),
            ended_at=now,
        )
        lopez = Taxpayer.objects.get(key="LOPEZ-CPA")
        PortfolioSource.objects.create(portfolio=parked, taxpayer=lopez, begins_at=now - timedelta(days=9))
        self.keys["@parked"] = parked.pk
        self.keys["@account"] = self.keys["@" + bakery.account("WTH")]

    def address(self, name: str, **instead: object) -> str:
        """The address of the route's example; ``instead`` replaces parts of it."""
        example = {part: self.key(value) for part, value in ROUTES[name].example.items()}
        return reverse(name, kwargs={**example, **instead})

    def key(self, value: object) -> object:
        """What an example's ``@name`` stands for; anything else is itself."""
        return self.keys[value] if isinstance(value, str) and value.startswith("@") else value

    def nowhere(self, name: str) -> str | None:
        """The same address for things that nobody has; None where the example names nothing."""
        example = ROUTES[name].example
        made: dict[str, object] = {}
        for part, value in example.items():
            known = isinstance(value, str) and value.startswith("@")
            if known:
                made[part] = new_confirmation_number() if isinstance(self.key(value), str) else NO_KEY
        return self.address(name, **made) if made else None


def client_of(person: str) -> Client:
    """A client signed in as somebody of the cast."""
    client = Client()
    client.force_login(Logon.objects.get(username=username(person)))
    return client


def active_people() -> list[str]:
    """Keys of those of the cast who may sign in."""
    return [person.key for person in PEOPLE if person.status == "active"]


def every_address(patterns: Iterable[URLPattern | URLResolver] | None = None, space: str = "") -> Iterator[str]:
    """The name of every address that the site answers to; one without a name as its pattern."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from every_address(entry.url_patterns, inner)
        else:
            yield f"{space}{entry.name}" if entry.name else f"unnamed: {entry.pattern}"


def routes() -> list[tuple[str, Route]]:
    """The route table, for parametrized tests."""
    return sorted(ROUTES.items())
