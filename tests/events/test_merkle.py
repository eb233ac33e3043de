"""The tree is RFC 6962's: checked against its definition, written out, and against known hashes."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.events.merkle import Root, canonical, leaf_hash


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


def computed(leaves: list[bytes]) -> bytes:
    root = Root()
    for leaf in leaves:
        root.add(leaf_hash(leaf))
    return root.digest()


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_streamed_root_is_the_defined_one(leaves: list[bytes]) -> None:
    assert computed(leaves) == by_definition(leaves)


@pytest.mark.parametrize(
    ("size", "root"),
    [
        # The vectors of the certificate-transparency test suite.
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_known_roots(size: int, root: str) -> None:
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    assert computed([bytes.fromhex(leaf) for leaf in leaves[:size]]).hex() == root


def test_canonical_text_is_one() -> None:
    assert canonical({"b": [1, None], "a": "é"}) == b'{"a":"\\u00e9","b":[1,null]}'
