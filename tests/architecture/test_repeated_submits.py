"""Forms sent again and again, and those that came back sent once more: no server error, and no fact is left changed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.architecture.forms_in_pages import read_page
from tests.architecture.hostile import ANSWERS, Prober, facts, forms_of, page_of, undone
from tests.architecture.world import World


def test_repeated_and_stale_submits(world: World, before: dict[str, tuple[Any, ...]]) -> None:
    """The same form five times, each of its buttons, and forms that came back sent once more."""
    for person, form in forms_of(world).values():
        for button in form.buttons or [("", "")]:
            body = urlencode([*form.fields, *([button] if button[0] else [])])
            with undone():
                prober = Prober(person)
                for _ in range(5):
                    response = prober.post(form.address, body)
                    assert response.status_code in ANSWERS, (form.address, button, response.status_code)
                for again in read_page(form.address, page_of(response))[0]:
                    for next_button in again.buttons if again.method == "post" else []:
                        for _ in range(2):
                            sent = urlencode([*again.fields, *([next_button] if next_button[0] else [])])
                            answer = prober.post(again.address, sent)
                            assert answer.status_code in ANSWERS, (again.address, next_button, answer.status_code)
    assert facts() == before
