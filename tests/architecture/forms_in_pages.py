"""The forms of a page, as a browser sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit


@dataclass
class PageForm:
    """One form: where it goes, what it sends when nothing is typed, and which buttons it has.

    ``typed``: those of its ``names`` that are written, not chosen or carried along.
    """

    address: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kind(self) -> tuple[str, str, frozenset[str]]:
        """Two forms of one kind need not both be tried."""
        return urlsplit(self.address).path, self.method, frozenset(self.names)


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self._form: PageForm | None = None
        self._select = self._area = ""
        self._chosen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "a":
            self.links.append(urljoin(self.address, given.get("href", "")))
        elif tag == "form":
            address = urljoin(self.address, given.get("action") or self.address)
            self._form = PageForm(address, given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "button":
            if given.get("type", "submit") == "submit":
                self._form.buttons.append((name, value))
        elif tag == "input" and name:
            self._form.names.add(name)
            if given.get("type") not in ("radio", "checkbox", "hidden"):
                self._form.typed.add(name)
            if given.get("type") not in ("radio", "checkbox"):
                self._form.fields.append((name, value))
            elif "checked" in given:
                self._form.fields.append((name, value or "on"))
        elif tag == "select" and name:
            self._select, self._chosen = name, False
            self._form.names.add(name)
        elif tag == "option" and self._select and (not self._chosen or "selected" in given):
            self._form.fields = [pair for pair in self._form.fields if pair[0] != self._select]
            self._form.fields.append((self._select, value))
            self._chosen = True
        elif tag == "textarea" and name:
            self._area = name
            self._form.names.add(name)
            self._form.typed.add(name)
            self._form.fields.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            name, text = self._form.fields.pop()
            self._form.fields.append((name, text + data))


def read_page(address: str, page: str) -> tuple[list[PageForm], set[str]]:
    """The page's forms, and the names in the queries of its links to itself."""
    reader = _Reader(address)
    reader.feed(page)
    path = urlsplit(address).path
    asked = {
        name
        for link in reader.links
        if urlsplit(link).path == path
        for name, _ in parse_qsl(urlsplit(link).query, keep_blank_values=True)
    }
    return reader.forms, asked
