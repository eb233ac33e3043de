"""The components of every page. ``{% load components %}``; the gallery (/gallery/) shows each in each state.

Say something
    {% alert "success" text heading="" %}  info success warning error
    {% alert_box "warning" heading="" %}…markup…{% endalert_box %}
    {% status "good" word %}  good waiting ended bad neutral
    {% empty_state heading text href link_text %}   {% confirmation heading number text %}
    {% when moment %} "in 12 days (6 December 2026)"   {{ moment|day }}  {{ moment|day_and_time }}  {{ count|number }}
Ask something
    {% error_summary form … %}   {% field form.rights hint="" label="" width="" tiles=True %}
    {% fields form %} all of a form   {% bare_field form.rights %} in a cell   {% rights_explained %}
    {% button text "primary" name="" value="" %}  primary plain warning danger link
    {% link_button text href "plain" %}   {% search_box "q" typed label %}
Show lists
    {% data_table table %}  {% chips filters clear_url %}  {% pager page %}  (countersign.ui.tables)
    {% summary_list rows %}  rows of (name, what[, Link])   {% task_list heading tasks %}
    {% tile heading href text count %}   {% path_drawing steps %}
Frame
    {% tabs label tabs %}  {% step_indicator "review" %}  {% back_link href text %}  {% print_button %}
    {% acting_for_bar acting_for %}  {% language_switch %}

A variant that is not in its closed list raises ``TemplateSyntaxError``.
"""

from __future__ import annotations

from typing import Any

from django import forms, template

from countersign.policy.rights import Rights
from countersign.ui.components import drawing, fields, frame, lists, messages, moments
from countersign.ui.words import RIGHTS, RIGHTS_EXPLAINED

register = template.Library()

for _tag in (
    messages.alert,
    messages.button,
    messages.link_button,
    messages.status,
    messages.empty_state,
    messages.confirmation,
    fields.field,
    fields.error_summary,
    lists.data_table,
    lists.chips,
    lists.pager,
    lists.summary_list,
    lists.task_list,
    lists.tile,
    lists.search_box,
    drawing.path_drawing,
    frame.acting_for_bar,
    frame.tabs,
    frame.step_indicator,
    frame.back_link,
):
    register.inclusion_tag(f"ui/components/{_tag.__name__}.html")(_tag)

register.inclusion_tag("ui/components/language_switch.html", takes_context=True, name="language_switch")(
    lambda context: frame.language_switch(context)
)
register.inclusion_tag("ui/components/field.html")(fields.bare_field)
register.simple_tag(moments.when)
register.simple_tag(frame.kept_heading, takes_context=True)
register.simple_block_tag(frame.keep_heading, takes_context=True)
register.filter("day", moments.day)
register.filter("day_and_time", moments.day_and_time)
register.filter("number", moments.number)


@register.simple_block_tag
def alert_box(content: Any, variant: str, heading: Any = "") -> Any:
    """An alert around markup."""
    return template.loader.render_to_string("ui/components/alert.html", messages.alert_box(content, variant, heading))


@register.inclusion_tag("ui/components/fields.html", name="fields")
def all_fields(form: forms.BaseForm) -> dict[str, Any]:
    """Every field of a form, in its order."""
    return {"shown": list(form)}


@register.inclusion_tag("ui/components/rights_explained.html")
def rights_explained(at_most: int = Rights.ALL_ACCESS) -> dict[str, Any]:
    """What the rights mean, where they are chosen but not field by field (UX rule 3)."""
    offered = [rights for rights in Rights if Rights.NO_ACCESS < rights <= at_most]
    return {"rights": [(RIGHTS[rights], RIGHTS_EXPLAINED[rights]) for rights in offered]}


@register.inclusion_tag("ui/components/print_button.html")
def print_button() -> dict[str, Any]:
    """Prints the page; not shown without JavaScript, where the browser's menu does it."""
    return {}


@register.filter
def rights_word(rights: int) -> Any:
    """View Only, File and Pay, …"""
    return RIGHTS[Rights(rights)]
