"""Second factors: the list of one's own, or the choice of a first one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.logons.models import Authenticator, Logon, Passkey
from countersign.logons.second_factors import factors_of, required_for
from countersign.logons.second_factors.passkeys import possible
from countersign.security.views.whose import whose
from countersign.ui.components.moments import when
from countersign.ui.tables import Column, Link, Table


@require_safe
def factors(request: HttpRequest) -> HttpResponse:
    """What one has, and the ways to add and remove."""
    now = timezone.now()
    who = whose(request, now)
    if who.half is not None:
        if who.half.proved:
            return HttpResponseRedirect(reverse("security:recovery_codes"))
        context = {"passkeys_possible": possible(), "username": who.logon.username}
        return render(request, "security/set_up.html", context)
    logon = who.logon
    has, required = factors_of(logon), required_for(logon)
    stays = required and has.lasting <= 1
    context = {
        "has": has,
        "required": required,
        "stays": stays and has.lasting == 1,
        "passkeys_possible": possible(),
        "passkeys": _passkeys(logon, stays) if has.passkeys else None,
        "app": _app(logon) if has.authenticator else None,
        "done": request.GET.get("done", "") in ("added", "removed"),
        "demo_relaxed": settings.DEMO and not required,
    }
    return render(request, "security/factors.html", context)


def _passkeys(logon: Logon, stays: bool) -> Table:
    rows = [
        {
            "name": one.name,
            "added": when(one.added_at),
            "used": when(one.last_used_at) if one.last_used_at else _("not yet"),
            "remove": "" if stays else Link(_("Remove"), reverse("security:remove_passkey", args=[one.pk]), one.name),
        }
        for one in Passkey.objects.filter(logon=logon, removed_at=None).order_by("added_at", "pk")
    ]
    columns = [
        Column("name", _("Passkey"), row_header=True),
        Column("added", _("Added")),
        Column("used", _("Last used")),
        Column("remove", _("Remove")),
    ]
    return Table(_("Your passkeys"), columns, rows, quiet_caption=True)


def _app(logon: Logon) -> list[tuple[Any, Any]]:
    app = Authenticator.objects.get(logon=logon, removed_at=None)
    used = when(app.last_used_at) if app.last_used_at else _("not yet")
    return [(_("Added"), when(app.added_at)), (_("Last used"), used)]
