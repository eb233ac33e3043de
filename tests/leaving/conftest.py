"""The small world of third-party access: a bakery with two Master Administrators and a Tax Administrator, a firm."""

from __future__ import annotations

import pytest

from tests.third_party_access.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()
