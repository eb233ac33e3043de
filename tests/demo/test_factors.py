"""Each second factor is shown by somebody of the cast, with what the demo prints."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from countersign.command_line import main
from countersign.demo.cast_factors import WITH_APP, WITH_CODES, factor_lines, give_factors, recovery_codes
from tests.cast import PASSWORD, username

pytestmark = pytest.mark.usefixtures("cast_world")


def password(person: str) -> Client:
    client = Client()
    response = client.post("/log-in/", {"username": username(person), "password": PASSWORD})
    assert response["Location"] == "/log-in/second-step/"
    return client


def test_the_printed_key_and_codes_sign_in(settings: Any, capsys: Any) -> None:
    settings.DEMO = True
    assert main(["demo-factors"]) == 0
    assert main(["demo-factors", "--code"]) == 0
    code = capsys.readouterr().out.strip()
    sent = {"way": "authenticator", "code": code}
    assert password(WITH_APP).post("/log-in/second-step/", sent).status_code == 303
    printed = " ".join(factor_lines())
    for recovery_code in recovery_codes():
        assert recovery_code in printed
        sent = {"way": "recovery_code", "code": recovery_code}
        assert password(WITH_CODES).post("/log-in/second-step/", sent).status_code == 303


def test_it_is_for_the_demo_only(settings: Any) -> None:
    settings.DEMO = False
    assert main(["demo-factors"]) == 1


def test_the_demo_shows_that_it_asks_for_less(settings: Any) -> None:
    settings.DEMO = True
    give_factors(now=timezone.now())
    page = Client().get("/log-in/").content.decode()
    assert "Only in this demo" in page
    client = Client()
    client.post("/log-in/", {"username": username("dana"), "password": PASSWORD})
    assert "Only in this demo" in client.get("/profile/security/second-factors/").content.decode()
    settings.DEMO = False
    assert "Only in this demo" not in Client().get("/log-in/").content.decode()
