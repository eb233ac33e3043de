"""Components: what they say, how they are named for screen readers, and that a typo raises."""

from __future__ import annotations

import datetime
import re

import pytest
from django import forms
from django.forms import formset_factory
from django.template import TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from countersign.policy.rights import Rights
from countersign.ui import forms as ui_forms
from countersign.ui.components.drawing import PathStep
from countersign.ui.components.frame import Tab
from countersign.ui.components.lists import Task
from countersign.ui.tables import Chip, Column, Empty, Link, Pager, StatusWord, Table, TwoLines, address_with
from tests.ui.pages import rendered, text_of

NOON = datetime.datetime(2026, 11, 24, 17, 0, tzinfo=datetime.UTC)


class Give(ui_forms.Form):
    rights = ui_forms.RightsField(help_text="Choose the least that does the job.")
    ends = ui_forms.DateField(label="Ends on", required=False)
    kinds = ui_forms.MultipleChoiceField(label="Account types", choices=[("w", "Withholding"), ("s", "Sales")])
    agrees = forms.BooleanField(label="I agree")
    note = forms.CharField(widget=forms.Textarea, required=False)
    password = ui_forms.PasswordField(label="Password")
    kind = forms.ChoiceField(choices=[("a", "A")])
    file = forms.FileField(required=False)
    version = forms.CharField(widget=forms.HiddenInput)


