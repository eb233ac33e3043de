"""What the pages share: which button was pressed, where a page of a list begins, and which customers are meant."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.access.queries.chosen_customers import Chosen, in_order
from countersign.access.queries.group_changes import Preview
from countersign.portfolios.previews import SHOWN, preview_table
from countersign.security_groups.forms import KEPT
from countersign.ui.converters import LARGEST_KEY
from countersign.ui.tables import PAGE_SIZES, Table

STEP = "step"
REVIEW, CHANGE, SUBMIT = "review", "change", "submit"
SEE = "see"
"""No button: the page asks what the choice would do, and shows it below."""
LONGEST_SEARCH = 200
MOST_TICKED = max(PAGE_SIZES)
LAST_PAGE = 10_000


def step_of(request: HttpRequest) -> str:
    """Which button was pressed; anything unknown asks for the review and so changes nothing."""
    step = request.POST.get(STEP, REVIEW)
    if step == SEE and getattr(request, "htmx", False):
        return SEE
    return step if step in (REVIEW, CHANGE, SUBMIT) else REVIEW


def done(number: str) -> HttpResponse:
    """To the page that says what was done: a reload of it submits nothing."""
    return HttpResponseRedirect(reverse("submissions:done", args=[number]), status=303)


def key_in(typed: str) -> int | None:
    """A key from an address; None for nothing. Raises ``BadRequest`` for what is none."""
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 20 and 0 < int(typed) <= LARGEST_KEY):
        raise BadRequest("key")
    return int(typed)


def searched(request: HttpRequest) -> str:
    """What was typed into the search box."""
    return request.GET.get("q", "")[:LONGEST_SEARCH].strip()


def page_number(request: HttpRequest) -> int:
    """``?page=``, counted from 1."""
    number = key_in(request.GET.get("page", "")) or 1
    if number > LAST_PAGE:
        raise BadRequest("page")
    return number


def chosen_in(request: HttpRequest) -> Chosen:
    """The customers that the address speaks of: those ticked (``customer``), or all that match (``all``)."""
    if request.GET.get("which") == "all":
        return Chosen(search=searched(request), group=key_in(request.GET.get("group", "")))
    ticked = [key_in(typed) for typed in request.GET.getlist("customer")[: MOST_TICKED + 1]]
    if len(ticked) > MOST_TICKED:
        raise BadRequest("too many customers")
    return Chosen(taxpayers=in_order([key for key in ticked if key is not None]))


def address_of(chosen: Chosen, **more: Any) -> str:
    """The opposite of :func:`chosen_in`: the query of an address."""
    parts: list[tuple[str, Any]] = []
    if chosen.taxpayers is not None:
        parts += [("customer", key) for key in chosen.taxpayers]
    else:
        parts += [("which", "all"), ("q", chosen.search), ("group", chosen.group or "")]
    return "?" + urlencode([(name, value) for name, value in [*parts, *more.items()] if value != ""])


def kept_words() -> str:
    """What stands in the place of a group's name for what is in none."""
    return _("Kept to the parent logon")


def target_in(request: HttpRequest) -> tuple[bool, int | None]:
    """Whether the address names where the customers would come to (``to``), and which group: None for ``KEPT``."""
    typed = request.GET.get("to", "")
    return (True, None) if typed == KEPT else (bool(typed), key_in(typed))


def changes_of(portfolio: int, chosen: Chosen, target: int | None, preview: Preview) -> tuple[Table, str]:
    """Who gains and loses clients, each count a link; and the address of the whole list where it is cut short."""
    page = reverse("security_groups:changes", args=[portfolio])
    to = KEPT if target is None else target

    def address(logon: int, gained: bool) -> str:
        return page + address_of(chosen, to=to, logon=logon, gained=int(gained))

    whole = page + address_of(chosen, to=to) if len(preview.logons) > SHOWN else ""
    return preview_table(preview, address), whole
