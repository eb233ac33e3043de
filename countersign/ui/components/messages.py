"""Boxes that say something: alert, empty state, confirmation, buttons, status."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from countersign.ui.variants import ALERTS, BUTTONS, STATUSES, one_of

_BUTTON_LOOKS = {
    "primary": "usa-button",
    "plain": "usa-button usa-button--outline",
    "warning": "usa-button button-warning",
    "danger": "usa-button usa-button--secondary",
    "link": "usa-button usa-button--unstyled",
}


def alert(variant: str, text: Any, heading: Any = "") -> dict[str, Any]:
    """A box of one of :data:`ALERTS`. An error is announced at once; a success when nothing else is said."""
    one_of("alert", variant, ALERTS)
    roles = {"error": "alert", "success": "status"}
    return {"variant": variant, "text": text, "heading": heading, "role": roles.get(variant, "")}


def alert_box(content: SafeString, variant: str, heading: Any = "") -> dict[str, Any]:
    """As :func:`alert`, around markup."""
    return alert(variant, "", heading) | {"content": content}


def button(
    text: Any,
    variant: str = "primary",
    name: str = "",
    value: Any = "",
    type: str = "submit",  # noqa: A002 - the attribute's name
) -> dict[str, Any]:
    """A button of a form, of one of :data:`BUTTONS`. Deactivate is plain, Cancel warning, Delete danger."""
    look = _BUTTON_LOOKS[one_of("button", variant, BUTTONS)]
    one_of("button type", type, ("submit", "button"))
    return {"text": text, "look": look, "name": name, "value": value, "type": type}


def link_button(text: Any, href: str, variant: str = "primary") -> dict[str, Any]:
    """A link that looks like a button: it goes somewhere and changes nothing."""
    return {"text": text, "href": href, "look": _BUTTON_LOOKS[one_of("link_button", variant, BUTTONS)]}


def status(kind: str, word: Any) -> dict[str, Any]:
    """A status as word and shape, never by colour alone (UX rule 10)."""
    return {"kind": one_of("status", kind, STATUSES), "word": word}


def empty_state(heading: Any, text: Any = "", href: str = "", link_text: Any = "") -> dict[str, Any]:
    """What a list shows when it is empty: why, and how to fill it (UX rule 8)."""
    return {"heading": heading, "text": text, "href": href, "link_text": link_text}


def confirmation(heading: Any, number: str, text: Any = "") -> dict[str, Any]:
    """The head of a *done* page: what was done, its confirmation number, what happens now."""
    return {"heading": heading, "number": number, "text": text}
