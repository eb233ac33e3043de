"""Read the log, a page at a time. Who may read it is the caller's question."""

from __future__ import annotations

from countersign.events.models import Entry, EntrySubject


def history_of_taxpayer(taxpayer_id: int, after: int | None = None, limit: int = 50) -> list[Entry]:
    """The newest ``limit`` entries in this taxpayer's history, newest first.

    ``after`` is the key of the last entry of the page before; every page is one walk along an index, however
    long the history is.
    """
    return _history("taxpayer", taxpayer_id, after, limit)


def history_of_logon(logon_id: int, after: int | None = None, limit: int = 50) -> list[Entry]:
    """The same for a logon: what it did and what was done to it."""
    return _history("logon", logon_id, after, limit)


def history_of_submission(confirmation_number: str) -> list[Entry]:
    """What a submission led to, oldest first."""
    if not confirmation_number:
        return []
    return list(Entry.objects.filter(submission=confirmation_number).order_by("pk"))


def _history(kind: str, subject_id: int, after: int | None, limit: int) -> list[Entry]:
    found = EntrySubject.objects.filter(kind=kind, subject_id=subject_id)
    if after is not None:
        found = found.filter(entry_id__lt=after)
    return [subject.entry for subject in found.select_related("entry").order_by("-entry_id")[:limit]]
