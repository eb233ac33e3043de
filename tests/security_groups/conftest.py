from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import timezone

from countersign.access.models import Refinement, SecurityGroup
from countersign.access.queries.chosen_customers import Chosen
from countersign.access.queries.group_changes import preview_of_placing
from countersign.logons.models import Logon
from countersign.taxpayers.models import Taxpayer
from tests.cast import username
from tests.imported_cast import import_cast


@dataclass
class Firm:
    """Maria's portfolio in the cast."""

    now: datetime

    def logon(self, person: str) -> Logon:
        return Logon.objects.get(username=username(person))

    @property
    def maria(self) -> Logon:
        return self.logon("maria")

    @property
    def portfolio(self) -> int:
        return self.group("Default").portfolio_id

    def group(self, name: str, parent: str = "maria") -> SecurityGroup:
        return SecurityGroup.objects.get(
            name=name, portfolio__holders__holder__username=username(parent), ended_at__isnull=True
        )

    def taxpayer(self, key: str) -> int:
        return Taxpayer.objects.get(key=key).pk

    def chosen(self, *keys: str) -> Chosen:
        return Chosen(taxpayers=tuple(sorted(self.taxpayer(key) for key in keys)))

    def version(self, chosen: Chosen, group: SecurityGroup) -> str:
        return preview_of_placing(self.portfolio, chosen, group=group.pk, at=self.now).version

    def unlimited_kim(self) -> Logon:
        """The secondary Master Administrator of Retail clients and Restaurants, without her refinement."""
        kim = self.logon("kim")
        Refinement.objects.filter(logon=kim, ended_at__isnull=True).update(ended_at=self.now)
        return kim


def _import(folder: Path) -> Firm:
    import_cast(folder)
    return Firm(timezone.now())


@pytest.fixture
def firm(db: None, tmp_path: Path) -> Firm:
    return _import(tmp_path)


@pytest.fixture
def committed_firm(transactional_db: None, tmp_path: Path) -> Iterator[Firm]:
    yield _import(tmp_path)
