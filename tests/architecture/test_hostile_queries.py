"""Hostile values into every query: a clear answer, never a server error, and no fact changes.

What to try is found in the pages themselves, so new pages are tried as they come.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_from_bytes

from countersign.config.routes import Who
from tests.architecture.forms_in_pages import read_page
from tests.architecture.hostile import ANSWERS, HOSTILE, NO_CHOICE, QUERIES, WORST, Prober, facts, page_of, undone
from tests.architecture.world import World, routes


def test_hostile_queries(world: World, before: dict[str, tuple[Any, ...]]) -> None:
    for name, route in routes():
        address, prober = world.address(name), Prober(route.by)
        shown, asked = read_page(address, page_of(prober.get(address)))
        own = asked | {field for form in shown if form.method == "get" for field in form.names}
        tried = [(sorted(own | QUERIES), value) for value in (HOSTILE if own else NO_CHOICE)]
        tried += [([field], value) for field in sorted(own) for value in WORST]
        for fields, value in tried:
            # Longer ones are refused before anybody looks at them.
            query = "&".join(f"{field}={quote_from_bytes(value[:400])}" for field in fields)
            with undone():
                response = prober.get(address, query)
            ok = response.status_code in ANSWERS or (route.who is Who.DEMO and name == "ui:gallery_error")
            assert ok, (name, query[:200], response.status_code)
        with undone():
            assert prober.get(address, "q=" + "x" * 100_000).status_code in (400, 405, 413, 414), name
    assert facts() == before
