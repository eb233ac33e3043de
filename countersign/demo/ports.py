"""Ports on the loopback address. A socket is bound here and handed on, so nobody can take it in between."""

from __future__ import annotations

import errno
import socket
import time

HOST = "127.0.0.1"
# What the site is called: passkeys need a name, and this one leads to HOST everywhere.
SITE = "localhost"


def listen(preferred: int, *, patience: float = 0.0, tries: int = 100) -> socket.socket:
    """A listening socket on the preferred port or the next free one; port 0: any.

    ``patience`` seconds are given to the preferred port first (a killed predecessor may just be letting go).
    Raises OSError when ``tries`` ports in a row are taken.
    """
    deadline = time.monotonic() + patience
    for port in range(preferred, preferred + tries):
        while True:
            try:
                return _bind(port)
            except OSError as problem:
                if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
            if port != preferred or time.monotonic() >= deadline:
                break
            time.sleep(0.05)
    raise OSError(errno.EADDRINUSE, f"no free port from {preferred} to {preferred + tries - 1}")


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener


def port_of(listener: socket.socket) -> int:
    """The port that a socket listens on."""
    return int(listener.getsockname()[1])
