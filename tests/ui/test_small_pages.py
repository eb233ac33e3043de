"""Health, theme, language, gallery's door, translations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings as site
from django.test import Client

import countersign
from countersign.ui import catalogue, theme
from countersign.ui.checks import accent_colour
from tests.ui.marked import marked


@pytest.mark.django_db
def test_health_says_that_the_database_answers(shell: Client) -> None:
    response = shell.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_health_says_that_it_does_not(shell: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from countersign.ui.views import small

    class Down:
        def cursor(self) -> Any:
            raise OperationalError

    monkeypatch.setattr(small, "connection", Down())
    assert shell.get("/healthz").status_code == 503


def test_the_accent_is_the_agencys_and_can_be_read(settings: Any) -> None:
    assert "--accent:#1b5e20;" in theme.style_sheet("#1B5E20")
    for unusable in ("red", "#fff", "#ffff00", "#005ea2;}body{display:none", "#00５ea2"):
        assert theme.problem(unusable), unusable
        assert f"--accent:{theme.DEFAULT};" in theme.style_sheet(unusable)
    assert not accent_colour(None)
    settings.AGENCY_ACCENT_COLOUR = "#ffff00"
    assert "contrast" in accent_colour(None)[0].msg


def test_the_language_is_remembered_and_the_reader_stays_where_they_were(shell: Client) -> None:
    response = shell.post("/language/", {"language": "es", "next": "/gallery/?q=1"})
    assert (response.status_code, response["Location"]) == (302, "/gallery/?q=1")
    assert '<html lang="es">' in shell.get("/gallery/").content.decode()
    shell.post("/language/", {"language": "en", "next": "/"})
    assert '<html lang="en">' in shell.get("/gallery/", headers={"Accept-Language": "es"}).content.decode()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""]
)
def test_the_language_switch_leads_nowhere_else(shell: Client, elsewhere: str) -> None:
    response = shell.post("/language/", {"language": "klingon", "next": elsewhere})
    assert response["Location"] == "/"
    assert "language" not in response.cookies


def test_the_gallery_is_only_where_it_is_shown(shell: Client, settings: Any) -> None:
    assert shell.get("/gallery/").status_code == 200
    assert shell.get("/gallery/layouts/nothing/").status_code == 404
    settings.GALLERY = False
    assert shell.get("/gallery/").status_code == 404


def test_a_changed_catalogue_is_compiled_and_an_unchanged_one_is_not(tmp_path: Path, settings: Any) -> None:
    source = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Day"\nmsgstr "Día"\n')
    settings.LOCALE_PATHS = [tmp_path]
    assert catalogue.compile_changed() == [source.with_suffix(".mo")]
    assert catalogue.compile_changed() == []
    os.utime(source, (2_000_000_000, 2_000_000_000))
    assert catalogue.compile_changed() == [source.with_suffix(".mo")]
    assert list(source.parent.glob("*.new")) == []


@pytest.mark.parametrize("language", [code for code, _name in site.LANGUAGES if code != "en"])
def test_every_marked_string_has_a_translation(language: str) -> None:
    path = Path(site.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as text:
        messages = [one for one in read_po(text) if one.id]
    translated = {(one.context, _texts(one.id)) for one in messages}
    top = Path(countersign.__file__).parent
    missing = {string: str(where.relative_to(top)) for string, where in marked(top) if string not in translated}
    assert not missing, f"add to {path.relative_to(top)}"
    assert not [one.id for one in messages if one.fuzzy or not all(_texts(one.string))]
    assert not [(one.id, str(problem)) for one in messages for problem in one.check()]


def _texts(string: Any) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)
