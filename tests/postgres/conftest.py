"""A server of its own for each test that looks at servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.postgres.cluster import Cluster


@pytest.fixture
def server(short_folder: Path) -> Iterator[Cluster]:
    with Cluster(short_folder / "postgres", durable=False) as running:
        yield running
