"""Hostile values into every part of every address: a clear answer, never a server error, and no fact changes.

What to try is found in the pages themselves, so new pages are tried as they come.
"""

from __future__ import annotations

from typing import Any

from countersign.config.routes import ROUTES, Who
from tests.architecture.hostile import ANSWERS, FORM, Prober, facts, forms_of, others_keys, undone
from tests.architecture.world import NO_KEY, World, routes


def test_the_table_of_answers_knows_no_server_error() -> None:
    assert not {status for status in ANSWERS if status >= 500}
    assert ROUTES


def test_every_address_is_covered(world: World) -> None:
    """Each page opens for whom its example names, and each that takes a form shows the form somewhere."""
    takers = {name for name, _fields in forms_of(world)}
    for name, route in routes():
        if route.who is Who.DEMO:
            continue
        prober = Prober(route.by)
        with undone():
            assert prober.get(world.address(name)).status_code in (200, 302, 303, 405, 410), (
                f"{name}: its example does not exist for {route.by}; see countersign/config/routes.py"
            )
        with undone():
            takes = prober.post(world.address(name), "").status_code != 405
        assert not takes or name in takers, f"{name} takes a form that no page shows: limit its methods"


def test_hostile_addresses(world: World, before: dict[str, tuple[Any, ...]]) -> None:
    """Parts of addresses that are no keys, or keys of what belongs to others."""
    others = [str(key) for key in others_keys(world)]
    parts = ["0", "-1", "9" * 30, str(2**63), str(NO_KEY), "%00", "%FF", "%F0%9F%98%80", "abc", "%27--", "1.5", *others]
    for name, route in routes():
        prober = Prober(route.by)
        pieces = world.address(name).split("/")
        examples = {str(world.key(value)) for value in route.example.values()}
        for place, piece in enumerate(pieces):
            if piece not in examples:
                continue
            for part in parts:
                address = "/".join([*pieces[:place], part, *pieces[place + 1 :]])
                for method in ("get", "post"):
                    with undone():
                        client = prober.client()
                        response = client.get(address) if method == "get" else client.post(address, "", FORM)
                    ok = response.status_code in ANSWERS or route.who is Who.DEMO
                    assert ok, (name, address, method, response.status_code)
    assert facts() == before
