"""Message → subject, plain text and simple HTML, in the recipient's language and the agency's name."""

from __future__ import annotations

import re
import unicodedata
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import translation

from countersign.mail.message import Message

LONGEST_SUBJECT = 200
LONGEST_PARAGRAPH = 2_000
LONGEST_ADDRESS = 254
# Mail programs make links of these; only the layout's own button may be one.
SCHEME = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://|\bwww\.")


@dataclass(frozen=True)
class Composed:
    """A mail as it will be sent."""

    subject: str
    text: str
    html: str
    language: str


def in_language(language: str) -> AbstractContextManager[None]:
    """Texts made inside are in ``language``, or in the site's own where that is not one of its languages."""
    return translation.override(supported(language))


def supported(language: str) -> str:
    """The site's language for this wish."""
    try:
        return translation.get_supported_language_variant(language or "")
    except LookupError:
        return settings.LANGUAGE_CODE


def compose(message: Message) -> Composed:
    """Lay the message out. Control characters are dropped, foreign links made plain words, HTML escaped."""
    language = supported(message.language)
    with in_language(language):
        subject = without_links(one_line(str(message.subject), LONGEST_SUBJECT))
        context = {
            "agency": one_line(settings.AGENCY_NAME, LONGEST_SUBJECT),
            "accent": settings.AGENCY_ACCENT_COLOUR,
            "language": language,
            "subject": subject,
            "paragraphs": [without_links(one_line(str(text), LONGEST_PARAGRAPH)) for text in message.paragraphs],
            "label": one_line(str(message.action.label), LONGEST_SUBJECT) if message.action else "",
            "address": settings.BASE_URL + message.action.path if message.action else "",
            "choices": [
                {"label": one_line(str(one.label), LONGEST_SUBJECT), "address": settings.BASE_URL + one.path}
                for one in message.choices
            ],
            "footer": without_links(one_line(str(message.footer), LONGEST_PARAGRAPH)),
        }
        return Composed(
            subject=subject,
            text=render_to_string("mail/message.txt", context),
            html=render_to_string("mail/message.html", context),
            language=language,
        )


def one_line(text: str, longest: int) -> str:
    """The text without line breaks, control characters and marks that turn the reading direction."""
    seen = "".join(character if unicodedata.category(character)[0] != "C" else " " for character in text)
    line = " ".join(seen.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def without_links(text: str) -> str:
    """A name or message that somebody typed must not become a link in a mail from the agency."""
    return SCHEME.sub("", text)


def usable_address(address: str) -> bool:
    """Whether a mail can be sent there: one plain address, nothing that could end a header line."""
    if len(address) > LONGEST_ADDRESS or any(ord(character) <= 32 or character in ',;<>"' for character in address):
        return False
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True
