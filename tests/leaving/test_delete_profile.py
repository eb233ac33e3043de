"""Delete My Profile: what ends, what stays, who is told."""

from __future__ import annotations

import pytest
from django.db import transaction

from countersign.access.models import (
    AccountRights,
    Grant,
    LogonStanding,
    PortfolioHolder,
    PortfolioSource,
    TaxpayerAccess,
)
from countersign.access.operations.customers import differences
from countersign.access.operations.own import begin_access, end_access
from countersign.access.operations.portfolios import ensure_portfolio
from countersign.access.operations.standing import begin_condition, end_condition
from countersign.access.queries.decisions import check
from countersign.events.models import Entry
from countersign.leaving.models import OfferState, SuccessorOffer
from countersign.leaving.operations import (
    Choices,
    accept_succession,
    decline_succession,
    delete_profile,
    take_over_portfolio,
)
from countersign.leaving.operations.succession import succession_tasks
from countersign.leaving.queries import consequences_of_deleting
from countersign.logons.models import Logon
from countersign.mail.models import OutboxMail
from countersign.notices.models import Notice
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Condition
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights
from countersign.submissions.models import Submission
from countersign.third_party_access.models import AccessRequest, State
from tests.third_party_access.world import World

pytestmark = pytest.mark.django_db


def delete(world: World, logon: Logon, choices: Choices | None = None, **changes: object) -> Submission:
    given: dict[str, object] = {
        "actor": logon,
        "typed_username": logon.username,
        "version": consequences_of_deleting(logon, at=world.now).version,
        "choices": choices or Choices(),
        "now": world.now,
        **changes,
    }
    return delete_profile(**given)  # type: ignore[arg-type]


def test_everything_of_the_logon_ends_and_the_username_stays(world: World) -> None:
    number = delete(world, world.tess).confirmation_number
    assert LogonStanding.objects.get(logon=world.tess, ended_at=None).status == "closed"
    assert not TaxpayerAccess.objects.filter(logon=world.tess, ended_at=None).exists()
    assert not AccountRights.objects.filter(logon=world.tess, ended_at=None).exists()
    assert AccountRights.objects.get(logon=world.tess).ended_by == number
    assert Logon.objects.filter(username=world.tess.username).exists()
    assert not check(world.tess.username, "view", "WTH-1").allowed
    assert Entry.objects.filter(name="ProfileDeleted", submission=number).exists()


def test_the_leaver_and_those_who_administer_are_told_once(world: World) -> None:
    delete(world, world.tess)
    told = sorted(OutboxMail.objects.values_list("to", "kind"))
    assert told == [
        ("dana@mail.example", "somebody_left"),
        ("olive@mail.example", "somebody_left"),
        ("tess@mail.example", "profile_deleted"),
    ]
    assert Notice.objects.count() == 3
    notice = Notice.objects.get(logon=world.dana)
    assert notice.details["rest"] is False, "tess created no secondary logon"
    assert notice.path.endswith("/history/")


def test_the_username_has_to_be_typed(world: World) -> None:
    with pytest.raises(Invalid):
        delete(world, world.tess, typed_username="somebody-else")
    assert LogonStanding.objects.get(logon=world.tess).ended_at is None


def test_it_cannot_be_done_twice(world: World) -> None:
    version = consequences_of_deleting(world.tess, at=world.now).version
    delete(world, world.tess)
    with pytest.raises(Refused):
        delete(world, world.tess, version=version)
    assert Submission.objects.count() == 1


def test_what_was_not_shown_is_stale(world: World) -> None:
    version = consequences_of_deleting(world.dana, at=world.now).version
    delete(world, world.olive)
    with pytest.raises(Stale):
        delete(world, world.dana, version=version)
    assert not Entry.objects.filter(name="ProfileDeleted", actor_logon_id=world.dana.pk).exists()


def test_grants_of_the_firm_stay_and_requests_of_the_logon_end(world: World) -> None:
    world.grant(Rights.FILE_AND_PAY, "SLS-1")
    request = world.request(rights={world.withholding.pk: Rights.VIEW_ONLY})
    delete(world, world.luis)
    assert Grant.objects.filter(third_party=world.lopez, ended_at=None).exists()
    assert check(world.lena.username, "file", "SLS-1").allowed
    assert AccessRequest.objects.get(pk=request.pk).state == State.WITHDRAWN


