from pathlib import Path

import pytest

from tests.importing.world import Files


@pytest.fixture
def files(db: None, tmp_path: Path) -> Files:
    """The small world, not imported yet."""
    return Files(tmp_path / "folder")
