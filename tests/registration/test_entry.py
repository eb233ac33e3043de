"""What a person who proved the right to act becomes; requests for access; how waiting ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from countersign.access.models import SecondaryLogon, TaxpayerAccess
from countersign.access.operations.customers import differences
from countersign.access.operations.own import begin_access, end_access
from countersign.access.operations.portfolios import ensure_portfolio
from countersign.access.operations.standing import begin_condition
from countersign.access.queries.decisions import check
from countersign.events.models import Entry
from countersign.letters.models import Letter
from countersign.letters.operations import mark_printed
from countersign.logons.limiter import Locked
from countersign.mail.models import OutboxMail
from countersign.policy.entry import Outcome
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Condition
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights
from countersign.registration.models import Dispute, RequestForAccess, RequestState
from countersign.registration.operations.decide import (
    decline,
    end_requests_of,
    expire_requests_for_access,
    let_in,
    withdraw,
)
from countersign.registration.operations.waiting import end_waiting_in_time, enter_code
from countersign.submissions.models import Submission
from countersign.taxpayers.models import Proof
from tests.registration.world import World

SOURCE = "198.51.100.1"
MA, TA = AccessType.MASTER_ADMINISTRATOR, AccessType.TAX_ADMINISTRATOR


def code_of_letter() -> str:
    found = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", Letter.objects.order_by("-pk")[0].body)
    assert found is not None
    return found[0]


def asked(world: World) -> RequestForAccess:
    """Olive administers the pottery; Ada proved and asks."""
    world.logon("olive", access="MA")
    entered = world.enter(world.logon("ada"))
    return RequestForAccess.objects.get(confirmation_number=entered.number)


def let(world: World, request: RequestForAccess, access_type: AccessType = TA, **more: object) -> RequestForAccess:
    fields: dict[str, object] = {
        "actor": world.logons["olive"],
        "taxpayer": world.pottery.pk,
        "request": request.pk,
        "access_type": access_type,
        "rights": {world.accounts[0].pk: Rights.VIEW_ONLY},
        "now": world.now,
    }
    return let_in(**{**fields, **more})  # type: ignore[arg-type]


def test_the_first_with_a_mailed_letter_id_is_full(world: World) -> None:
    ada = world.logon("ada")
    assert world.enter(ada).outcome is Outcome.FULL
    access = world.access_of(ada)
    assert access is not None and not access.provisional
    assert Submission.objects.get().confirmation_number == access.begun_by
    assert Entry.objects.get(name="BecameMasterAdministrator").submission == access.begun_by
    assert OutboxMail.objects.get().to == "ada@mail.example"


@pytest.mark.parametrize("kind", ["return_figure", "payment"])
def test_the_first_with_anything_else_is_provisional_with_file_and_pay(world: World, kind: str) -> None:
    ada = world.logon("ada")
    assert world.enter(ada, kind).outcome is Outcome.PROVISIONAL
    assert check(ada.username, "file", "WTH-1").allowed and check(ada.username, "pay", "SUT-1").allowed
    assert not check(ada.username, "maintain", "WTH-1").allowed
    assert not check(ada.username, "administer", "WTH-1").allowed
    assert Letter.objects.get().taxpayer == world.pottery


def test_the_letters_code_ends_the_waiting_once(world: World) -> None:
    ada = world.logon("ada")
    world.enter(ada, "payment")
    code = code_of_letter()
    number = enter_code(actor=ada, taxpayer=world.pottery.pk, code=code, source=SOURCE, now=world.now)
    access = world.access_of(ada)
    assert access is not None and not access.provisional and access.begun_by == number
    ended = TaxpayerAccess.objects.get(logon=ada, ended_at__isnull=False)
    assert ended.provisional and ended.ended_by == number
    assert Entry.objects.get(name="WaitingEnded").body["why"] == "letter_code"
    with pytest.raises(Stale):
        enter_code(actor=ada, taxpayer=world.pottery.pk, code=code, source=SOURCE, now=world.now)


def test_wrong_codes_are_tried_five_times_and_strangers_see_nothing(world: World) -> None:
    ada, eve = world.logon("ada"), world.logon("eve")
    world.enter(ada, "payment")
    code = code_of_letter()
    with pytest.raises(Refused) as refused:
        enter_code(actor=eve, taxpayer=world.pottery.pk, code=code, source=SOURCE, now=world.now)
    assert refused.value.hidden
    for _ in range(5):
        with pytest.raises(Invalid):
            enter_code(actor=ada, taxpayer=world.pottery.pk, code="AAAAA-AAAAA", source=SOURCE, now=world.now)
    with pytest.raises(Locked):
        enter_code(actor=ada, taxpayer=world.pottery.pk, code=code, source=SOURCE, now=world.now)


def test_a_code_opens_nothing_where_the_taxpayer_is_frozen(world: World) -> None:
    ada = world.logon("ada")
    world.enter(ada, "payment")
    begin_condition(taxpayer=world.pottery, condition=Condition.FROZEN_AS_TAXPAYER, submission="", now=world.now)
    with pytest.raises(Refused):
        enter_code(actor=ada, taxpayer=world.pottery.pk, code=code_of_letter(), source=SOURCE, now=world.now)
    assert not Proof.objects.filter(used_at__isnull=False, label__startswith="Letter").exists()


def test_after_ten_days_the_waiting_is_over_by_itself(world: World) -> None:
    ada = world.logon("ada")
    world.enter(ada, "payment")
    assert end_waiting_in_time(now=world.later(days=10, seconds=-1)) == 0
    assert end_waiting_in_time(now=world.later(days=10)) == 1
    assert end_waiting_in_time(now=world.later(days=11)) == 0
    access = world.access_of(ada)
    assert access is not None and not access.provisional


def test_time_never_makes_full_where_frozen_disputed_or_another_decides(world: World) -> None:
    ada = world.logon("ada")
    world.enter(ada, "payment")
    later = world.later(days=12)
    dispute = Dispute.objects.create(confirmation_number="X", taxpayer=world.pottery, opened_by=world.logon("eve"))
    assert end_waiting_in_time(now=later) == 0
    Dispute.objects.filter(pk=dispute.pk).update(closed_at=world.now)
    with transaction.atomic():
        begin_condition(taxpayer=world.pottery, condition=Condition.FROZEN_AS_TAXPAYER, submission="", now=world.now)
        assert end_waiting_in_time(now=later) == 0
        transaction.set_rollback(True)
    world.logon("olive", access="MA")
    assert end_waiting_in_time(now=later) == 0


def test_a_letter_id_is_stronger_than_a_provisional_one_which_then_has_to_ask(world: World) -> None:
    eve, ada = world.logon("eve"), world.logon("ada")
    world.enter(eve, "payment")
    assert world.enter(ada).outcome is Outcome.FULL
    request = RequestForAccess.objects.get(requested_by=eve)
    assert check(eve.username, "file", "WTH-1").allowed, "until the full one decides"
    decline(actor=ada, taxpayer=world.pottery.pk, request=request.pk, now=world.now)
    assert world.access_of(eve) is None
    assert not check(eve.username, "view", "WTH-1").allowed


def test_the_letter_to_the_owner_lets_the_owner_in(world: World) -> None:
    eve, ada = world.logon("eve"), world.logon("ada")
    world.enter(eve, "payment")
    code = code_of_letter()
    Proof.objects.filter(kind="letter_id", label="One").update(used_at=world.now)
    from countersign.registration.operations.admit import admit
    from countersign.registration.operations.prove import prove

    registration = prove(registration=world.registration(), claim=world.claim(value=code), source=SOURCE, now=world.now)
    with transaction.atomic():
        assert admit(logon=ada, registration=registration, dispute=False, now=world.now).outcome is Outcome.FULL


def test_of_two_without_a_letter_the_second_asks(world: World) -> None:
    world.enter(world.logon("ada"), "payment")
    bob = world.logon("bob")
    assert world.enter(bob, "return_figure").outcome is Outcome.REQUEST
    assert world.access_of(bob) is None


def test_where_a_full_one_exists_a_request_waits_and_it_is_told(world: World) -> None:
    request = asked(world)
    assert world.access_of(world.logons["ada"]) is None
    submission = Submission.objects.get(confirmation_number=request.confirmation_number)
    assert (submission.waits_for_id, submission.status) == (world.pottery.pk, "pending")
    assert {mail.to for mail in OutboxMail.objects.all()} == {"olive@mail.example", "ada@mail.example"}


def test_a_closed_administrator_does_not_count(world: World) -> None:
    olive = world.logon("olive", access="MA")
    from countersign.access.operations.standing import change_standing
    from countersign.policy.facts import Standing

    change_standing(logon=olive, standing=Standing.CLOSED, submission="", now=world.now)
    assert world.enter(world.logon("ada")).outcome is Outcome.FULL


def test_a_dispute_is_for_staff_and_those_it_is_about_do_not_see_it(world: World) -> None:
    world.logon("olive", access="MA")
    ada = world.logon("ada")
    entered = world.enter(ada, dispute=True)
    assert entered.disputed
    assert Dispute.objects.get().taxpayer == world.pottery
    assert not RequestForAccess.objects.exists()
    assert not OutboxMail.objects.filter(to="olive@mail.example").exists()
    assert not Entry.objects.get(name="DisputeOpened").subjects.filter(kind="taxpayer").exists()


def test_a_proof_counts_once(world: World) -> None:
    first, second = world.proved(), world.proved()
    from countersign.registration.operations.admit import admit

    with transaction.atomic():
        admit(logon=world.logon("ada"), registration=first, dispute=False, now=world.now)
    with pytest.raises(Stale) as stale, transaction.atomic():
        admit(logon=world.logon("bob"), registration=second, dispute=False, now=world.now)
    assert stale.value.current["what"] == Reason.PROOF_USED


def test_a_secondary_logon_never_has_access_of_its_own(world: World) -> None:
    olive, sam = world.logon("olive"), world.logon("sam")
    portfolio = ensure_portfolio(olive, now=world.now)
    SecondaryLogon.objects.create(logon=sam, portfolio_id=portfolio, access_type="TA", begins_at=world.now)
    with pytest.raises(Refused):
        world.enter(sam)
    assert world.access_of(sam) is None


def test_who_administers_already_has_nothing_to_prove(world: World) -> None:
    with pytest.raises(Invalid):
        world.enter(world.logon("olive", access="MA"))
    assert Proof.objects.get(kind="letter_id").used_at is None


def test_let_in_as_tax_administrator(world: World) -> None:
    request = asked(world)
    ada = world.logons["ada"]
    let(world, request)
    assert world.rights_of(ada) == {"WTH-1": 1}
    assert check(ada.username, "view", "WTH-1").allowed and not check(ada.username, "view", "SUT-1").allowed
    entry = Entry.objects.get(name="AccessGivenOnRequest")
    assert entry.actor_logon_id == world.logons["olive"].pk and entry.body["access_type"] == "TA"
    assert OutboxMail.objects.filter(to="ada@mail.example", kind="entry_approved").exists()
    with pytest.raises(Stale):
        let(world, request)


def test_let_in_as_master_administrator(world: World) -> None:
    ada = world.logons.get("ada")
    request = asked(world)
    ada = world.logons["ada"]
    let(world, request, MA)
    access = world.access_of(ada)
    assert access is not None and access.access_type == "MA" and not access.provisional
    assert world.rights_of(ada) == {}


@pytest.mark.parametrize("access_type", [MA, TA])
def test_who_became_master_administrator_in_another_way_is_not_lowered_by_an_old_request(
    world: World, access_type: AccessType
) -> None:
    """SPEC 4: "An MA cannot cancel another MA"."""
    request = asked(world)
    ada = world.logons["ada"]
    with transaction.atomic():
        begin_access(logon=ada, taxpayer=world.pottery, access_type=MA, submission="", now=world.now)
    with pytest.raises(Stale):
        let(world, request, access_type)
    access = world.access_of(ada)
    assert access is not None and access.access_type == "MA"
    decline(actor=world.logons["olive"], taxpayer=world.pottery.pk, request=request.pk, now=world.now)
    assert world.access_of(ada) == access


def test_refusals_of_letting_in(world: World) -> None:
    request = asked(world)
    ada = world.logons["ada"]
    eve, tom = world.logon("eve"), world.logon("tom", access="TA")
    waiting = world.logon("wes", access="MA", provisional=True)
    for actor, hidden in ((eve, True), (ada, True), (tom, False), (waiting, False)):
        for refused_call in (
            lambda who=actor: let(world, request, actor=who),
            lambda who=actor: decline(actor=who, taxpayer=world.pottery.pk, request=request.pk, now=world.now),
        ):
            with pytest.raises(Refused) as refused:
                refused_call()
            assert refused.value.hidden is hidden
    stranger = world.logon("mo", access="MA", of=world.person)
    with pytest.raises(Refused) as refused:
        let(world, request, actor=stranger, taxpayer=world.person.pk)
    assert refused.value.hidden
    for rights in ({}, {world.accounts[0].pk: Rights.NO_ACCESS}, {10**9: Rights.VIEW_ONLY}):
        with pytest.raises(Invalid):
            let(world, request, rights=rights)
    with pytest.raises(Stale):
        let(world, request, now=world.later(days=30))
    begin_condition(taxpayer=world.pottery, condition=Condition.FROZEN_AS_TAXPAYER, submission="", now=world.now)
    with pytest.raises(Refused) as refused:
        let(world, request)
    assert refused.value.reason == Reason.TAXPAYER_FROZEN
    decline(actor=world.logons["olive"], taxpayer=world.pottery.pk, request=request.pk, now=world.now)
    assert world.access_of(ada) is None


def test_whoever_asked_may_withdraw_and_nobody_else(world: World) -> None:
    request = asked(world)
    for other in ("olive",):
        with pytest.raises(Refused):
            withdraw(actor=world.logons[other], request=request.pk, now=world.now)
    withdraw(actor=world.logons["ada"], request=request.pk, now=world.now)
    with pytest.raises(Stale):
        let(world, request)
    with pytest.raises(Refused):
        withdraw(actor=world.logons["ada"], request=10**9, now=world.now)


def test_whoever_withdraws_does_not_act_for_the_taxpayer(world: World, client_for: Callable[[str], Client]) -> None:
    """The bar says whom one acts for, never more than one is (UX rule 2)."""
    request = asked(world)
    page = client_for(world.logons["ada"].username).get(f"/requests-for-access/{request.pk}/withdraw/").content.decode()
    assert world.pottery.legal_name in page
    assert 'class="acting-for"' not in page


def test_what_a_logon_asked_for_ends_with_it(world: World) -> None:
    asked(world)
    with transaction.atomic():
        assert end_requests_of(logon=world.logons["ada"].pk, now=world.now) == 1
        assert end_requests_of(logon=world.logons["ada"].pk, now=world.now) == 0
    assert RequestForAccess.objects.get().state == RequestState.WITHDRAWN


def test_requests_expire_after_thirty_days_and_end_what_was_provisional(world: World) -> None:
    eve, ada = world.logon("eve"), world.logon("ada")
    world.enter(eve, "payment")
    world.enter(ada)
    assert expire_requests_for_access(now=world.later(days=30, seconds=-1)) == 0
    assert expire_requests_for_access(now=world.later(days=30)) == 1
    assert RequestForAccess.objects.get().state == RequestState.EXPIRED
    assert world.access_of(eve) is None


def test_access_ends_once_with_its_rights_and_the_derived_customers_agree(world: World) -> None:
    request = asked(world)
    ensure_portfolio(world.logons["ada"], now=world.now)
    let(world, request)
    access = world.access_of(world.logons["ada"])
    assert access is not None
    with transaction.atomic():
        end_access(access=access, submission="", now=world.now)
    assert world.rights_of(world.logons["ada"]) == {}
    with pytest.raises(Stale), transaction.atomic():
        end_access(access=access, submission="", now=world.now)
    assert differences() == 0


def test_the_text_of_a_printed_letter_is_forgotten(world: World) -> None:
    world.enter(world.logon("ada"), "payment")
    letter = Letter.objects.get()
    assert mark_printed([letter.pk], now=world.now) == 1
    letter.refresh_from_db()
    assert letter.body == "" and letter.printed_at == world.now


def test_no_code_or_identifier_stands_in_mails_or_events(world: World) -> None:
    world.enter(world.logon("ada"), "payment")
    code = code_of_letter()
    told = " ".join([*OutboxMail.objects.values_list("text", flat=True), *map(str, Entry.objects.values_list("body"))])
    assert code not in told and code.replace("-", "") not in told and "3450001" not in told
    assert timedelta(days=1)
