"""Coming in, in threads on a real PostgreSQL: each ends in success or in one of the expected errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction

from countersign.access.models import TaxpayerAccess
from countersign.access.operations.customers import differences
from countersign.logons.limiter import Locked
from countersign.logons.links import LinkVoid
from countersign.logons.models import Logon
from countersign.mail.models import OutboxMail
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.rights import AccessType, Rights
from countersign.registration.models import Registration, RequestForAccess
from countersign.registration.operations.admit import admit
from countersign.registration.operations.decide import decline, let_in, withdraw
from countersign.registration.operations.email import confirm_by_digits, confirm_by_link, send_confirmation
from countersign.registration.operations.finish import create_logon, name_logon
from countersign.registration.operations.prove import prove
from countersign.registration.operations.waiting import end_waiting_in_time, enter_code
from countersign.taxpayers.models import Proof
from tests.registration.test_entry import code_of_letter
from tests.registration.test_way_in import PASSWORD, digits_in, link_in
from tests.registration.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield build_world()


def at_once(*calls: Callable[[], object]) -> Sequence[str]:
    """Run all at the same moment; how each ended, in order."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        try:
            barrier.wait(timeout=20)
            call()
            return "done"
        except (Stale, Refused, Invalid, LinkVoid, Locked) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def entering(world: World, logon: Logon, registration: Registration) -> Callable[[], object]:
    @transaction.atomic
    def enter() -> object:
        return admit(logon=logon, registration=registration, dispute=False, now=world.now)

    return enter


@pytest.mark.parametrize("second", ["return_figure", "payment"])
def test_two_prove_the_same_first_at_once_and_one_becomes_it(world: World, second: str) -> None:
    """Whichever comes first: one full Master Administrator in the end, and a request that it decides."""
    ada, bob = world.logon("ada"), world.logon("bob")
    calls = [entering(world, ada, world.proved()), entering(world, bob, world.proved(second))]
    assert list(at_once(*calls)) == ["done", "done"]
    live = TaxpayerAccess.objects.filter(ended_at__isnull=True, access_type="MA")
    assert live.filter(provisional=False).count() == 1
    assert live.get(provisional=False).logon == ada
    assert RequestForAccess.objects.get(state="pending").requested_by == bob
    assert differences() == 0


def test_two_with_letter_ids_at_once_one_is_master_the_other_asks(world: World) -> None:
    world.another_proof("letter_id", "L7300000099")
    other = prove(
        registration=world.registration(), claim=world.claim(value="L7300000099"), source="192.0.2.1", now=world.now
    )
    people = [world.logon(name) for name in ("ada", "bob")]
    ended = at_once(entering(world, people[0], world.proved()), entering(world, people[1], other))
    assert list(ended) == ["done", "done"]
    assert TaxpayerAccess.objects.filter(ended_at__isnull=True, access_type="MA", provisional=False).count() == 1
    assert RequestForAccess.objects.count() == 1


def test_of_twenty_uses_of_one_proof_one_succeeds(world: World) -> None:
    calls = [entering(world, world.logon(f"p{number}"), world.proved()) for number in range(20)]
    assert Counter(at_once(*calls)) == {"done": 1, "Stale": 19}
    assert Proof.objects.filter(used_at__isnull=False).count() == 1


def confirmable(world: World) -> tuple[Registration, str, str]:
    registration = world.proved()
    send_confirmation(registration=registration, email="ada@mail.example", now=world.now)
    text = OutboxMail.objects.order_by("-pk")[0].text
    return registration, link_in(text).split("/")[-2], digits_in(text)


def test_of_twenty_parallel_uses_of_one_link_one_succeeds(world: World) -> None:
    registration, token, _digits = confirmable(world)
    ended = at_once(*[lambda: confirm_by_link(registration=registration, token=token, now=world.now)] * 20)
    assert Counter(ended) == {"done": 1, "LinkVoid": 19}


def test_of_twenty_parallel_digits_one_succeeds_and_no_more_than_five_are_compared(world: World) -> None:
    registration, _token, digits = confirmable(world)
    ended = Counter(at_once(*[lambda: confirm_by_digits(registration=registration, digits=digits, now=world.now)] * 20))
    assert ended["done"] == 1
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    registration, _token, _digits = confirmable(world)
    registration.refresh_from_db()
    ended = Counter(at_once(*[lambda: confirm_by_digits(registration=registration, digits=wrong, now=world.now)] * 20))
    assert ended == {"Invalid": 5, "Locked": 15}