def test_the_last_master_administrator_names_a_successor_who_accepts(world: World) -> None:
    delete(world, world.olive)
    assert [one.last for one in consequences_of_deleting(world.dana, at=world.now).taxpayers] == [True]
    delete(world, world.dana, Choices({world.bakery.pk: world.tess.pk}))
    offer = SuccessorOffer.objects.get()
    assert not check(world.tess.username, "maintain", "SLS-1").allowed
    assert OutboxMail.objects.filter(kind="successor_named", to="tess@mail.example").exists()
    accept_succession(actor=world.tess, offer=offer.pk, now=world.now)
    assert check(world.tess.username, "maintain", "SLS-1").allowed
    with pytest.raises(Stale):
        accept_succession(actor=world.tess, offer=offer.pk, now=world.now)


def test_a_successor_may_decline_and_nobody_else_sees_the_offer(world: World) -> None:
    delete(world, world.olive)
    delete(world, world.dana, Choices({world.bakery.pk: world.tess.pk}))
    offer = SuccessorOffer.objects.get()
    with pytest.raises(Refused) as refused:
        accept_succession(actor=world.luis, offer=offer.pk, now=world.now)
    assert refused.value.hidden
    decline_succession(actor=world.tess, offer=offer.pk, now=world.now)
    assert SuccessorOffer.objects.get().state == OfferState.DECLINED
    assert not check(world.tess.username, "maintain", "SLS-1").allowed


def test_an_offer_ends_in_time_and_with_the_access(world: World) -> None:
    delete(world, world.olive)
    delete(world, world.dana, Choices({world.bakery.pk: world.tess.pk}))
    offer = SuccessorOffer.objects.get()
    with pytest.raises(Stale):
        accept_succession(actor=world.tess, offer=offer.pk, now=world.later(days=15))
    with transaction.atomic():
        TaxpayerAccess.objects.filter(logon=world.tess, ended_at=None).update(ended_at=world.now)
    with pytest.raises(Stale):
        accept_succession(actor=world.tess, offer=offer.pk, now=world.now)


def test_home_asks_whoever_was_named_while_it_can_be_accepted(world: World) -> None:
    delete(world, world.olive)
    delete(world, world.dana, Choices({world.bakery.pk: world.tess.pk}))
    offer = SuccessorOffer.objects.get()
    [task] = succession_tasks(world.tess, world.now)
    assert world.bakery.legal_name in task.text
    assert (task.href, task.until) == (f"/profile/follow/{offer.pk}/", offer.expires_at)
    assert succession_tasks(world.luis, world.now) == []
    assert succession_tasks(world.tess, offer.expires_at) == []
    with transaction.atomic():
        begin_condition(taxpayer=world.bakery, condition=Condition.DECEASED, submission="", now=world.now)
    assert succession_tasks(world.tess, world.now) == []
    with transaction.atomic():
        end_condition(taxpayer=world.bakery, condition=Condition.DECEASED, submission="", now=world.now)
    decline_succession(actor=world.tess, offer=offer.pk, now=world.now)
    assert succession_tasks(world.tess, world.now) == []


@pytest.mark.parametrize("condition", [Condition.FROZEN_AS_TAXPAYER, Condition.DECEASED, Condition.DISSOLVED])
def test_nobody_follows_while_the_taxpayer_is_frozen_or_paused(world: World, condition: Condition) -> None:
    """SPEC 2: frozen, "every operation that widens refused"; deceased, "until staff confirm a fiduciary as MA"."""
    delete(world, world.olive)
    delete(world, world.dana, Choices({world.bakery.pk: world.tess.pk}))
    offer = SuccessorOffer.objects.get()
    with transaction.atomic():
        begin_condition(taxpayer=world.bakery, condition=condition, submission="", now=world.now)
    with pytest.raises(Refused) as refused:
        accept_succession(actor=world.tess, offer=offer.pk, now=world.now)
    frozen = condition is Condition.FROZEN_AS_TAXPAYER
    assert refused.value.reason == (Reason.TAXPAYER_FROZEN if frozen else Reason.TAXPAYER_PAUSED)
    assert not TaxpayerAccess.objects.filter(logon=world.tess, access_type="MA").exists()
    with transaction.atomic():
        end_condition(taxpayer=world.bakery, condition=condition, submission="", now=world.now)
    accept_succession(actor=world.tess, offer=offer.pk, now=world.now)


