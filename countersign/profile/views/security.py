"""Security: this session, and who came in lately."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from countersign.logons.sessions import SessionEnd, ends_at_latest, signed_in_at
from countersign.logons.signed_in import signed_in
from countersign.policy.reasons import Reason
from countersign.profile.queries import SignInEntry, recent_sign_ins
from countersign.profile.views.tabs import number_in_address, tab_page
from countersign.ui.components.moments import when
from countersign.ui.tables import Column, Empty, Link, Pager, StatusWord, Table, TwoLines


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """When this session began and ends; security activity from the event log, newest first."""
    before = number_in_address(request.GET.get("before", ""))
    entries, following = recent_sign_ins(signed_in(request), before=before)
    address = reverse("profile:security")
    context = {
        "session": _session(request),
        "table": _table(entries),
        "pager": Pager(
            previous_url=address if before is not None else "",
            next_url=f"{address}?before={following}" if following else "",
        ),
    }
    return tab_page(request, "security", "profile/security.html", context)


def _session(request: HttpRequest) -> list[tuple[Any, Any]]:
    minutes = settings.SESSION_IDLE_SECONDS // 60
    idle = ngettext("after %d minute without activity", "after %d minutes without activity", minutes) % minutes
    latest = ends_at_latest(request.session)
    return [
        (_("Signed in"), when(signed_in_at(request.session), timezone.now())),
        (_("Ends"), TwoLines(idle, format_html(_("at the latest {}"), when(latest)))),
    ]


def _table(entries: list[SignInEntry]) -> Table:
    return Table(
        _("Security activity"),
        [
            Column("at", _("When"), row_header=True),
            Column("what", _("What happened")),
            Column("detail", _("Detail")),
            Column("report", _("Not you?")),
        ],
        [_row(entry) for entry in entries],
        Empty(_("No sign-in is on record yet"), _("Each sign-in from now on is listed here.")),
        quiet_caption=True,
    )


def _row(entry: SignInEntry) -> dict[str, Any]:
    report: Any = ""
    if entry.name not in ("SignedOut", "ReportedNotMe"):
        report = Link(_("This wasn't me"), reverse("notices:own"), _what(entry).word)
    return {"at": when(entry.at), "what": _what(entry), "detail": _detail(entry), "report": report}


def _what(entry: SignInEntry) -> StatusWord:
    match entry.name:
        case "SignedIn":
            return StatusWord("good", _("Signed in"))
        case "SignInFailed":
            return StatusWord("bad", _("Not let in"))
        case "SignedOut":
            return StatusWord("ended", _("Signed out"))
        case _:
            return StatusWord("neutral", security_words().get(entry.name, _("Something changed")))


def security_words() -> dict[str, str]:
    """Event of one's security → what it is called here."""
    return {
        "SignedInFromNewDevice": _("New device"),
        "PasswordReset": _("New password by a mailed link"),
        "PasswordChanged": _("Password changed"),
        "FactorRemovalAsked": _("Loss of second factors reported"),
        "FactorRemovalCancelled": _("Removal of second factors cancelled"),
        "FactorsRemoved": _("All second factors removed"),
        "ParentAskedToVouch": _("Parent logon asked to confirm lost second factors"),
        "LostFactorsVouched": _("Lost second factors confirmed by the parent logon, and removed"),
        "LostFactorsNotVouched": _("Lost second factors not confirmed by the parent logon"),
        "LostFactorsAskEnded": _("Parent logon need not confirm lost second factors any more"),
        "SecondFactorAdded": _("Second factor added"),
        "SecondFactorRemoved": _("Second factor removed"),
        "RecoveryCodesMade": _("Recovery codes made"),
        "RecoveryCodeUsed": _("Recovery code used"),
        "SessionsEnded": _("Sessions ended from the list"),
        "KnownDevicesEnded": _("Devices forgotten"),
        "EmailChangeAsked": _("New e-mail address entered"),
        "EmailChanged": _("E-mail address changed"),
        "ProfileChanged": _("Profile changed"),
        "ReportedNotMe": _("Reported: this wasn't me"),
    }


def _detail(entry: SignInEntry) -> Any:
    if entry.name == "SignedIn":
        return {
            "passkey": _("with passkey"),
            "password+passkey": _("with password and passkey"),
            "password+authenticator": _("with password and authenticator app"),
            "password+recovery_code": _("with password and recovery code"),
        }.get(entry.how, _("with password"))
    if entry.name == "SignInFailed":
        return {
            "wrong_password": _("wrong password"),
            "wrong_second_factor": _("wrong second factor"),
            Reason.LOGON_NOT_ACTIVE.value: _("the logon was not active"),
        }.get(entry.reason, "")
    if entry.name != "SignedOut":
        return ""
    return {
        SessionEnd.ASKED.value: _("by Log Out"),
        SessionEnd.IDLE.value: _("without activity for too long"),
        SessionEnd.WHOLE.value: _("the session had lasted as long as one may"),
        SessionEnd.NOT_ACTIVE.value: _("the logon was not active any more"),
        SessionEnd.ENDED.value: _("ended from another browser, or by a change of password or second factors"),
    }.get(entry.why, "")
