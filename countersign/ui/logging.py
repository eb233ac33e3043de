"""The log: one line of JSON each, without anything about persons.

Our own lines carry what they say in ``extra={"facts": {...}}``. Of other loggers (Django's, the driver's) a
line keeps where it came from and the kind of exception with its place in the code, never the message: it
would hold addresses, values of a row, what somebody typed.
"""

from __future__ import annotations

import datetime
import json
import logging
import traceback
from contextvars import ContextVar
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")


class OneLine(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if request_id := REQUEST_ID.get():
            line["request_id"] = request_id
        if record.name.split(".")[0] == "countersign":
            line["message"] = record.getMessage()
            line.update(getattr(record, "facts", {}))
        elif isinstance(record.msg, str):
            line["message"] = record.msg  # the pattern, without what would be filled in
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames][-12:]
        return json.dumps(line, ensure_ascii=False, default=str)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"one_line": {"()": "countersign.ui.logging.OneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one_line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # The request line says the same without the address.
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        # Says at each start that it has started.
        "procrastinate": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.security": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
    },
}
