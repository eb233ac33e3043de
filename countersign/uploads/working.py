"""Work off a submitted file in the worker: batch by batch, each with its results in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Func, JSONField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from procrastinate import RetryStrategy

from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.uploads.models import UploadedFile
from countersign.uploads.queries import is_still_whose

FileT = TypeVar("FileT", bound=UploadedFile)
QUEUE = "files"
BAD_ROW, CHANGED = "row", "changed"
RETRY = RetryStrategy(max_attempts=20, wait=30)
"""A job that failed, as when the database went away, is begun again: its file is where it was."""


def work_off(model: type[FileT], key: int, step: Callable[[FileT, datetime], None]) -> None:
    """Call ``step`` with the locked file until it has a ``finished_at``, each time in a transaction of its own.

    It may be broken off and begun again at any moment: what is done is never done twice. What ``step`` refuses is
    undone with its transaction, and ends the file with the reason: the actor lost its right meanwhile, a row can no
    longer be carried out, or something else changed since Submit.
    """
    kept = model._default_manager.defer("rows", "results").get(pk=key)
    with _language_of(kept):
        more = kept.finished_at is None
        while more:
            try:
                with transaction.atomic():
                    more = _one_step(model, key, step)
            except (Refused, Invalid, Stale) as error:
                reason = (
                    error.reason if isinstance(error, Refused) else CHANGED if isinstance(error, Stale) else BAD_ROW
                )
                model._default_manager.filter(pk=key, finished_at=None).update(
                    refused=reason, finished_at=timezone.now()
                )
                return


def _one_step(model: type[FileT], key: int, step: Callable[[FileT, datetime], None]) -> bool:
    """Whether there may be another. Of the file's rows a step fetches what it needs: memory does not grow with them."""
    kept = model._default_manager.select_for_update().defer("rows", "results").get(pk=key)
    if kept.finished_at is None:
        if not is_still_whose(kept):
            # The username was granted anew: what the person before submitted is not done in the name of the next.
            raise Refused(Reason.NOT_FOUND, hidden=True)
        step(kept, timezone.now())
    return kept.finished_at is None


def note_results(kept: FileT, results: Sequence[list[object]], *, done: int, now: datetime) -> None:
    """Add the results of a batch, ``done`` of which were carried out; the last one finishes the file.

    Written in the database: the results of ``kept`` do not change.
    """
    rows, looked_at = kept.counted()
    kept.finished_at = now if looked_at + len(results) >= rows else None
    type(kept)._default_manager.filter(pk=kept.pk).update(
        results=Func(
            Coalesce(F("results"), Value([], JSONField())), Value(list(results), JSONField()), arg_joiner=" || ",
            template="(%(expressions)s)", output_field=JSONField(),
        ),
        done=F("done") + done,
        finished_at=kept.finished_at,
    )  # fmt: skip


def forget_old_files(model: type[FileT], *, days: int, now: datetime) -> int:
    """Delete uploaded files of this kind that are so old, so that nobody's clients lie about. How many."""
    return model._default_manager.filter(uploaded_at__lt=now - timedelta(days=days)).delete()[0]


@contextmanager
def _language_of(kept: UploadedFile) -> Iterator[None]:
    known = {code for code, _name in settings.LANGUAGES}
    language = kept.uploaded_by.language
    with translation.override(language if language in known else settings.LANGUAGE_CODE):
        yield
