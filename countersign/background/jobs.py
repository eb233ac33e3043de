"""Upkeep of the job queue itself."""

from __future__ import annotations

from asgiref.sync import async_to_sync
from django.utils import timezone
from procrastinate.contrib.django import app

STALLED_SECONDS = 60
KEPT_HOURS = 7 * 24


def rescue_stalled_jobs() -> None:
    """Periodic: jobs whose worker died are put back into the queue."""
    stalled = async_to_sync(app.job_manager.get_stalled_jobs)(seconds_since_heartbeat=STALLED_SECONDS)
    for job in stalled:
        async_to_sync(app.job_manager.retry_job)(job, retry_at=timezone.now())


def forget_old_jobs() -> None:
    """Periodic: failed and cancelled jobs are kept for a week. Those that went well are not kept at all."""
    async_to_sync(app.job_manager.delete_old_jobs)(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
