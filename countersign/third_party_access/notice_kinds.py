"""What both sides are told of requests and of live access, in words. They name no tax facts (SPEC 7).

``side`` of the details is whom one is told as: ``client`` or ``firm``. A firm never learns who of the client's people
did something, and knows a client by the name that it typed (``given``) until access was approved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countersign.notices.kinds import NoticeKind, Unknown, Words, register
from countersign.third_party_access.models import State

RECEIVED, REMINDED = "request_received", "request_reminded"
REVOKED, DROPPED, END_SET, CHANGED = "access_revoked", "access_dropped", "access_end_set", "access_changed"
YOU_GAVE = "access_given_by_you"
CLIENT, FIRM = "client", "firm"

Told = tuple[str, str]
"""Subject and sentence, both with names to be filled in."""


def of_request(state: str) -> str:
    """The kind that tells how a request went on: a ``State``, or "reminded"."""
    return f"request_{state}"


def _received(details: Mapping[str, Any]) -> Words:
    names, count = Unknown(details), int(details.get("count", 1))
    if count > 1:
        subject = _("%(firm)s asks for access to %(count)d of your taxpayers") % names
        first = _("%(firm)s asks to act for %(count)d taxpayers that you administer.") % names
    else:
        subject = _("%(firm)s asks for access to %(client)s") % names
        first = _("%(firm)s asks to act for %(client)s with the agency.") % names
    return Words(
        subject,
        [
            first,
            _(
                "Nothing is given until you approve. You can give what is asked, or less, or decline, "
                "and you can end it at any time."
            ),
            _("If you do not know this firm, decline."),
        ],
        _("See the requests") if count > 1 else _("See the request"),
    )


def _request(state: str, details: Mapping[str, Any]) -> Words:
    names = Unknown(details)
    if "count" in details:
        subject, text = _together(state, details.get("side") == FIRM, int(details["count"]))
        return Words(subject % names, [text], _("See the requests"))
    if details.get("side") == FIRM:
        subject, text = _request_to_firm(state)
        return Words(subject % names, [text % names], _("See your request"))
    subject, text = _request_to_client(state)
    return Words(
        subject % names, [text % names], _("See the request") if state == "reminded" else _("See what happened")
    )


def _together(state: str, of_firm: bool, count: int) -> Told:
    if of_firm and state == "reminded":
        return (
            ngettext("%(count)d of your requests expires soon", "%(count)d of your requests expire soon", count),
            _("Nobody has answered yet. You may want to remind your clients."),
        )
    if of_firm:
        return (
            ngettext("%(count)d of your requests has expired", "%(count)d of your requests have expired", count),
            _("Nobody answered in time. You can ask again."),
        )
    if state == "reminded":
        return (
            ngettext("%(count)d request for access expires soon", "%(count)d requests for access expire soon", count),
            _("It is about taxpayers that you administer. Without an answer nothing is given."),
        )
    return (
        ngettext("%(count)d request for access has expired", "%(count)d requests for access have expired", count),
        _("It was about taxpayers that you administer. Nobody answered in time, so nothing was given."),
    )


def _request_to_client(state: str) -> Told:
    return {
        State.APPROVED.value: (
            _("%(firm)s has access to %(client)s"),
            _("%(by)s approved what %(firm)s asked for. You can end it at any time under Who acts for me."),
        ),
        State.PARTLY_APPROVED.value: (
            _("%(firm)s has access to %(client)s"),
            _("%(by)s approved part of what %(firm)s asked for. You can end it at any time under Who acts for me."),
        ),
        State.DECLINED.value: (
            _("The request of %(firm)s is declined"),
            _("%(by)s declined the request of %(firm)s. It got no access to %(client)s from it."),
        ),
        State.WITHDRAWN.value: (
            _("%(firm)s has withdrawn its request"),
            _("There is nothing left to decide: %(firm)s no longer asks for access to %(client)s."),
        ),
        State.EXPIRED.value: (
            _("The request of %(firm)s has expired"),
            _("Nobody answered it in time. %(firm)s got no access to %(client)s from it."),
        ),
        "reminded": (
            _("The request of %(firm)s expires soon"),
            _("%(firm)s still waits for an answer about %(client)s. Without one it gets no access."),
        ),
    }[state]


def _request_to_firm(state: str) -> Told:
    return {
        State.APPROVED.value: (
            _("%(given)s approved your request"),
            _("%(firm)s has the access that it asked for. %(given)s is among your clients now."),
        ),
        State.PARTLY_APPROVED.value: (
            _("%(given)s approved part of your request"),
            _("%(firm)s has less than it asked for. Open the request to see what was given."),
        ),
        State.DECLINED.value: (
            _("%(given)s declined your request"),
            _("%(firm)s got no access from it. You can ask again when you have spoken with your client."),
        ),
        State.WITHDRAWN.value: (
            _("Your request to %(given)s is withdrawn"),
            _("%(firm)s no longer asks for this access."),
        ),
        State.EXPIRED.value: (
            _("Your request to %(given)s has expired"),
            _("Nobody answered it in time. You can ask again."),
        ),
        "reminded": (
            _("Your request to %(given)s expires soon"),
            _("Nobody has answered it yet. You may want to remind your client."),
        ),
    }[state]


def _change(kind: str, details: Mapping[str, Any]) -> Words:
    names = Unknown(details)
    told = _change_to_firm if details.get("side") == FIRM else _change_to_client
    subject, text = told(kind, bool(details.get("everything")))
    return Words(subject % names, [text % names], _("See what changed"))


def _change_to_client(kind: str, everything: bool) -> Told:
    match kind:
        case "access_revoked" if everything:
            return (
                _("%(firm)s no longer acts for %(client)s"),
                _("%(by)s revoked all its access. It ended at once."),
            )
        case "access_revoked":
            return (
                _("%(firm)s has less access to %(client)s"),
                _("%(by)s revoked its access to some accounts. It ended at once."),
            )
        case "access_dropped" if everything:
            return (
                _("%(firm)s no longer acts for %(client)s"),
                _("The firm gave up its access. You need to do nothing."),
            )
        case "access_dropped":
            return (
                _("%(firm)s has less access to %(client)s"),
                _("The firm gave up its access to some accounts. You need to do nothing."),
            )
        case "access_end_set":
            return (
                _("Access of %(firm)s to %(client)s has another end"),
                _("%(by)s changed the last day of its access."),
            )
        case _:
            return (
                _("Access of %(firm)s to %(client)s has changed"),
                _("%(by)s changed what it may do."),
            )


def _change_to_firm(kind: str, everything: bool) -> Told:
    match kind:
        case "access_revoked" if everything:
            return _("%(client)s ended your access"), _("%(firm)s can no longer act for %(client)s.")
        case "access_revoked":
            return (
                _("%(client)s ended some of your access"),
                _("%(firm)s keeps its access to the other accounts of %(client)s."),
            )
        case "access_dropped" if everything:
            return (
                _("%(client)s is no longer your client"),
                _("%(by)s gave up the access of %(firm)s to %(client)s."),
            )
        case "access_dropped":
            return (
                _("You have less access to %(client)s"),
                _("%(by)s gave up the access of %(firm)s to some accounts of %(client)s."),
            )
        case "access_end_set":
            return (
                _("Your access to %(client)s has another end"),
                _("The taxpayer changed the last day of your access."),
            )
        case _:
            return (
                _("Your access to %(client)s has changed"),
                _("The taxpayer changed what %(firm)s may do."),
            )


def _you_gave(details: Mapping[str, Any]) -> Words:
    if not details.get("firm"):
        return Words(_("Access was given with your logon"), [])
    names = Unknown(details)
    return Words(
        _("Your logon gave %(firm)s access to %(client)s") % names,
        [_("It may do what was approved, and no more. You can end it at any time under Who acts for me.")],
        _("See what happened"),
    )


def _of(words: Callable[[str, Mapping[str, Any]], Words], what: str) -> Callable[[Mapping[str, Any]], Words]:
    return partial(words, what)


_STATES = ("reminded", *(state.value for state in State if state is not State.PENDING))
register(
    NoticeKind(RECEIVED, _received),
    *(NoticeKind(of_request(state), _of(_request, state)) for state in _STATES),
    *(NoticeKind(kind, _of(_change, kind)) for kind in (REVOKED, DROPPED, END_SET, CHANGED)),
    NoticeKind(YOU_GAVE, _you_gave, security=True),
)
