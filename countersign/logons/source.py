"""From where a request comes, for counting only: it is never stored as it is."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def source_of(request: HttpRequest) -> str:
    """The address of whoever spoke to the outermost of our own ``TRUSTED_PROXIES``.

    Each proxy adds an entry to X-Forwarded-For at the end; what stands before those is whatever the sender
    wrote. With no proxy configured the header says nothing. IPv6 is counted by /64, which one line has as a
    whole.
    """
    written = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES > 0:
        entries = [entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(entries) >= settings.TRUSTED_PROXIES:
            written = entries[-settings.TRUSTED_PROXIES] or written
    try:
        address = ip_address(written)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)
