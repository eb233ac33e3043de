from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.architecture.hostile import facts
from tests.architecture.world import World


@pytest.fixture
def world(cast_world: None, settings: Any) -> World:
    settings.GALLERY = True
    return World(timezone.now())


@pytest.fixture
def before(world: World) -> dict[str, tuple[Any, ...]]:
    """All facts as they are before anything is tried."""
    return facts()
