"""What an event is: a frozen dataclass in the past tense whose fields are keys and codes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any, ClassVar

CODE = re.compile(r"[A-Za-z0-9_.:+/-]{0,128}")
IDENTIFIER = re.compile(r"\d{9}|\d{2}-\d{7}|\d{3}-\d{2}-\d{4}")


class Channel(StrEnum):
    """Through which door a change came in (law 10)."""

    ONLINE = "online"
    IMPORT = "import"
    OPERATOR = "operator"
    STAFF = "staff"
    API = "api"
    SYSTEM = "system"
    MAIL = "mail"


class NotACode(ValueError):
    """A value of an event that is not a key, a number, a moment or a code. Says which field, never its content."""


class Event:
    """Base of every event. Subclasses are frozen dataclasses; their class name is the name in the log for ever."""

    known: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        other = Event.known.setdefault(cls.__name__, cls)
        # dataclass(slots=True) makes a second class of the same name and place: that one is welcome.
        if (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"two events are called {cls.__name__}: {other.__module__} and {cls.__module__}")
        Event.known[cls.__name__] = cls


def body_of(event: Event) -> dict[str, Any]:
    """The event's fields as JSON values.

    "Entries hold keys, never names or identifiers" (SPEC 7): a text has to look like a code, without blanks, and
    may not look like an SSN or FEIN. Raises ``NotACode`` otherwise, and ``TypeError`` for what has no one exact
    form in JSON (a float).
    """
    if not dataclasses.is_dataclass(event):
        raise TypeError(f"{type(event).__name__} is not a dataclass")
    return {
        field.name: plain(getattr(event, field.name), f"{type(event).__name__}.{field.name}")
        for field in dataclasses.fields(event)
    }


def plain(value: Any, where: str) -> Any:
    """One value as JSON; ``where`` names the field in errors."""
    match value:
        case None | bool():
            return value
        case IntEnum():
            return value.name
        case Enum():
            return plain(value.value, where)
        case int():
            return value
        case str():
            return code(value, where)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Mapping():
            return {code(str(plain(key, where)), where): plain(item, where) for key, item in value.items()}
        case frozenset() | set():
            return sorted((plain(item, where) for item in value), key=repr)
        case tuple() | list():
            return [plain(item, where) for item in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {
                field.name: plain(getattr(value, field.name), f"{where}.{field.name}")
                for field in dataclasses.fields(value)
            }
        case _:
            raise TypeError(f"{where}: a {type(value).__name__} cannot stand in the event log")


def code(text: str, where: str) -> str:
    """``text`` itself, if it can be a code. Raises ``NotACode``."""
    if not CODE.fullmatch(text) or IDENTIFIER.fullmatch(text):
        raise NotACode(f"{where}: not a key or a code; the event log holds no names, identifiers or sentences")
    return text
