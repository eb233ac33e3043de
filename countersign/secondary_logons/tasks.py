"""Jobs of the worker: secondary logons from a file that somebody submitted."""

from __future__ import annotations

from procrastinate.contrib.django import app

from countersign.background import stopping
from countersign.secondary_logons.operations.uploading import ADD_FILE, QUEUE, add_rows, invite_added


@app.task(name=ADD_FILE, queue=QUEUE)
def add_file(file: int) -> None:
    """It may be broken off and begun again at any moment: what is done is never done twice."""
    add_rows(file)
    invite_added(file, stopping.is_set)
