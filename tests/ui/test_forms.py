"""What forms refuse, and how they say so."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from countersign.policy.rights import Rights
from countersign.ui import forms as ui_forms


class Sample(ui_forms.Form):
    name = ui_forms.TextField(label="Legal name", required=False)
    text = forms.CharField(widget=forms.Textarea, required=False)
    password = ui_forms.PasswordField(required=False)
    email = forms.EmailField(required=False)
    rights = ui_forms.RightsField(at_most=Rights.FILE_AND_PAY, required=False)
    count = forms.IntegerField(required=False)


def errors(**typed: Any) -> dict[str, list[str]]:
    form = Sample(typed)
    return {name: list(texts) for name, texts in form.errors.items()}


@pytest.mark.parametrize(
    "hostile", ["a\x00b", "a\u202eb", "a\u200fb", "a\ufffdb", "a\x1bb", "a\x7fb", "a\u2066b", "a\ud800b"]
)
def test_invisible_characters_are_refused_in_shown_text(hostile: str) -> None:
    for name in ("name", "text"):
        (message,) = set(errors(**{name: hostile})[name])
        assert "Delete the text and type it again" in message


def test_one_line_stays_one_line() -> None:
    assert errors(name="a\r\nBcc: x")["name"] == ["Write this on one line."]
    assert not errors(text="one\r\ntwo\tthree")


def test_names_of_the_world_are_accepted() -> None:
    for name in ("Łukasz Żółć", "李小龙", "محمد", "O’Brien & Søns, Inc.", "👩‍🍳 Bakery"):
        assert not errors(name=name), name


def test_a_password_may_hold_anything_but_nul() -> None:
    assert not errors(password="pass\u202eword \u200f")
    assert errors(password="a\x00b")


def test_every_text_has_a_longest() -> None:
    assert errors(name="x" * 201)["name"] == ["Shorten this to 200 characters or fewer. It has 201 now."]
    assert errors(text="x" * 1_000_000)["text"]
    assert 'maxlength="200"' in str(Sample()["name"])


def test_messages_say_how_to_mend_it_and_never_repeat_what_was_sent() -> None:
    found = errors(email="dana@", rights="<b>9</b>", count="9" * 5000)
    assert found["email"] == ["Write the e-mail address in full, such as name@example.com."]
    assert found["rights"] == ["Choose one of the options for “Access Rights”."]
    assert found["count"] == ["Give “Count” as a number, such as 12."]


def test_rights_are_rights_and_no_more_than_offered() -> None:
    form = Sample({"rights": "2"})
    assert form.is_valid() and form.cleaned_data["rights"] is Rights.FILE_AND_PAY
    assert errors(rights="3") and errors(rights="0")


def test_problems_of_an_operation_are_shown_at_their_fields() -> None:
    form = Sample({})
    assert form.is_valid() and form.http_status == 200
    form.add_problems({"name": "There is no such business.", "elsewhere": "Ask again tomorrow."})
    assert form.errors["name"] == ["There is no such business."]
    assert form.non_field_errors() == ["Ask again tomorrow."]
    assert form.http_status == 422


def test_a_message_uses_the_name_that_the_form_gave_its_field_last() -> None:
    form = Sample({})
    form.fields["name"].required = True
    form.fields["name"].label = "Recovery code"
    assert form.errors["name"] == ["Fill in “Recovery code”."]
