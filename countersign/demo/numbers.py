"""Numbers of an invented world: all from a seed and an index, and none that anybody was ever issued."""

from __future__ import annotations

_MASK = (1 << 64) - 1

# Prefixes that the IRS has not assigned to any campus; 97 is left to the named cast.
_FEIN_PREFIXES = ("07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96")
_FEINS = len(_FEIN_PREFIXES) * 10_000_000
# SSNs never begin with 9; ITINs do, but have none of these groups. Area 999 is left to the named cast.
_SSN_AREAS, _SSN_GROUPS = 90, 49
_SSNS = _SSN_AREAS * _SSN_GROUPS * 9_999
_ITIN_GROUPS = (66, 67, 68, 69, 89)
_ITINS = _SSN_AREAS * len(_ITIN_GROUPS) * 9_999
# A large prime: multiplying by it visits every number once before any comes twice.
_STEP = 982_451_653


def mix(seed: int, stream: int, index: int) -> int:
    """64 bits that look random and are the same each time (splitmix64)."""
    value = (seed * 0xD1342543DE82EF95 + stream * 0xBF58476D1CE4E5B9 + (index + 1) * 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def fein(index: int, seed: int) -> str:
    """A FEIN of a prefix that is not in use; different for each index."""
    number = (index * _STEP + seed) % _FEINS
    return f"{_FEIN_PREFIXES[number // 10_000_000]}-{number % 10_000_000:07d}"


def ssn(index: int, seed: int) -> str:
    """An SSN of an area that is never issued, and that is no ITIN; different for each index."""
    number = (index * _STEP + seed) % _SSNS
    rest, serial = divmod(number, 9_999)
    area, group = divmod(rest, _SSN_GROUPS)
    return f"{900 + area}-{1 + group:02d}-{1 + serial:04d}"


def itin(index: int, seed: int) -> str:
    """An ITIN of a group that is never issued; different for each index."""
    number = (index * _STEP + seed) % _ITINS
    rest, serial = divmod(number, 9_999)
    area, group = divmod(rest, len(_ITIN_GROUPS))
    return f"{900 + area}-{_ITIN_GROUPS[group]}-{1 + serial:04d}"
