"""Find a taxpayer by what somebody says of it: identifier and legal name."""

from __future__ import annotations

from typing import NamedTuple

from countersign.taxpayers.identifiers import forgiving_name
from countersign.taxpayers.models import Taxpayer


class Named(NamedTuple):
    """The taxpayer with this identifier, if there is one, and whether the legal name is its name, too."""

    taxpayer: Taxpayer | None
    matches: bool


def named_taxpayer(id_type: str, number_hash: bytes, legal_name: str) -> Named:
    """Look the identifier up and compare the name forgivingly (SPEC 6). The same work whether it exists or not."""
    found = Taxpayer.objects.filter(id_type=id_type, id_number_hash=number_hash).first()
    return Named(found, is_named(found, legal_name))


def is_named(found: Taxpayer | None, legal_name: str) -> bool:
    """Whether there is such a taxpayer and this is its legal name. The same work for nobody as for somebody."""
    known = forgiving_name(found.legal_name if found is not None else "Nobody Known by This Number LLC")
    return known == forgiving_name(legal_name) and found is not None
