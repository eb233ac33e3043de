"""Jobs of the worker: files of requests that somebody submitted."""

from __future__ import annotations

from procrastinate.contrib.django import app

from countersign.background import stopping
from countersign.third_party_access.mail.many import tell_of_file
from countersign.third_party_access.operations.request_many import ASK_FILE, ask_rows
from countersign.uploads.working import QUEUE, RETRY


@app.task(name=ASK_FILE, queue=QUEUE, retry=RETRY)
def ask_file(file: int) -> None:
    """It may be broken off and begun again at any moment: what is done is never done twice."""
    ask_rows(file)
    tell_of_file(file, stopping.is_set)