def test_digits_confirm_the_address_that_they_were_sent_to_and_no_other(world: World) -> None:
    """Another address is given between the reading of the registration and the comparing of the digits."""
    registration, _token, digits = confirmable(world)
    registration.refresh_from_db()
    elsewhere = Registration.objects.get(pk=registration.pk)
    send_confirmation(registration=elsewhere, email="somebody.else@mail.example", now=world.now)
    with pytest.raises(Invalid):
        confirm_by_digits(registration=registration, digits=digits, now=world.now)
    assert Registration.objects.get(pk=registration.pk).email_confirmed_at is None


def test_a_link_against_another_address_waits_in_no_circle(world: World) -> None:
    """The link of the mail before and another address at once: whichever comes first, none is confirmed unasked."""
    for number in range(10):
        registration, token, _digits = confirmable(world)
        again = Registration.objects.get(pk=registration.pk)
        other = f"other{number}@mail.example"
        ended = at_once(
            partial(confirm_by_link, registration=registration, token=token, now=world.now),
            partial(send_confirmation, registration=again, email=other, now=world.now),
        )
        assert set(ended) <= {"done", "LinkVoid"}
        registration.refresh_from_db()
        assert registration.email_confirmed_at is None or registration.email != other


def test_a_double_submit_of_the_last_page_makes_one_logon(world: World) -> None:
    registration, token, _digits = confirmable(world)
    confirm_by_link(registration=registration, token=token, now=world.now)
    name_logon(registration=registration, first_name="A", last_name="M", username="ada.moss", now=world.now)
    ended = at_once(
        *[lambda: create_logon(registration=registration, password=PASSWORD, dispute=False, source="s", now=world.now)]
        * 4
    )
    assert Counter(ended)["done"] == 1
    assert Logon.objects.filter(username="ada.moss").count() == 1


def test_no_number_of_parallel_proofs_gets_past_the_limit_of_the_day(world: World) -> None:
    registration = world.registration()
    wrong = world.claim(kind="payment", value="1.00")
    ended = Counter(
        at_once(*[lambda: prove(registration=registration, claim=wrong, source="192.0.2.9", now=world.now)] * 14)
    )
    assert ended == {"Invalid": 5, "Locked": 9}


def test_letting_in_against_declining_against_withdrawing(world: World) -> None:
    olive = world.logon("olive", access="MA")
    for number in range(5):
        ada = world.logon(f"ada{number}")
        value = f"L73000001{number:02d}"
        world.another_proof("letter_id", value)
        registration = prove(
            registration=world.registration(), claim=world.claim(value=value), source="192.0.2.7", now=world.now
        )
        with transaction.atomic():
            entered = admit(logon=ada, registration=registration, dispute=False, now=world.now)
        request = RequestForAccess.objects.get(confirmation_number=entered.number)
        ended = at_once(
            lambda pk=request.pk: let_in(  # type: ignore[misc]
                actor=olive,
                taxpayer=world.pottery.pk,
                request=pk,
                access_type=AccessType.TAX_ADMINISTRATOR,
                rights={world.accounts[0].pk: Rights.VIEW_ONLY},
                now=world.now,
            ),
            lambda pk=request.pk: decline(  # type: ignore[misc]
                actor=olive, taxpayer=world.pottery.pk, request=pk, now=world.now
            ),
            lambda pk=request.pk, who=ada: withdraw(actor=who, request=pk, now=world.now),  # type: ignore[misc]
        )
        assert Counter(ended) == {"done": 1, "Stale": 2}
        assert (world.access_of(ada) is not None) == (ended[0] == "done")


def test_the_code_against_time_makes_full_once(world: World) -> None:
    ada = world.logon("ada")
    world.enter(ada, "payment")
    code, later = code_of_letter(), world.later(days=10)
    ended = at_once(
        lambda: enter_code(actor=ada, taxpayer=world.pottery.pk, code=code, source="s", now=later),
        *[lambda: end_waiting_in_time(now=later)] * 3,
    )
    assert set(ended) <= {"done", "Stale"}
    assert TaxpayerAccess.objects.filter(logon=ada, ended_at__isnull=True, provisional=False).count() == 1
    assert TaxpayerAccess.objects.filter(logon=ada).count() == 2
