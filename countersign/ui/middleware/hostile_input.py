"""Input that no browser of a person sends: answered with a page, before anything reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from countersign.ui import error_pages

_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
LONGEST_QUERY = 8_192


class HostileInput:
    """Refuses NUL and broken UTF-8 in address, query and form, too many fields, and bodies above the limit.

    A form that arrives here whole has valid text in every name and value; what is in it is the form's own
    affair. Bodies that are not forms (JSON) are left to whoever reads them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            _refuse_address(request)
            _drop_cookies(request)
            if request.method not in ("GET", "HEAD") and request.content_type in _FORM_TYPES:
                _refuse_form(request)
        except RequestDataTooBig:
            return error_pages.page(request, 413)
        except (BadRequest, SuspiciousOperation, MultiPartParserError, UnicodeError, LookupError, ValueError):
            return error_pages.page(request, 400)
        return self.get_response(request)


def _refuse_address(request: HttpRequest) -> None:
    if "\x00" in request.path_info:
        raise BadRequest("NUL in path")
    query = request.META.get("QUERY_STRING", "")
    if len(query) > LONGEST_QUERY:
        raise BadRequest("query too long")
    text = unquote_to_bytes(query).decode("utf-8")
    if "\x00" in text:
        raise BadRequest("NUL in query")
    len(request.GET)  # parses: too many fields


def _drop_cookies(request: HttpRequest) -> None:
    """A cookie with control characters is none of ours. Refusing the request would lock its owner out."""
    for name in [name for name, value in request.COOKIES.items() if not value.isprintable()]:
        del request.COOKIES[name]


def _refuse_form(request: HttpRequest) -> None:
    # A form in another encoding than the page's is refused: some Python codecs are no text encodings at all.
    if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise BadRequest("encoding")
    if request.content_type == _FORM_TYPES[0]:
        unquote_to_bytes(request.body.replace(b"+", b" ")).decode("utf-8")
    _refuse_text(request.POST)
    for values in request.POST.lists():
        _refuse_text(values[1])
    for name, uploads in request.FILES.lists():
        _refuse_text([name, *(upload.name or "" for upload in uploads)])


def _refuse_text(texts: Iterable[object]) -> None:
    for text in texts:
        # Multipart parts are decoded with U+FFFD in place of what was broken.
        if "\x00" in str(text) or "\ufffd" in str(text):
            raise BadRequest("NUL or broken UTF-8 in form")
