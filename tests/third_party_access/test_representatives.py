"""A representative without accounts that named itself: whoever decides is told so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from countersign.taxpayers.models import Taxpayer
from tests.third_party_access.world import World


def test_whoever_decides_sees_that_the_name_was_not_checked(world: World, client_for: Callable[[str], Any]) -> None:
    request = world.request()
    path = f"/taxpayers/{world.bakery.pk}/third-party-access/requests/{request.pk}/decide/"
    assert "did not check it" not in client_for("dana-logon").get(path).content.decode()
    Taxpayer.objects.filter(pk=world.lopez.pk).update(self_registered=True)
    assert "did not check it" in client_for("dana-logon").get(path).content.decode()
