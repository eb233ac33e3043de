"""DATABASE_URL as Django's settings, and a server's socket directory as DATABASE_URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

# Whatever a login may do, the application's connections do it as this one (`countersign migrate` makes it).
APPLICATION_ROLE = "countersign_app"
# The statements that every decision runs are prepared; planning them again with each value costs more than they do.
# Django's own queries are not prepared and are planned with their values as ever.
_KEEP_PLANS = "-c plan_cache_mode=force_generic_plan"
# Query parameters that libpq knows under a name of their own in Django's settings.
_PLACES = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER", "password": "PASSWORD"}


def parse_database_url(url: str, *, step_down: bool = True) -> dict[str, Any]:
    """Django's ``DATABASES`` entry for ``postgresql://name:password@host:port/database?sslmode=require``.

    The host may be a socket directory, percent-encoded or as ``?host=/run/postgresql``; further query
    parameters go to libpq as they are, except ``pool=no``: a connection per request, for a pooler outside.
    With ``step_down`` each connection begins with ``SET ROLE`` to the application's role, so that a powerful
    login in DATABASE_URL does not make a powerful application; without it (migrations) the login is what it
    is. An empty URL means libpq's own defaults and the database
    ``countersign``. Raises ValueError for another kind of database or a port that is no number.
    """
    parts = urlsplit(url)
    if url and parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL must begin with postgresql://")
    entry: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "countersign",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": "",
        "PORT": "",
        "CONN_MAX_AGE": 0,
        # A pooled connection that PostgreSQL's restart has cut is found before it is used.
        "CONN_HEALTH_CHECKS": True,
    }
    address = parts.netloc.rpartition("@")[2]
    if "%2f" in address.lower() or address.startswith("/"):
        # urlsplit would fold the case of a socket directory.
        host, _, port = address.partition(":")
        entry["HOST"], entry["PORT"] = unquote(host), port
    else:
        entry["HOST"], entry["PORT"] = parts.hostname or "", str(parts.port or "")
    options: dict[str, Any] = {}
    for name, value in parse_qsl(parts.query):
        if name in _PLACES:
            entry[_PLACES[name]] = value
        else:
            options[name] = value
    pooled = options.pop("pool", "yes") != "no"
    if step_down:
        options["options"] = f"{options.get('options', '')} -c role={APPLICATION_ROLE} {_KEEP_PLANS}".strip()
        if pooled:
            options["pool"] = {"min_size": 1, "max_size": 16, "timeout": 10}
        options["prepare_threshold"] = 5
    entry["OPTIONS"] = options
    return entry


def socket_url(*, login: str, socket_directory: Path, database: str) -> str:
    """The DATABASE_URL of a server that listens on a Unix socket only."""
    return f"postgresql://{quote(login)}@/{quote(database)}?host={quote(str(socket_directory))}"
