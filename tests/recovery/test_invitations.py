"""Whoever was invited and forgot: a new link to the invitation while it lasts, and never beyond."""

from __future__ import annotations

from datetime import timedelta

from countersign.logons.models import Link, Logon
from countersign.recovery.models import ForgottenAsk
from countersign.recovery.operations import answer_ask
from countersign.secondary_logons.operations import add_secondary
from tests.cast import username
from tests.secondary_logons.conftest import Firm


def answered(email: str, firm: Firm, days: float) -> int:
    now = firm.now + timedelta(days=days)
    ask = ForgottenAsk.objects.create(email=email, language="en", asked_at=now)
    return answer_ask(ask=ask.pk, now=now)


def test_an_invitation_is_mailed_again_but_never_made_longer(cast_world: None) -> None:
    firm = Firm()
    new = firm.new(username="noor.lopezcpa")
    add_secondary(**new)
    noor = Logon.objects.get(username="noor.lopezcpa")
    ends = Link.objects.get(logon=noor, void_at=None).expires_at
    assert answered(noor.email, firm, 10) == 1
    assert Link.objects.get(logon=noor, void_at=None).expires_at == ends, "newest only, and over at the same moment"
    assert answered(noor.email, firm, 15) == 0


def test_whom_an_import_invited_begins_here_at_any_time(cast_world: None) -> None:
    firm, pat = Firm(), Logon.objects.get(username=username("pat"))
    assert answered(pat.email, firm, 100) == 1
    assert Link.objects.get(logon=pat, void_at=None).kind == "enroll"
