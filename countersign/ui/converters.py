"""Parts of addresses."""

from __future__ import annotations

from django.urls import register_converter

LARGEST_KEY = 2**63 - 1


class Key:
    """``<key:taxpayer>``: the key of a row. Larger numbers than a key can be lead nowhere (404), not to an error."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        """The key. Raises ``ValueError`` where the address leads nowhere."""
        key = int(value)
        if key > LARGEST_KEY:
            raise ValueError("no key is that large")
        return key

    def to_url(self, value: int) -> str:
        """The key as it stands in an address."""
        return str(value)


register_converter(Key, "key")
