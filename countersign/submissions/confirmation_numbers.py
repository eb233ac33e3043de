"""Confirmation numbers: 10 characters, a check character, no look-alikes (SPEC 7)."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without 0 O 1 I L U
LENGTH = 10


def new_confirmation_number() -> str:
    """A fresh number: nine random characters and a check character (30^9 ≈ 2·10¹³ possibilities)."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Luhn's algorithm modulo 30: finds every single wrong character and every swap of neighbours but one pair."""
    total, factor = 0, 2
    for character in reversed(body):
        addend = factor * ALPHABET.index(character)
        factor = 3 - factor
        total += addend // len(ALPHABET) + addend % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def normal_confirmation_number(typed: str) -> str | None:
    """What was typed as a confirmation number, or None if it cannot be one (blanks and dashes are ignored)."""
    plain = typed.replace(" ", "").replace("-", "").upper()
    if len(plain) != LENGTH or any(character not in ALPHABET for character in plain):
        return None
    return plain if check_character(plain[:-1]) == plain[-1] else None
