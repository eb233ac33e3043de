"""Invented content for the gallery. No text here is part of the product."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.forms import formset_factory
from django.http import HttpRequest
from django.utils import timezone

from countersign.policy.rights import Rights
from countersign.ui import forms as ui_forms
from countersign.ui.components.drawing import PathStep
from countersign.ui.components.frame import Tab
from countersign.ui.components.lists import Task
from countersign.ui.tables import Chip, Column, Empty, Link, Pager, StatusWord, Table, TwoLines, page_sizes

HERE = "/gallery/"


class EveryField(ui_forms.Form):
    """One field of each kind."""

    legal_name = ui_forms.TextField(label="Legal name", help_text="As on the agency's letters, with or without LLC.")
    email = forms.EmailField(label="E-mail address")
    phone = ui_forms.PhoneField(label="Phone", required=False)
    ends = ui_forms.DateField(label="Ends on", help_text="Leave it empty for access until you end it.", required=False)
    id_type = forms.ChoiceField(label="ID type", choices=[("", "Choose one"), ("fein", "Business"), ("ssn", "Person")])
    rights = ui_forms.RightsField()
    account_types = ui_forms.MultipleChoiceField(
        label="Account types",
        choices=[("wth", "Withholding"), ("sut", "Sales and Use"), ("cit", "Corporate Income")],
        hints={"wth": "Wages of employees", "sut": "Sales in shops and online"},
    )
    message = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    password = ui_forms.PasswordField(label="Password")
    agrees = forms.BooleanField(label="I may decide this for Harbor Bakery LLC")
    upload = forms.FileField(label="CSV file", required=False)


class SignIn(ui_forms.Form):
    """What the Log In page has."""

    username = ui_forms.TextField(label="Username", autocomplete="username", max_length=50)
    password = ui_forms.PasswordField(label="Password")


class RowForm(ui_forms.Form):
    """A form in a table's row."""

    rights = forms.ChoiceField(label="Rights I give", choices=[("1", "View Only"), ("2", "File and Pay")])


def blank_form() -> EveryField:
    return EveryField(prefix="blank", auto_id="blank_%s")


def form_with_errors() -> EveryField:
    typed = {"filled-legal_name": "Harbor\u202e Bakery", "filled-email": "dana@", "filled-ends": "soon",
             "filled-rights": "9"}  # fmt: skip
    form = EveryField(typed, prefix="filled", auto_id="filled_%s")
    form.add_error(None, "This firm already has a request for this account type.")
    return form


def sign_in_form() -> SignIn:
    return SignIn()


def table(request: HttpRequest) -> Table:
    shown = formset_factory(RowForm, formset=ui_forms.Formset, extra=3)(prefix="row")
    rows = [
        ("Harbor Bakery LLC", "Withholding", Rights.ALL_ACCESS, StatusWord("good", "Live"), 1204),
        ("Lopez & Daughters CPA", "Sales and Use", Rights.VIEW_ONLY, StatusWord("waiting", "Pending"), 3),
        ("Zylinski Family Trust of 1987", "Fiduciary Income", Rights.FILE_AND_PAY, StatusWord("ended", "Ended"), 48213),
    ]
    columns = [
        Column.sortable(request, "name", "Taxpayer", default="name", row_header=True),
        Column.sortable(request, "type", "Account type"),
        Column("rights", "I can"),
        Column("status", "Status"),
        Column("clients", "Clients", numeric=True),
        Column("give", "Give Rights"),
        Column("why", "Why", quiet_label=True),
    ]
    return Table(
        "Accounts that you can act on",
        columns,
        [
            {"name": TwoLines(Link(name, HERE), f"WTH-1000{number}"), "type": kind, "rights": rights, "status": status,
             "clients": Link(clients, HERE, "clients"), "give": shown[number]["rights"],
             "why": Link("Why?", HERE, name)}
            for number, (name, kind, rights, status, clients) in enumerate(rows)
        ],
    )  # fmt: skip


def empty_table() -> Table:
    empty = Empty("No client has given you access yet.", "Ask a client for access, and it shows here once approved.",
                  HERE, "Request to Manage Other Taxpayer's Accounts")  # fmt: skip
    return Table("Clients", [Column("name", "Client"), Column("since", "Since")], [], empty)


def chips() -> list[Chip]:
    return [Chip("Account type: Withholding", HERE), Chip("“harbor”", HERE)]


def pager(request: HttpRequest) -> Pager:
    return Pager(previous_url=HERE, next_url=HERE, first=51, last=100, total=48213, sizes=page_sizes(request))


def tabs() -> list[Tab]:
    return [
        Tab("Secondary Logons", HERE, current=True, count=12),
        Tab("Security Groups", HERE),
        Tab("Customer Security", HERE, count=48213),
    ]


def summary() -> list[tuple[Any, ...]]:
    return [
        ("Third party", TwoLines("Lopez CPA", "acts for 1,204 taxpayers")),
        ("Account", "Withholding WTH-10001"),
        ("Access Rights", Rights.FILE_AND_PAY, Link("Change", HERE, "Access Rights")),
        ("Until", timezone.now() + datetime.timedelta(days=12), Link("Change", HERE, "Until")),
    ]


def path() -> list[PathStep]:
    return [
        PathStep("logon", "You, Sam Okafor"),
        PathStep("parent", "Dana Reyes", "you are a Tax Administrator of this parent logon"),
        PathStep("group", "Payroll team", "you are in this security group"),
        PathStep("third_party", "Lopez & Daughters Certified Accountants", "Dana Reyes is its Master Administrator"),
        PathStep("account", "Harbor Bakery LLC, Withholding", "gave File and Pay, until 6 December 2026"),
    ]


def tasks() -> list[Task]:
    in_12_days = timezone.now() + datetime.timedelta(days=12)
    return [
        Task("Lopez CPA asks for access to 2 accounts", HERE, "Harbor Bakery LLC · answer", in_12_days),
        Task("Your request to Mill Street Garage was approved", HERE, "See what you can do now"),
    ]


def moments() -> list[datetime.datetime]:
    now = timezone.now()
    hours = (-24 * 800, -24 * 3, -5, 0.5, 3, 24 * 12, 24 * 400)
    return [now + datetime.timedelta(hours=number) for number in hours]
