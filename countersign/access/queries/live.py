"""The one way in which SQL says that a fact is live."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def live(alias: str, *, at: str = "%(at)s", past: bool) -> str:
    """SQL: the fact ``alias`` is live at the moment ``at`` (SPEC 2, "Facts have periods").

    ``past`` false asks about now: an ended fact never counts then, whatever its clock said, so that two
    servers whose clocks differ cannot let a revoked right live on (law 7).
    """
    not_ended = f"{alias}.ended_at IS NULL"
    if past:
        not_ended = f"({alias}.ended_at IS NULL OR {alias}.ended_at > {at})"
    return f"{alias}.begins_at <= {at} AND ({alias}.ends_at IS NULL OR {alias}.ends_at > {at}) AND {not_ended}"


def after_waiting(now: datetime) -> datetime:
    """The moment about which an operation asks such statements once it holds its locks.

    ``now`` was taken before it waited: of what began meanwhile it would see nothing (ADR 2).
    """
    return max(now, timezone.now())
