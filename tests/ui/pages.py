"""Reading pages in tests."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.template import Context, Template


def rendered(source: str, **context: Any) -> str:
    """A piece of template with the components loaded."""
    return Template("{% load components %}" + source).render(Context(context))


def text_of(markup: str) -> str:
    """What a reader sees, blanks made one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def h1_of(response: Any) -> str:
    """The page's one h1."""
    found = re.findall(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.S)
    assert len(found) == 1, found
    return text_of(found[0])
