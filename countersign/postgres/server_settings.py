"""How a private server is set: small, quiet about persons, open to whoever started it and to nobody else."""

from __future__ import annotations

from pathlib import Path

from countersign.postgres.account import launcher
from countersign.postgres.roles import OWNER_ROLE, SUPERUSER
from countersign.postgres.urls import APPLICATION_ROLE

_ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log must not hold facts about persons: no statements, no "Key (…)=(…)".
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For tests: a crash may lose everything, which then is thrown away anyhow.
_THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


def server_settings(*, durable: bool) -> dict[str, str]:
    """PostgreSQL's settings by name; without ``durable`` a crash may lose everything."""
    return _ALWAYS | ({} if durable else _THROW_AWAY)


def who_may_connect(folder: Path) -> dict[str, str]:
    """Write the server's two access files; returns the settings that name them.

    Only who started us may connect, as any of the three logins: not even the server's own account.
    """
    names = (SUPERUSER, OWNER_ROLE, APPLICATION_ROLE)
    texts = {
        "hba_file": "local all all peer map=launcher\n",
        "ident_file": "".join(f'launcher "{launcher().name}" {name}\n' for name in names),
    }
    settings = {}
    for name, text in texts.items():
        path = folder / f"{name}.conf"
        path.write_text(text)
        path.chmod(0o644)
        settings[name] = str(path)
    return settings
