"""Letters as a PDF that a print shop can take: one or more sheets of US Letter each, for a window envelope."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate, Paragraph

from countersign.letters.models import Letter
from countersign.ui.components.moments import day

FONTS = {"Letter": "regular", "Letter-Bold": "bold"}
WIDTH, HEIGHT = LETTER
MARGIN = inch
# In the window of a no. 10 envelope, of a sheet that is folded in three.
ADDRESS_TOP = HEIGHT - 2.1 * inch
BODY_TOP = HEIGHT - 3.7 * inch
_PLAIN = ParagraphStyle("plain", fontName="Letter", fontSize=11, leading=15, spaceAfter=10)
_SUBJECT = ParagraphStyle("subject", parent=_PLAIN, fontName="Letter-Bold", fontSize=14, leading=18, spaceAfter=14)


def unprintable(letter: Letter) -> str:
    """The characters of the letter for which the font has no sign: such a letter is not put into a PDF."""
    text = "".join((*letter.address_lines, letter.subject, letter.body))
    signs = _fonts().face.charToGlyph
    return "".join(sorted({one for one in text if ord(one) not in signs and not one.isspace()}))


def letters_pdf(letters: Sequence[Letter]) -> bytes:
    """All of them in one PDF, each beginning on a sheet of its own, in its own language.

    Without a letter there is no sheet: the caller asks for at least one. It holds codes: keep it from everybody but
    the printer.
    """
    _fonts()
    into = io.BytesIO()
    document = BaseDocTemplate(
        into, pagesize=LETTER, title=_("Letters"), author=settings.AGENCY_NAME, initialFontName="Letter", invariant=True
    )
    story: list[Flowable] = []
    templates: list[PageTemplate] = []
    for letter in letters:
        with translation.override(letter.language):
            templates += _sheets(letter)
            story += [NextPageTemplate(_name(letter, first=True)), PageBreak()] if story else []
            story += [NextPageTemplate(_name(letter, first=False)), *_text(letter)]
    document.addPageTemplates(templates)
    document.build(story)
    return into.getvalue()


@cache
def _fonts() -> Any:
    """Register the fonts; returns the plain one. They are those of the pages (``bin/bootstrap``)."""
    for name, weight in FONTS.items():
        path = finders.find(f"uswds/fonts/source-sans-pro/sourcesanspro-{weight}-webfont.ttf")
        if path is None:
            raise FileNotFoundError("a font of the letters is missing: run bin/bootstrap")
        pdfmetrics.registerFont(TTFont(name, str(Path(path))))
    return pdfmetrics.getFont("Letter")


def _name(letter: Letter, *, first: bool) -> str:
    return f"{letter.pk} {'first' if first else 'further'}"


def _text(letter: Letter) -> Iterable[Flowable]:
    yield Paragraph(escape(letter.subject), _SUBJECT)
    for paragraph in letter.body.split("\n\n"):
        yield Paragraph(escape(paragraph).replace("\n", "<br/>"), _PLAIN)


def _sheets(letter: Letter) -> list[PageTemplate]:
    """The first sheet shows sender, date and address; each further one whose letter it continues."""
    sender = [settings.AGENCY_NAME, *filter(None, [settings.AGENCY_PHONE])]
    written = day(timezone.localdate(letter.written_at))
    to = letter.address_lines
    mark = _("Letter %(number)s") % {"number": letter.pk}

    def first(canvas: Any, document: Any) -> None:
        _lines(canvas, sender, HEIGHT - 0.9 * inch, bold=1)
        _lines(canvas, to, ADDRESS_TOP)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 0.9 * inch, written)
        _foot(canvas, mark)

    def further(canvas: Any, document: Any) -> None:
        _lines(canvas, [to[0], written], HEIGHT - 0.9 * inch)
        _foot(canvas, mark)

    return [
        _template(letter, first, BODY_TOP, is_first=True),
        _template(letter, further, HEIGHT - 1.4 * inch, is_first=False),
    ]


def _template(letter: Letter, draw: Callable[[Any, Any], None], top: float, *, is_first: bool) -> PageTemplate:
    frame = Frame(MARGIN, MARGIN, WIDTH - 2 * MARGIN, top - MARGIN, leftPadding=0, rightPadding=0)
    return PageTemplate(id=_name(letter, first=is_first), frames=[frame], onPage=draw)


def _lines(canvas: Any, lines: Sequence[str], top: float, *, bold: int = 0) -> None:
    for number, line in enumerate(lines):
        canvas.setFont("Letter-Bold" if number < bold else "Letter", 11)
        canvas.drawString(MARGIN, top - 14 * number, line)


def _foot(canvas: Any, mark: str) -> None:
    canvas.setFont("Letter", 9)
    canvas.drawRightString(WIDTH - MARGIN, 0.6 * inch, mark)
