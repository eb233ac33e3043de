"""What coming in tells, in words. Taxpayers and people by name; no tax facts, identifiers or codes (SPEC 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from countersign.notices.kinds import NoticeKind, Words, register

Details = Mapping[str, Any]


def _registered(details: Details) -> Words:
    if details.get("provisional"):
        text = _(
            "Your logon acts for %(taxpayer)s from now on, provisionally: it can file and pay. A letter to the "
            "address on record brings a Letter ID that ends the waiting."
        )
    else:
        text = _("Your logon is Master Administrator of %(taxpayer)s from now on.")
    return Words(_("You are registered for %(taxpayer)s") % details, [text % details], _("See your registration"))


def _full(details: Details) -> Words:
    return Words(
        _("You are Master Administrator of %(taxpayer)s") % details,
        [_("The waiting is over: you can do everything for %(taxpayer)s, also decide who else acts.") % details],
        _("See what changed"),
    )


def _asked_of_masters(details: Details) -> Words:
    return Words(
        _("%(person)s asks to act for %(taxpayer)s") % details,
        [
            _("%(person)s proved to the agency the right to act for %(taxpayer)s, and asks you for access.") % details,
            _("Nothing is given until you decide: everything, rights account by account, or nothing."),
            _("If you do not know this person, decline."),
        ],
        _("See the request"),
    )


def _asked(details: Details) -> Words:
    return Words(
        _("Your request for access to %(taxpayer)s") % details,
        [_("Its Master Administrators have been told and decide. You get an e-mail then.")],
        _("See your request"),
    )


def _to_person(subject: Callable[[], str], text: Callable[[], str]) -> Callable[[Details], Words]:
    return lambda details: Words(subject() % details, [text() % details], _("See your request"))


def _to_masters(subject: Callable[[], str], text: Callable[[], str]) -> Callable[[Details], Words]:
    return lambda details: Words(subject() % details, [text() % details], _("See what happened"))


_over = _to_masters(
    lambda: _("The request of %(person)s is over"),
    lambda: _("There is nothing left to decide about access to %(taxpayer)s."),
)
register(
    NoticeKind("registered", _registered, security=True),
    NoticeKind("waiting_ended", _full, security=True),
    NoticeKind("access_asked_for", _asked_of_masters),
    NoticeKind("access_requested", _asked),
    NoticeKind(
        "entry_approved",
        _to_person(lambda: _("You have access to %(taxpayer)s"), lambda: _("%(by)s let you in. You can act at once.")),
    ),
    NoticeKind(
        "entry_declined",
        _to_person(lambda: _("Your request for %(taxpayer)s is declined"), lambda: _("You got no access from it.")),
    ),
    NoticeKind(
        "entry_withdrawn",
        _to_person(
            lambda: _("Your request for %(taxpayer)s is withdrawn"), lambda: _("You no longer ask for this access.")
        ),
    ),
    NoticeKind(
        "entry_expired",
        _to_person(
            lambda: _("Your request for %(taxpayer)s has expired"),
            lambda: _("Nobody answered it in time. You can ask again."),
        ),
    ),
    NoticeKind(
        "entry_approved_seen",
        _to_masters(lambda: _("%(person)s has access to %(taxpayer)s"), lambda: _("%(by)s let this person in.")),
    ),
    NoticeKind(
        "entry_declined_seen",
        _to_masters(
            lambda: _("The request of %(person)s is declined"),
            lambda: _("%(by)s declined it. No access was given to %(taxpayer)s."),
        ),
    ),
    NoticeKind("entry_withdrawn_seen", _over),
    NoticeKind("entry_expired_seen", _over),
)
