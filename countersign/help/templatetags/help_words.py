"""How answers are written: the words of links, tabs, columns and buttons stand between asterisks."""

from __future__ import annotations

import re

from django import template
from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from countersign.help.topics import TOPICS

register = template.Library()
_NAME = re.compile(r"\*([^*]+)\*")


@register.filter
def told(text: str) -> SafeString:
    """One sentence with the agency, its telephone number and the product put in, and the names of links marked."""
    phone = settings.AGENCY_PHONE or _("the number on our letters")
    said = str(text)
    for mark, word in (("{agency}", settings.AGENCY_NAME), ("{phone}", phone), ("{product}", settings.PRODUCT_NAME)):
        said = said.replace(mark, word)
    return mark_safe(_NAME.sub(r"<strong>\1</strong>", escape(said)))  # noqa: S308 - escaped right here


@register.inclusion_tag("help/_about.html")
def questions_about(*slugs: str) -> dict[str, object]:
    """Questions of Help that arise on this page, as links to their answers. A slug that no question has raises."""
    known = {question.slug: (topic.slug, question) for topic in TOPICS.values() for question in topic.questions}
    return {"questions": [known[slug] for slug in slugs]}
