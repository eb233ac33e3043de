"""Time in words and exactly (UX rule 10), in the agency's time zone and the reader's language; numbers."""

from __future__ import annotations

import datetime

from django.utils import dateformat, timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext

_DAY = 24 * 3600


def when(moment: datetime.datetime | datetime.date | None, now: datetime.datetime | None = None) -> str:
    """ "in 12 days (6 December 2026)"; within a day "in 3 hours (6 December 2026, 3:04 p.m.)"; None is "".

    A day without a time is one of the agency's calendar. ``now`` is for tests.
    """
    if moment is None:
        return ""
    now = now or timezone.now()
    if not isinstance(moment, datetime.datetime):
        return _marked(moment.isoformat(), days_in_words((moment - _local(now).date()).days), day(moment))
    local = _local(moment)
    seconds = (moment - now).total_seconds()
    days = (local.date() - _local(now).date()).days
    if abs(seconds) < _DAY:
        return _marked(local.isoformat(timespec="minutes"), _hours_in_words(seconds), day_and_time(moment))
    return _marked(local.isoformat(timespec="minutes"), days_in_words(days), day(local.date()))


def day(date: datetime.date | None) -> str:
    """ "6 December 2026"; a moment is given its day in the agency's time zone."""
    if date is None:
        return ""
    if isinstance(date, datetime.datetime):
        date = _local(date).date()
    return dateformat.format(date, pgettext("how a day is written, as Django's date filter", "j F Y"))


def day_and_time(moment: datetime.datetime | None) -> str:
    """ "6 December 2026, 3:04 p.m."."""
    if moment is None:
        return ""
    pattern = pgettext("how a moment is written, as Django's date filter", "j F Y, g:i a")
    return dateformat.format(_local(moment), pattern)


def number(count: int | None) -> str:
    """48213 as "48,213", in the reader's language."""
    return "" if count is None else number_format(count, use_l10n=True, force_grouping=True)


def days_in_words(days: int) -> str:
    """ "today", "tomorrow", "in 12 days", "3 months ago"."""
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    if days == -1:
        return gettext("yesterday")
    size = abs(days)
    if size < 60:
        ahead, behind = ngettext("in %d day", "in %d days", size), ngettext("%d day ago", "%d days ago", size)
    elif size < 730:
        size = round(size / 30.44)
        ahead = ngettext("in %d month", "in %d months", size)
        behind = ngettext("%d month ago", "%d months ago", size)
    else:
        size = round(size / 365.25)
        ahead, behind = ngettext("in %d year", "in %d years", size), ngettext("%d year ago", "%d years ago", size)
    return (ahead if days > 0 else behind) % size


def _hours_in_words(seconds: float) -> str:
    minutes = int(abs(seconds) // 60)
    if minutes < 1:
        return gettext("now") if seconds >= 0 else gettext("just now")
    if minutes < 60:
        ahead = ngettext("in %d minute", "in %d minutes", minutes)
        behind = ngettext("%d minute ago", "%d minutes ago", minutes)
        return (ahead if seconds > 0 else behind) % minutes
    hours = minutes // 60
    ahead, behind = ngettext("in %d hour", "in %d hours", hours), ngettext("%d hour ago", "%d hours ago", hours)
    return (ahead if seconds > 0 else behind) % hours


def _local(moment: datetime.datetime) -> datetime.datetime:
    return timezone.localtime(moment, timezone.get_default_timezone())


def _marked(exact: str, words: str, exactly: str) -> str:
    return format_html('<time datetime="{}">{} <span class="exactly">({})</span></time>', exact, words, exactly)
