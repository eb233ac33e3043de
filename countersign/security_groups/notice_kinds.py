"""What a secondary logon is told when customers come to or leave its security groups. No tax facts (SPEC 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countersign.notices.kinds import NoticeKind, Words, register
from countersign.ui.components.moments import number

CUSTOMERS_CHANGED = "customers_of_logon_changed"


def _changed(details: Mapping[str, Any]) -> Words:
    gains, losses = int(details.get("gains", 0)), int(details.get("losses", 0))
    sentences = []
    if gains:
        sentences.append(
            ngettext("%(count)s customer has come to you.", "%(count)s customers have come to you.", gains)
            % {"count": number(gains)}
        )
    if losses:
        sentences.append(
            ngettext(
                "%(count)s customer has left you: you no longer act for it.",
                "%(count)s customers have left you: you no longer act for them.",
                losses,
            )
            % {"count": number(losses)}
        )
    sentences.append(_("Whoever manages your logon changed the security groups. It counts at once."))
    return Words(_("The customers that you act for have changed"), sentences, _("See your accounts"))


register(NoticeKind(CUSTOMERS_CHANGED, _changed))
