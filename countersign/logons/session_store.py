"""Where sessions are kept: Django's table, written once per request at the most.

Django's own store asks whether a random key is taken, writes a new session empty and then again with what it
holds: at every sign-in that would be six statements where one does.
"""

from __future__ import annotations

from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import IntegrityError, connection
from django.utils.crypto import get_random_string

_INSERT = "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, %s)"
_KEY_LENGTH = 32  # of 36 characters: 165 bits


class SessionStore(DatabaseStore):
    """A session of the database. A new one, or one with a new key, is there for others once it is saved."""

    _new = False
    _saved: str | None = None

    def create(self) -> None:
        """Begin under a new key; ``save`` writes it, with all that it holds by then."""
        self._session_key = get_random_string(_KEY_LENGTH, VALID_KEY_CHARS)
        self._new, self._saved = True, None
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Write what has changed since it was last saved in this request; nothing where nothing has.

        Raises ``UpdateError`` where the session was ended meanwhile: it does not come to life again.
        """
        if self.session_key is None:
            self.create()
        new = self._new or must_create
        data: dict[str, object] = self._get_session(no_load=new)  # type: ignore[attr-defined]
        holds = f"{self.session_key} {self._as_text(data)}"
        if holds == self._saved:
            return
        if new:
            try:
                with connection.cursor() as cursor:
                    cursor.execute(_INSERT, [self.session_key, self.encode(data), self.get_expiry_date()])
            except IntegrityError as taken:
                raise CreateError from taken
        else:
            super().save()
        self._new, self._saved = False, holds

    def _as_text(self, data: dict[str, object]) -> str:
        return str(self.serializer().dumps(data))
