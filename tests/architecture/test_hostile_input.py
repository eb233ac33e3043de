"""Hostile values into every address, every query and every field of every form: a clear answer, never a server
error, and no fact changes. What to try is found in the pages themselves, so new pages are tried as they come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_from_bytes, urlencode, urlsplit

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from countersign.config.routes import ROUTES, Who
from tests.architecture.forms_in_pages import PageForm, read_page
from tests.architecture.world import NO_KEY, World, client_of, routes

# What a page may answer to what it cannot use, besides the page itself.
ANSWERS = {200, 204, 302, 303, 400, 403, 404, 405, 409, 410, 413, 415, 422, 429}
FORM = "application/x-www-form-urlencoded"

# Into each field that is chosen or carried along, by itself: any of them is just none of its values.
NO_CHOICE: list[bytes] = [b"", b"a\x00b", b"-1", str(2**63).encode(), "²".encode()]
# Into each field that is written, by itself.
WORST: list[bytes] = [
    b"",
    b"a\x00b",
    b"\xed\xa0\x80",
    b"x" * 20_000,
    b"=cmd|'/c calc'!A1",
    b"_%_",
    b"-1",
    str(2**63).encode(),
    "²".encode(),
    b"0001-01-01",
]
# Into all fields at once.
HOSTILE: list[bytes] = [
    *WORST,
    b"\x00",
    b"\xff\xfe",
    "\u202egnp.exe".encode(),
    "😀".encode() * 400,
    b"@SUM(A1:A9)",
    b"%",
    b"' OR 1=1 --",
    b"<script>alert(1)</script>",
    b"../../etc/passwd",
    b"line\r\nSet-Cookie: a=b",
    b"0",
    b"9" * 400,
    str(NO_KEY).encode(),
    b"1e309",
    b"NaN",
    "٣".encode(),
    b"9999-12-31",
    b"2026-13-45",
    b"{{ 7 * 7 }}",
    b"1-1",
    b"99999999999999999-1",
]
_WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)\s+\"?access_")
QUERIES = {"q", "page", "after", "before", "size", "sort", "next", "status", "why"}


def facts() -> dict[str, tuple[Any, ...]]:
    """Count and checksum of every table that a decision reads."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_app_config("access").get_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} t")
            found[table] = cursor.fetchone()
    return found


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is undone afterwards, so that each try meets the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def writes() -> Iterator[list[str]]:
    """The statements inside that touch facts: only after these is it worth while to look whether one changed."""
    seen: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if _WRITES.search(str(sql)):
            seen.append(str(sql)[:80])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield seen


class Prober:
    """Somebody of the cast, signed in, who tries things."""

    def __init__(self, person: str) -> None:
        self.person = person
        self._client = client_of(person) if person else Client()
        self._cookies = {name: morsel.value for name, morsel in self._client.cookies.items()}

    def client(self) -> Client:
        """Signed in however the last try ended."""
        client = Client(raise_request_exception=False)
        for name, value in self._cookies.items():
            client.cookies[name] = value
        return client

    def get(self, address: str, query: str = "") -> HttpResponse:
        return self.client().get(address, QUERY_STRING=query)

    def post(self, address: str, body: bytes | str, content_type: str = FORM) -> HttpResponse:
        return self.client().post(address, data=body, content_type=content_type)


def page_of(response: HttpResponse) -> str:
    html = "html" in response.get("Content-Type", "") and not response.streaming
    return response.content.decode() if html else ""


def view_name(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def forms_of(world: World) -> dict[tuple[Any, ...], tuple[str, PageForm]]:
    """Every form that those for whom the examples exist, and who has not signed in, can find on them."""
    found: dict[tuple[Any, ...], tuple[str, PageForm]] = {}
    for name, route in routes():
        if route.who is Who.DEMO:
            continue
        for person in (route.by, "") if route.who is Who.OPEN else (route.by,):
            address = world.address(name)
            page = page_of(Prober(person).get(address))
            for form in read_page(address, page)[0]:
                if form.method == "post":
                    found.setdefault((view_name(form.address), frozenset(form.names)), (person, form))
    for name, fields in SENT_BY_HAND.items():
        form = PageForm(world.address(name), "post", [(field, "") for field in fields], set(fields))
        found[name, frozenset(fields)] = ROUTES[name].by, form
    return found


# Forms that a script sends, or that a page shows only on the way through signing in: the fields of each.
SENT_BY_HAND: dict[str, tuple[str, ...]] = {
    "sign_in:second_step": ("way", "code", "credential"),
    "sign_in:complete": (),
    "sign_in:passkey_alone": ("credential", "next"),
    "sign_in:passkey_options": ("purpose",),
    "sign_in:confirm": ("way", "password", "code", "credential", "next"),
    "security:passkey": ("name", "credential"),
    "security:sessions": ("session",),
    "security_groups:place": ("group", "step", "token", "version"),
    "security:passkey_options": (),
    "security:recovery_codes": (),
    "registration:prove": ("id_type", "id_number", "legal_name", "kind", "value"),
    "registration:representative": ("name",),
    "registration:email": ("step", "email", "digits"),
    "registration:confirm": (),
    "registration:logon": ("first_name", "last_name", "username"),
    "registration:finish": ("what", "password", "password_again", "terms"),
    "registration:letter_code": ("code",),
    "secondary_logons:enroll": ("password", "again"),
    "notices:not_me": (),
    "recovery:reset": ("password", "again"),
    "recovery:lost": (),
    "recovery:other_ways": ("step", "code"),
    "secondary_logons:ask_parent": ("step",),
    "recovery:cancel": (),
    "profile:email_confirm": (),
}


def others_keys(world: World) -> list[int]:
    """Keys of taxpayers, accounts, logons and requests, few of which anybody who tries them has to do with."""
    named = ("@PENUMBRA-FILING", "@GRACE-ITO", "@WALTER-OSGOOD", "@BELLWETHER-QUILL", "@grace", "@priya", "@request")
    return sorted({key for name in named if isinstance(key := world.keys[name], int)})


def one_of_a_kind(names: set[str]) -> list[str]:
    """Of fields that differ in a number only (one for each account of a table) the first."""
    return sorted({re.sub(r"\d+", "#", name): name for name in sorted(names, reverse=True)}.values())


@pytest.fixture
def before(world: World) -> dict[str, tuple[Any, ...]]:
    return facts()


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


def test_the_table_of_answers_knows_no_server_error() -> None:
    assert not {status for status in ANSWERS if status >= 500}
    assert ROUTES
