"""Secrets that must be read again are stored encrypted, under keys with ids so that keys can be changed."""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DEFAULT_ID = "default"
LONGEST_ID = 20


class Encrypted(NamedTuple):
    """A secret as it is stored, and the id of the key that opens it."""

    text: bytes
    key_id: str


class NoKey(Exception):
    """A secret cannot be read: no key of its id is in the settings, or it is another key."""


def encrypt(secret: bytes) -> Encrypted:
    """Encrypt under the first of the keys."""
    key_id, key = next(iter(_keys().items()))
    return Encrypted(key.encrypt(secret), key_id)


def decrypt(text: bytes | memoryview[int], key_id: str) -> bytes:
    """The secret again. Raises ``NoKey``."""
    key = _keys().get(key_id)
    if key is None:
        raise NoKey(f"no key with the id {key_id} is in COUNTERSIGN_SECRET_ENCRYPTION_KEYS")
    try:
        return key.decrypt(bytes(text))
    except InvalidToken:
        raise NoKey(f"the key with the id {key_id} does not open what was encrypted under that id") from None


def seal(secret: bytes) -> str:
    """Encrypted text for a place that keeps one string, such as a session; ``unseal`` reads it."""
    text, key_id = encrypt(secret)
    return f"{key_id}:{text.decode()}"


def unseal(sealed: str) -> bytes:
    """What was sealed. Raises ``NoKey``."""
    key_id, _colon, text = sealed.partition(":")
    return decrypt(text.encode(), key_id)


def present_key_id() -> str:
    """The id of the key that encrypts now."""
    return next(iter(_keys()))


def _keys() -> dict[str, Fernet]:
    """Keys by id in the order of the settings: the first encrypts, all decrypt."""
    written = settings.SECRET_ENCRYPTION_KEYS.split(",") if settings.SECRET_ENCRYPTION_KEYS else []
    keys: dict[str, Fernet] = {}
    for entry in written or [f"{DEFAULT_ID}:{settings.SECRET_KEY}"]:
        key_id, colon, text = entry.strip().partition(":")
        if not colon or not text or not key_id or len(key_id) > LONGEST_ID or key_id in keys:
            raise ImproperlyConfigured("COUNTERSIGN_SECRET_ENCRYPTION_KEYS is written as id:key,id:key")
        digest = hashlib.blake2b(text.encode(), digest_size=32, person=b"second-factors").digest()
        keys[key_id] = Fernet(base64.urlsafe_b64encode(digest))
    return keys
