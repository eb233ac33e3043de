"""Whose an uploaded file is."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet

from countersign.access.queries.person import person_since
from countersign.logons.models import Logon
from countersign.uploads.models import UploadedFile

FileT = TypeVar("FileT", bound=UploadedFile)


def files_of(model: type[FileT], actor: Logon) -> QuerySet[FileT]:
    """The files that the actor uploaded; of a username granted anew, never those of the person before."""
    since = person_since(actor.pk)
    found = model._default_manager.filter(uploaded_by=actor)
    return found if since is None else found.filter(uploaded_at__gte=since)


def is_still_whose(kept: UploadedFile) -> bool:
    """Whether the logon that uploaded the file still is that of the same person."""
    return files_of(type(kept), kept.uploaded_by).filter(pk=kept.pk).exists()
