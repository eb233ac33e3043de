"""Leave: one taxpayer is given up, the logon stays."""

from __future__ import annotations

from uuid import uuid4

import pytest

from countersign.access.models import LogonStanding, TaxpayerAccess
from countersign.access.queries.decisions import check
from countersign.events.models import Entry
from countersign.leaving.operations import Choices, leave_taxpayer
from countersign.leaving.queries import consequences_of_leaving
from countersign.logons.models import Logon
from countersign.policy.errors import Refused, Stale
from countersign.submissions.models import Submission
from tests.third_party_access.world import World

pytestmark = pytest.mark.django_db


def leave(world: World, logon: Logon, **changes: object) -> Submission:
    given: dict[str, object] = {
        "actor": logon,
        "taxpayer": world.bakery.pk,
        "version": consequences_of_leaving(logon, world.bakery.pk, at=world.now).version,
        "choices": Choices(),
        "now": world.now,
        **changes,
    }
    return leave_taxpayer(**given)  # type: ignore[arg-type]


def test_a_tax_administrator_leaves_and_keeps_its_logon(world: World) -> None:
    number = leave(world, world.tess).confirmation_number
    assert not check(world.tess.username, "view", "WTH-1").allowed
    assert LogonStanding.objects.get(logon=world.tess, ended_at=None).status == "active"
    assert Entry.objects.filter(name="TaxpayerLeft", submission=number).exists()


def test_who_is_nothing_to_the_taxpayer_learns_nothing(world: World) -> None:
    with pytest.raises(Refused) as refused:
        leave(world, world.stranger, version="")
    assert refused.value.hidden


def test_a_repeat_finds_the_first_receipt(world: World) -> None:
    token = uuid4()
    first = leave(world, world.tess, token=token)
    again = leave_taxpayer(
        actor=world.tess, taxpayer=world.bakery.pk, version="", choices=Choices(), now=world.now, token=token
    )
    assert again == first


def test_the_second_last_master_administrator_sees_that_it_became_the_last(world: World) -> None:
    version = consequences_of_leaving(world.olive, world.bakery.pk, at=world.now).version
    leave(world, world.dana)
    with pytest.raises(Stale):
        leave(world, world.olive, version=version)
    assert TaxpayerAccess.objects.filter(logon=world.olive, ended_at=None).exists()
    leave(world, world.olive)
    assert Entry.objects.filter(name="TaxpayerLeft", body__last=True).count() == 1
