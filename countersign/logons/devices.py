"""A browser in words, as its owner knows it: "Firefox on Windows"."""

from __future__ import annotations

from django.http import HttpRequest

# The first that occurs wins: many browsers also call themselves by the name of another.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_in_words(request: HttpRequest) -> str:
    """Browser and system by their names, nothing else of what the browser says; "" where neither is known."""
    said = request.headers.get("User-Agent", "")[:500]
    browser = next((name for mark, name in _BROWSERS if mark in said), "")
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    return " · ".join(part for part in (browser, system) if part)
