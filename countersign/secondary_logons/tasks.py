"""Jobs of the worker: files that somebody submitted."""

from __future__ import annotations

from procrastinate.contrib.django import app

from countersign.background import stopping
from countersign.secondary_logons.mail import tell_of_refinements
from countersign.secondary_logons.operations.refining import SET_FILE, set_refinements
from countersign.secondary_logons.operations.uploading import ADD_FILE, add_rows, invite_added
from countersign.uploads.working import QUEUE, RETRY


@app.task(name=ADD_FILE, queue=QUEUE, retry=RETRY)
def add_file(file: int) -> None:
    """It may be broken off and begun again at any moment: what is done is never done twice."""
    add_rows(file)
    invite_added(file, stopping.is_set)


@app.task(name=SET_FILE, queue=QUEUE, retry=RETRY)
def set_file(file: int) -> None:
    """The same for refinements."""
    set_refinements(file)
    tell_of_refinements(file, stopping.is_set)
