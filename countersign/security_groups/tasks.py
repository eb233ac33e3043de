"""Jobs of the worker: files of placements that somebody submitted."""

from __future__ import annotations

from procrastinate.contrib.django import app

from countersign.security_groups.operations.uploading import PLACE_FILE, place_rows
from countersign.uploads.working import QUEUE, RETRY


@app.task(name=PLACE_FILE, queue=QUEUE, retry=RETRY)
def place_file(file: int) -> None:
    """It may be broken off and begun again at any moment: what is done is never done twice."""
    place_rows(file)
