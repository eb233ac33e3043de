"""Hostile values into every field of every form: a clear answer, never a server error, and no fact changes.

What to try is found in the pages themselves, so new pages are tried as they come.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.architecture.hostile import (
    ANSWERS,
    HOSTILE,
    NO_CHOICE,
    WORST,
    Prober,
    facts,
    forms_of,
    one_of_a_kind,
    others_keys,
    undone,
    writes,
)
from tests.architecture.world import World


def test_hostile_forms(world: World, before: dict[str, tuple[Any, ...]]) -> None:
    others = [str(key).encode() for key in others_keys(world)]
    for person, form in forms_of(world).values():
        prober, plain = Prober(person), form.fields + form.buttons[:1]
        typed = form.names - {"csrfmiddlewaretoken"}
        tried: list[tuple[str, bytes | str]] = [
            ("all fields", urlencode([(name, value) for name in sorted(typed)])) for value in HOSTILE
        ]
        for name in one_of_a_kind(typed | {button for button, _ in form.buttons if button}):
            rest = [pair for pair in plain if pair[0] != name]
            worst = WORST if name in form.typed else NO_CHOICE + others
            tried += [(name, urlencode([*rest, (name, value)])) for value in worst]
            tried.append((name, urlencode(rest)))
            tried.append((name, urlencode([*rest, (name, "1"), (name, "2"), (name, "x")])))
            tried.append((name, urlencode([*rest, (f"{name}[]", "1"), (f"{name}.x", "1")])))
        some = next(iter(form.names), "some")
        tried += [
            ("one field of 1 MB", urlencode([(some, "x" * 1_100_000)])),
            ("3,000 fields", urlencode([(f"field{number}", "1") for number in range(3_000)])),
            ("nothing", ""),
            ("no form at all", b"\x00\xff\xfe=\xff&&&=;%%%"),
            ("a name of bytes", "%00=1&%ff=2"),
        ]
        for what, body in tried:
            with undone(), writes() as written:
                response = prober.post(form.address, body)
                assert response.status_code in ANSWERS, (form.address, what, body[:200], response.status_code)
                if response.status_code != 303 and written:
                    assert facts() == before, (form.address, what, body[:200])
        for content_type in (
            "application/json",
            "text/plain",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
        ):
            with undone():
                response = prober.post(form.address, b'{"a": [1]}', content_type)
                assert response.status_code in ANSWERS, (form.address, content_type, response.status_code)
    assert facts() == before


def test_files_where_texts_are_asked(world: World) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    for person, form in forms_of(world).values():
        for name in one_of_a_kind(form.names):
            upload = SimpleUploadedFile("a\u202eb.csv", b"\xff\x00=1+1")
            with undone():
                data = {**{key: text for key, text in form.fields if key != name}, name: upload}
                response = Prober(person).client().post(form.address, data)
            assert response.status_code in ANSWERS, (form.address, name, response.status_code)
