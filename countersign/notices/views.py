"""The list of notices, how their mail comes, and *This wasn't me*."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons import links
from countersign.logons.links import LinkVoid
from countersign.logons.sessions import end_session
from countersign.logons.signed_in import signed_in
from countersign.notices.kinds import KINDS, Unknown, Words
from countersign.notices.models import RECOVERY_STOPPED, MailChoice, Notice, NoticeChoice
from countersign.notices.operations import choose_mail, mark_read, stop_by_link, stop_own
from countersign.notices.queries import what_it_stops
from countersign.notices.telling import NOT_ME, Stops
from countersign.ui.components.moments import when
from countersign.ui.converters import LARGEST_KEY
from countersign.ui.forms import ChoiceField, Form
from countersign.ui.tables import Column, Empty, Link, Pager, StatusWord, Table, TwoLines

KEY = "not_me"
PAGE = 25


class MailForm(Form):
    """How mail comes."""

    mail = ChoiceField(
        label=gettext_lazy("E-mail about notices"),
        choices=[
            (MailChoice.EACH.value, gettext_lazy("One e-mail for each notice, at once")),
            (MailChoice.DAILY.value, gettext_lazy("One e-mail a day, if there is something new")),
        ],
        help_text=gettext_lazy("E-mail about security always comes at once, to each of your confirmed addresses."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, newest first; the button marks all as read."""
    reader, now = signed_in(request), timezone.now()
    if request.method == "POST":
        mark_read(actor=reader, now=now)
        return HttpResponseRedirect(reverse("notices:list"), status=303)
    typed = request.GET.get("before", "")
    before = min(int(typed), LARGEST_KEY) if typed.isascii() and typed.isdigit() and len(typed) < 20 else None
    found = Notice.objects.filter(logon=reader).order_by("-pk")
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: PAGE + 1])
    shown, more = rows[:PAGE], len(rows) > PAGE
    address = reverse("notices:list")
    context = {
        "table": _table(shown),
        "unread": Notice.objects.filter(logon=reader, read_at=None).exists(),
        "pager": Pager(
            previous_url=address if before is not None else "",
            next_url=f"{address}?before={shown[-1].pk}" if more else "",
        ),
    }
    return render(request, "notices/list.html", context)


def _table(shown: list[Notice]) -> Table:
    return Table(
        _("Notices, newest first"),
        [Column("what", _("Notice"), row_header=True), Column("at", _("When")), Column("state", _("Status"))],
        [_row(one) for one in shown],
        Empty(_("There is no notice yet"), _("What changes about your access or your profile is told here.")),
        quiet_caption=True,
    )


def _row(notice: Notice) -> dict[str, Any]:
    kind = KINDS.get(notice.kind)
    words = kind.words(notice.details) if kind else Words(_("Something changed"), [])
    first = Link(words.subject, notice.path) if notice.path else words.subject
    state = StatusWord("waiting", _("New")) if notice.read_at is None else StatusWord("ended", _("Read"))
    return {
        "what": TwoLines(first, " ".join(words.sentences)),
        "at": when(notice.created_at),
        "state": state,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: HttpRequest) -> HttpResponse:
    """How mail comes."""
    reader = signed_in(request)
    chosen = NoticeChoice.objects.filter(logon=reader).first()
    initial = {"mail": chosen.mail if chosen else MailChoice.EACH.value}
    form = MailForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        choose_mail(actor=reader, choice=form.cleaned_data["mail"])
        return HttpResponseRedirect(f"{reverse('notices:choice')}?saved", status=303)
    context = {"form": form, "saved": "saved" in request.GET and not form.is_bound}
    return render(request, "notices/choice.html", context, status=form.http_status)


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail: its token leaves the address at once. Opening it stops nothing."""
    links.carry(request, KEY, token)
    return HttpResponseRedirect(reverse("notices:not_me"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest) -> HttpResponse:
    """Works signed out. Its button works once, and stops; nothing here gives control to anybody."""
    token = str(request.session.get(KEY, ""))
    now = timezone.now()
    try:
        if request.method == "POST":
            case = stop_by_link(token=token, now=now)
            request.session.pop(KEY, None)
            by_staff = "?by=staff" if case.kind == RECOVERY_STOPPED else ""
            return HttpResponseRedirect(reverse("notices:stopped") + by_staff, status=303)
        found = links.find(NOT_ME, token, now=now)
    except LinkVoid:
        return render(request, "notices/not_me_void.html", {}, status=410)
    kind = KINDS.get(found.details["about"])
    stops = what_it_stops(found)
    context = {
        "whole": stops is Stops.SIGN_IN,
        "recovery": stops is Stops.RECOVERY,
        "subject": kind.words(Unknown()).subject if kind else "",
        "own": False,
    }
    return render(request, "notices/not_me.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """The same, from the Security tab."""
    actor = signed_in(request)
    if request.method == "POST":
        stop_own(actor=actor, about="security_activity", now=timezone.now())
        end_session(request)
        return HttpResponseRedirect(reverse("notices:stopped"), status=303)
    return render(request, "notices/not_me.html", {"whole": True, "own": True})


@require_safe
def stopped(request: HttpRequest) -> HttpResponse:
    """What was stopped, and how one gets in again."""
    return render(request, "notices/stopped.html", {"by_staff": request.GET.get("by") == "staff"})
