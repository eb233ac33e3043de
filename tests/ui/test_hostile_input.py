"""Input that no person's browser sends: a clear answer, never a server error."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from countersign.ui.middleware import HostileInput
from tests.ui.pages import h1_of

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "multipart/form-data; boundary=b"


def _part(head: bytes, body: bytes) -> bytes:
    return b"--b\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + body + b"\r\n--b--\r\n"


@pytest.mark.parametrize(
    "address",
    ["/echo/%00", "/echo/?a=%00", "/echo/?a%00=1", "/echo/?a=%ff", "/echo/?%c3%28=1", "/echo/?a=%ed%a0%80",
     "/echo/?" + "a=1&" * 2500, "/echo/?q=" + "x" * 9000],
)  # fmt: skip
def test_hostile_addresses(shell: Client, address: str) -> None:
    response = shell.get(address)
    assert (response.status_code, h1_of(response)) == (400, "We could not read what your browser sent")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=%00", FORM, 400),
        (b"a%00=1", FORM, 400),
        (b"a=%ff", FORM, 400),
        (b"a=\xff\xfe", FORM, 400),
        (b"a=1", FORM + "; charset=utf-16", 400),
        (b"a=1", FORM + "; charset=base64", 400),
        (b"a=1", FORM + "; charset=no-such", 400),
        (b"&".join(b"f%d=1" % n for n in range(2100)), FORM, 400),
        (b"a=" + b"x" * 2_000_000, FORM, 413),
        (_part(b'name="a"', b"\x00"), BOUNDARY, 400),
        (_part(b'name="a"', b"\xff"), BOUNDARY, 400),
        (_part(b'name="a"', b"x" * 2_000_000), BOUNDARY, 413),
        (b"nothing of the kind", "multipart/form-data", 400),
        (b"--b\r\nbroken", "multipart/form-data; boundary=" + "b" * 500, 400),
        (_part(b'name="a"', b"1"), BOUNDARY + "; charset=rot13", 400),
    ],
)
def test_hostile_forms(shell: Client, body: bytes, kind: str, status: int) -> None:
    response = shell.generic("POST", "/echo/", body, content_type=kind)
    assert response.status_code == status
    assert h1_of(response)


def test_what_is_honest_passes(shell: Client) -> None:
    assert shell.post("/echo/?q=%C3%A9", {"name": "Łukasz", "text": "two\r\nlines", "empty": ""}).status_code == 200
    encoded = shell.generic("POST", "/echo/", b"name=%C5%81+x&b=\xc5\x81", content_type=FORM + "; charset=UTF-8")
    assert encoded.content == b"2 0 0"
    as_files = shell.generic("POST", "/echo/", _part(b'name="f"; filename="a.csv"', b"\xff\x00"), content_type=BOUNDARY)
    assert as_files.status_code == 200, "what is in a file is judged by whoever reads it"
    assert shell.generic("POST", "/echo/", b"\xff", content_type="application/octet-stream").status_code == 200


def test_a_part_with_a_broken_name_is_no_part(shell: Client) -> None:
    response = shell.generic("POST", "/echo/", _part(b'name="a\xff"', b"1"), content_type=BOUNDARY)
    assert response.content == b"0 0 0"


def test_a_cookie_that_is_not_ours_is_dropped_and_locks_nobody_out() -> None:
    seen: list[Any] = []
    request = RequestFactory().get("/", headers={"Cookie": 'countersign="a\\000b"; language=es'})
    assert "\x00" in request.COOKIES["countersign"]
    HostileInput(lambda given: seen.append(dict(given.COOKIES)))(request)  # type: ignore[arg-type, return-value]
    assert seen == [{"language": "es"}]
