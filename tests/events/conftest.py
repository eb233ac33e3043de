from __future__ import annotations

import pytest

from tests.events.world import Tamperer


@pytest.fixture
def tamperer(transactional_db: None, database_environment: dict[str, str]) -> Tamperer:
    """The owner's login, against a database whose rows are committed."""
    return Tamperer(database_environment["DATABASE_OWNER_URL"])