@pytest.mark.parametrize(
    "source",
    [
        '{% alert "succes" "x" %}',
        '{% alert_box "danger" %}x{% endalert_box %}',
        '{% button "x" "secondary" %}',
        '{% button "x" type="reset" %}',
        '{% link_button "x" "/" "big" %}',
        '{% status "ok" "x" %}',
        '{% step_indicator "revue" %}',
        "{% field form.rigths %}",
        '{% field form.note width="huge" %}',
        "{% path_drawing path %}",
    ],
)
def test_a_typo_raises(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        rendered(source, form=Give(), path=[PathStep("frim", "x")])


def test_alerts_are_announced_by_how_serious_they_are() -> None:
    assert 'role="alert"' in rendered('{% alert "error" "Frozen" %}')
    assert 'role="status"' in rendered('{% alert "success" "Done" heading="Approved" %}')
    assert "role=" not in rendered('{% alert "info" "Waits" %}')


def test_what_is_typed_is_escaped_everywhere() -> None:
    hostile = "<script>x</script>"
    row = {"name": Link(hostile, "/", hostile), "more": TwoLines(hostile, hostile)}
    table = Table(hostile, [Column("name", hostile), Column("more", "")], [row])
    page = rendered(
        '{% alert "info" t t %}{% button t value=t name="n" %}{% status "good" t %}{% data_table table %}'
        "{% path_drawing path t %}{% summary_list rows %}{% chips chips %}{% search_box 'q' t t %}{% tile t '/' t %}",
        t=hostile,
        table=table,
        path=[PathStep("logon", hostile, hostile)],
        rows=[(hostile, hostile)],
        chips=[Chip(hostile, "/")],
    )
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") > 10


def test_a_right_is_explained_where_it_is_chosen() -> None:
    page = rendered("{% field form.rights %}", form=Give())
    assert page.count('type="radio"') == 3
    assert re.search(r'<label[^>]*for="id_rights_0">View Only', page), page
    assert "Sees balances, returns and letters." in page
    assert 'aria-describedby="id_rights_0_hint"' in page
    assert re.search(r'<fieldset[^>]*aria-describedby="id_rights_hint"', page)
    assert "View Only" in text_of(rendered("{% rights_explained %}"))


def test_several_of_many_are_checkboxes_and_one_of_few_are_radio_buttons() -> None:
    page = rendered("{% field form.kinds %}", form=Give({"kinds": ["s"]}))
    assert page.count('type="checkbox"') == 2
    assert re.search(r'value="s"[^>]* checked', page)


def test_a_field_names_its_label_hint_and_error_for_screen_readers() -> None:
    form = Give({"ends": "soon"})
    page = rendered("{% field form.ends hint='Or leave it empty.' %}", form=form)
    assert 'for="id_ends"' in page
    assert 'aria-describedby="id_ends_hint id_ends_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="id_ends_error"' in page
    assert 'value="soon"' in page and 'type="text"' in page, "what was typed is shown again"
    assert "(optional)" in page


def test_a_password_is_never_sent_back() -> None:
    assert "hunter2" not in rendered("{% field form.password %}", form=Give({"password": "hunter2"}))


def test_every_field_of_a_form_has_a_look() -> None:
    page = rendered("{% fields form %}", form=Give())
    for name in Give.base_fields:
        assert f'name="{name}"' in page, name


def test_the_error_summary_links_to_each_field_and_names_it() -> None:
    form = Give({"ends": "soon"})
    form.add_error(None, "This firm already has a request.")
    form.add_error("note", "Shorten it.")
    page = rendered("{% error_summary form %}", form=form)
    assert 'role="alert"' in page and "data-focus" in page
    assert 'href="#id_rights_0"' in page and 'href="#id_ends"' in page and 'href="#id_kinds_0"' in page
    assert "This firm already has a request." in page
    assert "Note: Shorten it." in text_of(page)
    assert rendered("{% error_summary form %}", form=Give()).strip() == ""


def test_the_error_summary_follows_the_page_whatever_was_found_last() -> None:
    form = Give({"agrees": "on"})
    assert form.errors
    form.add_error("ends", "Choose a later day.")
    page = text_of(rendered("{% error_summary form %}", form=form))
    assert page.index("Ends on: Choose a later day.") < page.index("Account types") < page.index("Password")


def test_the_error_summary_takes_formsets() -> None:
    shown = formset_factory(Give, formset=ui_forms.Formset, extra=1)
    posted = shown({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-ends": "x"})
    assert posted.http_status == 422
    assert 'href="#id_form-0-ends"' in rendered("{% error_summary formset %}", formset=posted)


def test_a_table_says_how_it_is_sorted_and_how_to_sort_it() -> None:
    request = RequestFactory().get("/", {"sort": "-name", "q": "a&b", "after": "k"})
    name, kind = Column.sortable(request, "name", "Name", row_header=True), Column.sortable(request, "kind", "Type")
    page = rendered("{% data_table t %}", t=Table("Clients", [name, kind], [{"name": "A", "kind": "B"}]))
    assert 'aria-sort="descending"' in page and page.count("aria-sort") == 1
    assert 'href="?q=a%26b&amp;sort=name"' in page, "sorting begins at the first page"
    assert re.search(r"<caption[^>]*>Clients</caption>", page)
    assert '<th scope="row"' in page and 'data-label="Type"' in page


def test_an_empty_table_says_how_to_fill_it() -> None:
    empty = Empty("No client yet.", "Ask for access.", "/ask/", "Request")
    page = rendered("{% data_table t %}", t=Table("Clients", [Column("a", "A")], [], empty))
    assert "No client yet." in page and 'href="/ask/"' in page
    assert "There is nothing here yet." in rendered("{% data_table t %}", t=Table("C", [Column("a", "A")], []))


def test_cells_show_what_they_are() -> None:
    form = Give(prefix="row")
    row = {"r": Rights.FILE_AND_PAY, "s": StatusWord("waiting", "Pending"), "n": 48213, "d": NOON.date(),
           "f": form["kind"], "x": None}  # fmt: skip
    page = rendered("{% data_table t %}", t=Table("C", [Column(key, key) for key in row], [row]))
    assert "File and Pay" in page and "48,213" in page and "24 November 2026" in page
    assert "<svg" in page and "Pending" in page
    assert re.search(r'<label class="usa-sr-only" for="id_row-kind">', page)
    with pytest.raises(KeyError):
        rendered("{% data_table t %}", t=Table("C", [Column("no", "No")], [row]))


def test_the_pager_names_its_place() -> None:
    page = rendered("{% pager p %}", p=Pager("?b", "?a", 51, 100, 48213, [(50, "?size=50", True)]))
    assert "51–100 of 48,213" in page and 'rel="next"' in page and 'aria-current="true"' in page
    assert "<ul" not in rendered("{% pager p %}", p=Pager())


def test_addresses_keep_the_rest_of_the_query() -> None:
    request = RequestFactory().get("/", {"q": "x", "page": "9"})
    assert address_with(request, size=25) == "?q=x&size=25"
    assert address_with(request, q=None) == "?"


def test_tabs_steps_and_tasks() -> None:
    assert 'aria-current="page"' in rendered("{% tabs 'T' t %}", t=[Tab("One", "/", current=True, count=1200)])
    assert "Step 2 of 3: Review" in rendered('{% step_indicator "review" %}')
    assert rendered("{% task_list 'Waiting' t %}", t=[]).strip() == ""
    assert "(1)" in rendered("{% task_list 'Waiting' t %}", t=[Task("Decide", "/")])


def test_a_path_is_drawn_and_listed() -> None:
    path = [PathStep("logon", "You"), PathStep("third_party", "Lopez CPA", "you are its Master Administrator"),
            PathStep("account", "Harbor Bakery LLC, Withholding of the whole company and more")]  # fmt: skip
    page = rendered("{% path_drawing path 'Why' %}", path=path)
    assert page.count("<svg") == 2 and page.count('aria-hidden="true"') == 2
    assert "style=" not in page
    listed = text_of(page[page.index("<ol") :])
    assert "Third party: Lopez CPA (you are its Master Administrator)" in listed
    assert "Withholding of the whole company and more" in listed, "the list is never cut off"


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        ({"days": 12}, "in 12 days (6 December 2026)"),
        ({"days": 1, "hours": 1}, "tomorrow (25 November 2026)"),
        ({"hours": 3}, "in 3 hours (24 November 2026, 3 p.m.)"),
        ({"minutes": -1}, "1 minute ago (24 November 2026, 11:59 a.m.)"),
        ({"days": -90}, "3 months ago (26 August 2026)"),
        ({"days": 800}, "in 2 years (1 February 2029)"),
    ],
)
def test_time_in_words_and_exactly(shift: dict[str, int], words: str) -> None:
    moment = NOON + datetime.timedelta(**shift)
    assert text_of(rendered("{% when moment now %}", moment=moment, now=NOON)) == words.replace("3 p.m.", "3:00 p.m.")


def test_time_in_spanish() -> None:
    moment = NOON + datetime.timedelta(days=12)
    with translation.override("es"):
        assert (
            text_of(rendered("{% when moment now %}", moment=moment, now=NOON)) == "en 12 días (6 de diciembre de 2026)"
        )
        assert rendered("{{ 48213|number }}") == "48,213"


def test_a_day_is_one_of_the_agencys_time_zone() -> None:
    # 03:00 UTC is still the evening before in New York.
    night = datetime.datetime(2026, 12, 7, 3, 0, tzinfo=datetime.UTC)
    assert "6 December 2026" in rendered("{{ moment|day }}", moment=night)
    assert rendered("{% when nothing %}", nothing=None) == ""
