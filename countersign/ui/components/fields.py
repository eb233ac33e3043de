"""``{% field %}``: label, hint, message and input of one form field, for every widget that we use."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.template import TemplateSyntaxError

from countersign.ui.variants import WIDTHS, one_of

_WIDTH_CLASSES = {"": "", "short": "usa-input--small", "medium": "usa-input--medium", "long": "usa-input--2xl",
                  "whole": "field-whole"}  # fmt: skip
_KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "checkbox"),  # before its parent, RadioSelect
    (forms.RadioSelect, "radio"),
    (forms.CheckboxInput, "tick"),
    (forms.SelectMultiple, "select"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.PasswordInput, "password"),
    (forms.HiddenInput, "hidden"),
    (forms.FileInput, "file"),
    (forms.widgets.Input, "input"),
)


def field(
    bound: BoundField, hint: Any = None, label: Any = None, width: str = "", tiles: bool = True
) -> dict[str, Any]:
    """The whole of one field. ``hint`` and ``label`` replace the form's own.

    Raises ``TemplateSyntaxError`` for what is no bound field (a misspelt name) or a widget without a look.
    """
    kind = kind_of(bound)
    one_of("field width", width, WIDTHS)
    errors = [] if kind == "hidden" else list(bound.errors)
    auto_id = bound.auto_id or f"id_{bound.html_name}"
    hint = bound.help_text if hint is None else hint
    described = [f"{auto_id}_hint"] * bool(hint) + [f"{auto_id}_error"] * bool(errors)
    choices = _choices(bound) if kind in ("radio", "checkbox") else []
    for choice in choices:
        if choice["hint"]:
            choice["described"] = f"{choice['id']}_hint"
    return {
        "kind": kind,
        "id": auto_id,
        "name": bound.html_name,
        "label": bound.label if label is None else label,
        "hint": hint,
        "errors": errors,
        "described": " ".join(described),
        "optional": not bound.field.required and kind not in ("tick", "hidden"),
        "choices": choices,
        "tiles": tiles,
        "control": "" if choices else control(bound, kind, width, " ".join(described)),
    }


def bare_field(bound: BoundField, label: Any = None, width: str = "") -> dict[str, Any]:
    """As :func:`field`, for a table's cell: the label is for screen readers only."""
    return field(bound, label=label, width=width, tiles=False) | {"bare": True}


def kind_of(bound: BoundField) -> str:
    """Which look a bound field has."""
    if not isinstance(bound, BoundField):
        raise TemplateSyntaxError(f"field: {bound!r} is no field of a form; is its name spelt right?")
    for widget, kind in _KINDS:
        if isinstance(bound.field.widget, widget):
            return kind
    raise TemplateSyntaxError(f"field: {type(bound.field.widget).__name__} has no look yet")


def control(bound: BoundField, kind: str, width: str, described: str) -> str:
    """The input itself, in its look."""
    looks = {"select": "usa-select", "textarea": "usa-textarea", "tick": "usa-checkbox__input",
             "file": "usa-file", "hidden": ""}  # fmt: skip
    look = [looks.get(kind, "usa-input"), _WIDTH_CLASSES[width]]
    if bound.errors:
        look.append("usa-input--error")
    attrs: dict[str, Any] = {"class": " ".join(filter(None, look))}
    if kind == "hidden":
        attrs = {}
    elif described:
        attrs["aria-describedby"] = described
    widget = bound.field.widget
    if bound.errors and isinstance(widget, forms.DateInput):
        # A date input would show nothing of what was typed.
        widget = copy.copy(widget)
        widget.input_type = "text"
    return bound.as_widget(widget=widget, attrs=attrs)


def _choices(bound: BoundField) -> list[dict[str, Any]]:
    hints = getattr(bound.field, "hints", {})
    auto_id = bound.auto_id or f"id_{bound.html_name}"
    return [
        {
            "id": f"{auto_id}_{number}",
            "value": "" if one.data["value"] is None else str(one.data["value"]),
            "label": one.data["label"],
            "checked": one.data["selected"],
            "disabled": bool(one.data["attrs"].get("disabled")) or bound.field.disabled,
            "hint": hints.get(str(one.data["value"]), ""),
        }
        for number, one in enumerate(bound.subwidgets)
    ]


def error_summary(*forms_shown: forms.BaseForm | forms.BaseFormSet[Any]) -> dict[str, Any]:
    """What is wrong in one or several forms or formsets, each linked to its field (UX rule 9)."""
    problems: list[dict[str, Any]] = []
    for shown in forms_shown:
        if isinstance(shown, forms.BaseFormSet):
            if shown.is_bound:
                problems += [{"text": text, "href": ""} for text in shown.non_form_errors()]
                for form in shown.forms:
                    problems += _problems(form)
        elif shown:
            problems += _problems(shown)
    return {"problems": problems}


def _problems(form: forms.BaseForm) -> list[dict[str, Any]]:
    if not form.is_bound:
        return []
    problems = [{"text": text, "href": ""} for text in form.non_field_errors()]
    # In the order of the page, also what a form found out last.
    for name in form.fields:
        if name not in form.errors:
            continue
        bound = form[name]
        kind = kind_of(bound)
        target = (bound.auto_id or f"id_{bound.html_name}") + ("_0" if kind in ("radio", "checkbox") else "")
        href = "" if kind == "hidden" else f"#{target}"
        problems += [{"text": _naming(str(bound.label), str(text)), "href": href} for text in form.errors[name]]
    return problems


def _naming(label: str, text: str) -> str:
    """Away from its field a message names it."""
    return text if label in text else f"{label}: {text}"
