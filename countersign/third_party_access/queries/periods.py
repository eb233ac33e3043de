"""Days of the agency and the moments at which they begin: an end date is the last day that counts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

LAST_YEAR = 2100
"""No period reaches beyond the end of this year."""


def start_of(day: date) -> datetime:
    """The moment at which the day begins in the agency's time zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def end_of(last_day: date | None) -> datetime | None:
    """The planned end of what lasts up to and including this day; None for no end."""
    return None if last_day is None else start_of(last_day + timedelta(days=1))


def day_of(moment: datetime) -> date:
    """The agency's day of a moment."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def last_day_of(ends_at: datetime | None) -> date | None:
    """The last day that counts, of a planned end; None for no end."""
    return None if ends_at is None else day_of(ends_at - timedelta(microseconds=1))
