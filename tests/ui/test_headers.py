"""What the browser is told, on every response; the request's number; the log line."""

from __future__ import annotations

import io
import json
import logging
import re
from typing import Any

import pytest
from django.conf import settings as site
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings

from countersign.ui.logging import OneLine
from countersign.ui.middleware import SecurityHeaders
from tests.ui.addresses import SECRET

EVERY = ["/gallery/", "/theme.css", "/nowhere/", "/bug/", "/refused/", "/echo/?a=%00", "/only-post/", "/api/bug/",
         "/static/ui/site.css", "/static/nowhere.css"]  # fmt: skip


@pytest.mark.parametrize("address", EVERY)
def test_every_response_forbids_what_pages_do_not_need(shell: Client, address: str) -> None:
    headers = shell.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "style-src 'self'" in policy
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"]


def test_pages_are_stored_nowhere_and_static_files_are(shell: Client) -> None:
    assert shell.get("/gallery/").headers["Cache-Control"] == "no-store"
    assert "max-age" in shell.get("/static/ui/site.css").headers["Cache-Control"]
    assert "public" in shell.get("/theme.css").headers["Cache-Control"]


@override_settings(HTTPS=True, SECURE_HSTS_SECONDS=31_536_000)
def test_https_sites_say_so() -> None:
    response = SecurityHeaders(lambda request: HttpResponse())(RequestFactory().get("/"))
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_http_sites_do_not() -> None:
    assert not site.HTTPS
    response = SecurityHeaders(lambda request: HttpResponse())(RequestFactory().get("/"))
    assert "Strict-Transport-Security" not in response.headers


def test_no_page_has_inline_script_or_style(shell: Client) -> None:
    addresses = [
        "/gallery/",
        "/nowhere/",
        "/bug/",
        *(f"/gallery/layouts/{one}/" for one in ("signed_out", "signed_in", "plain", "done")),
    ]
    for address in addresses:
        page = shell.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page), address


def test_a_request_gets_a_number_of_its_own_and_none_from_outside(shell: Client) -> None:
    first = shell.get("/echo/", headers={"X-Request-ID": "mine"}).headers["X-Request-ID"]
    second = shell.get("/echo/").headers["X-Request-ID"]
    assert first != "mine" and first != second
    assert re.fullmatch(r"[2-9B-DF-HJKMNP-RTV-XZ]{12}", first)


@pytest.fixture
def log() -> Any:
    """Everything logged while the test runs, as the lines that the site would write."""
    written = io.StringIO()
    sink = logging.StreamHandler(written)
    sink.setFormatter(OneLine())
    names = ("", "django", "django.request", "django.security")
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).propagate) for name in names}
    for name in names:
        logging.getLogger(name).setLevel("INFO")
        logging.getLogger(name).propagate = True
    logging.getLogger().addHandler(sink)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(sink)
    for name, (level, propagate) in before.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).propagate = propagate


def test_one_line_for_each_request_without_what_was_typed(shell: Client, log: Any) -> None:
    response = shell.post(f"/echo/?q={SECRET}", {"id_number": SECRET}, headers={"Referer": f"http://x/{SECRET}"})
    (line,) = [line for line in log() if line["logger"] == "countersign.request"]
    assert line["route"] == "echo" and line["method"] == "POST" and line["status"] == 200
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert line["logon"] is None and line["ms"] >= 0 and line["time"].endswith("+00:00")
    assert SECRET not in json.dumps(log())


def test_the_log_of_a_bug_names_its_place_and_never_its_words(shell: Client, log: Any) -> None:
    shell.get(f"/bug/?q={SECRET}")
    shell.get(f"/{SECRET}/")
    lines = log()
    assert SECRET not in json.dumps(lines)
    (bug,) = [line for line in lines if line.get("exception")]
    assert bug["exception"] == "RuntimeError" and any("addresses.py" in place for place in bug["at"])
    assert [line["status"] for line in lines if line["logger"] == "countersign.request"] == [500, 404]
