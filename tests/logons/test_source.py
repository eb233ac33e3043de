"""SPEC 3: an address is taken only from the configured number of our own proxies."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.logons.source import source_of


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.9", "203.0.113.1"),  # nobody in front of us: the header is the sender's own invention
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "192.0.2.66, 198.51.100.9", "198.51.100.9"),  # what the sender wrote stands before what our proxy wrote
        (2, "192.0.2.66, 198.51.100.9, 10.0.0.1", "198.51.100.9"),
        (2, "10.0.0.1", "203.0.113.1"),  # fewer entries than proxies: it did not come through them
        (1, "", "203.0.113.1"),
        (1, "not an address", "unknown"),
        (1, "198.51.100.9\r\nX-Evil: 1", "unknown"),
        (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.9", "198.51.100.9"),
    ],
)
def test_the_address(rf: Any, settings: Any, proxies: int, forwarded: str, expected: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="203.0.113.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert source_of(request) == expected
