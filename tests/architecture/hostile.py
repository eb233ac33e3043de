"""What is tried on every address, query and field, and the browser that tries it; see ``test_hostile_*``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

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