def test_a_refusal_works_while_the_taxpayer_is_frozen(world: World) -> None:
    """SPEC 2: "a freeze never stops a reduction"."""
    delete(world, world.olive)
    delete(world, world.dana, Choices({world.bakery.pk: world.tess.pk}))
    with transaction.atomic():
        begin_condition(taxpayer=world.bakery, condition=Condition.FROZEN_AS_TAXPAYER, submission="", now=world.now)
    decline_succession(actor=world.tess, offer=SuccessorOffer.objects.get().pk, now=world.now)


def test_an_offer_dies_for_good_once_somebody_administers_the_taxpayer_again(world: World) -> None:
    """Also when that one has left by then, and named nobody."""
    delete(world, world.olive)
    delete(world, world.dana, Choices({world.bakery.pk: world.tess.pk}))
    offer, later = SuccessorOffer.objects.get(), world.later(days=1)
    with transaction.atomic():
        begun = begin_access(
            logon=world.luis,
            taxpayer=world.bakery,
            access_type=AccessType.MASTER_ADMINISTRATOR,
            submission="",
            now=later,
        )
    with transaction.atomic():
        end_access(access=begun, submission="", now=world.later(days=2))
    with pytest.raises(Stale):
        accept_succession(actor=world.tess, offer=offer.pk, now=world.later(days=3))


def test_nobody_is_named_who_was_not_shown(world: World) -> None:
    with pytest.raises(Invalid):
        delete(world, world.dana, Choices({world.bakery.pk: world.tess.pk}))  # olive still administers
    delete(world, world.olive)
    with pytest.raises(Invalid):
        delete(world, world.dana, Choices({world.bakery.pk: world.stranger.pk}))


def _portfolio(world: World) -> int:
    world.grant(Rights.FILE_AND_PAY, "SLS-1")
    with transaction.atomic():
        return ensure_portfolio(world.luis, now=world.now)


def test_a_portfolio_is_handed_over_with_its_sources(world: World) -> None:
    portfolio = _portfolio(world)
    delete(world, world.luis, Choices(receivers={portfolio: world.lena.pk}))
    held = PortfolioHolder.objects.get(portfolio_id=portfolio, ended_at=None)
    assert (held.holder_id, held.received) == (world.lena.pk, True)
    assert [one.taxpayer_id for one in PortfolioSource.objects.filter(portfolio_id=portfolio)] == [world.lopez.pk]
    assert differences() == 0
    assert OutboxMail.objects.filter(kind="portfolio_received", to="lena@mail.example").exists()


def test_it_is_never_handed_to_somebody_outside_the_firm(world: World) -> None:
    portfolio = _portfolio(world)
    with pytest.raises(Invalid):
        delete(world, world.luis, Choices(receivers={portfolio: world.dana.pk}))
    assert PortfolioHolder.objects.get(portfolio_id=portfolio, ended_at=None).holder_id == world.luis.pk


def test_a_parked_portfolio_is_taken_over_by_the_firm_within_90_days(world: World) -> None:
    portfolio = _portfolio(world)
    delete(world, world.luis)
    assert not PortfolioHolder.objects.filter(portfolio_id=portfolio, ended_at=None).exists()
    assert differences() == 0
    with pytest.raises(Refused):
        take_over_portfolio(actor=world.dana, portfolio=portfolio, now=world.later(days=1))
    with pytest.raises(Refused):
        take_over_portfolio(actor=world.lena, portfolio=portfolio, now=world.later(days=91))
    take_over_portfolio(actor=world.lena, portfolio=portfolio, now=world.later(days=89))
    assert PortfolioHolder.objects.get(portfolio_id=portfolio, ended_at=None).holder_id == world.lena.pk
    assert differences() == 0
    assert Entry.objects.filter(name="PortfolioTakenOver").exists()
