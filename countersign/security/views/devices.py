"""Known devices: what that means, which there are, and that one, or all others, are known no more."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons.known_devices import known_devices, this_device
from countersign.logons.models import KnownDevice
from countersign.logons.signed_in import signed_in
from countersign.security import operations
from countersign.ui.components.moments import when
from countersign.ui.tables import Column, Empty, Link, Pager, StatusWord, Table

PAGE = 25
_LONGEST = 6


@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """The devices that are known, the last used first; this one is marked."""
    now = timezone.now()
    logon = signed_in(request)
    found = known_devices(logon, now)
    this = this_device(request, logon, now)
    total = found.count()
    pages = max(1, -(-total // PAGE))
    number = min(max(_number(request.GET.get("page", "")), 1), pages)
    first = (number - 1) * PAGE
    shown = list(found[first : first + PAGE])
    ended = request.GET.get("ended", "")
    context = {
        "table": _table(shown, this),
        "pager": Pager(
            previous_url=f"?page={number - 1}" if number > 1 else "",
            next_url=f"?page={number + 1}" if number < pages else "",
            first=first + 1,
            last=first + len(shown),
            total=total,
        ),
        "paged": pages > 1,
        "others": total > (this is not None),
        "known": this is not None,
        "days": settings.KNOWN_DEVICE_DAYS,
        "ended": ended if ended in ("one", "none", "others") else "",
    }
    return render(request, "security/devices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def end_device(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what follows, then this device is known no more. Nothing is asked for it: it only reduces."""
    now = timezone.now()
    logon = signed_in(request)
    if request.method == "POST":
        operations.end_device(actor=logon, device=pk, now=now)
        return _back("one")
    found = operations.device_to_end(actor=logon, device=pk)
    this = this_device(request, logon, now)
    context = {"device": _name(found), "here": this is not None and this.pk == found.pk, "found": found}
    return render(request, "security/end_device.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def end_other_devices(request: HttpRequest) -> HttpResponse:
    """Say what follows, then every device but this one is known no more."""
    now = timezone.now()
    logon = signed_in(request)
    this = this_device(request, logon, now)
    keep = this.pk if this is not None else None
    if request.method == "POST":
        count = operations.end_other_devices(actor=logon, keep=keep, now=now)
        return _back("others" if count else "none")
    count = known_devices(logon, now).exclude(pk=keep or 0).count()
    if not count:
        return HttpResponseRedirect(reverse("security:devices"))
    return render(request, "security/end_other_devices.html", {"count": count, "known": this is not None})


def _back(ended: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('security:devices')}?ended={ended}", status=303)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST else 1


def _name(device: KnownDevice) -> str:
    return device.description or _("Unknown browser")


def _table(shown: list[KnownDevice], this: KnownDevice | None) -> Table:
    rows: list[dict[str, Any]] = [
        {
            "device": _name(one),
            "since": when(one.known_since),
            "used": when(one.last_seen_at),
            "here": StatusWord("good", _("This browser")) if this is not None and this.pk == one.pk else "",
            "end": Link(_("Forget this device"), reverse("security:end_device", args=[one.pk]), _name(one)),
        }
        for one in shown
    ]
    columns = [
        Column("device", _("Device"), row_header=True),
        Column("since", _("Known since")),
        Column("used", _("Last signed in")),
        Column("here", _("Which"), quiet_label=True),
        Column("end", _("Forget"), quiet_label=True),
    ]
    empty = Empty(
        _("No device is known"),
        _("A browser is known here from the next time that you sign in with it, with everything that is asked."),
    )
    return Table(_("Known devices, the last used first"), columns, rows, empty, quiet_caption=True)
