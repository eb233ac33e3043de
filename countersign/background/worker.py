"""The worker process: runs jobs as they come and periodic work as it falls due, until it is asked to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from concurrent.futures import ThreadPoolExecutor

from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.db_cleanup import DjangoApp
from procrastinate.contrib.django.utils import connector_params

from countersign.background import stopping
from countersign.background.periodic import Periodic, place_of, registered, run_once

logger = logging.getLogger(__name__)

JOBS_AT_ONCE = 4
THREADS = 24
LONGEST_PAUSE = 30.0
STOP_SECONDS = 20.0


def work_until_stopped() -> None:
    """Work until SIGTERM or SIGINT. What is under way then is finished first: at most the mail being sent.

    A database that goes away is waited for; jobs and mail of the meantime are done when it is back.
    """
    asyncio.run(_work())


async def _work() -> None:
    loop = asyncio.get_running_loop()
    # Every periodic work and every job gets a thread of its own: none waits for another's mail server.
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="work"))
    stop = asyncio.Event()

    def on_signal() -> None:
        stopping.set()
        stop.set()

    stopping.clear()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    logger.info("worker started")
    async with asyncio.TaskGroup() as tasks:
        for work in registered():
            tasks.create_task(_repeat(work, stop))
        tasks.create_task(_take_jobs(stop))
    logger.info("worker stopped")


async def _repeat(work: Periodic, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await asyncio.to_thread(run_once, work)
        await _wait(stop, work.seconds)


async def _take_jobs(stop: asyncio.Event) -> None:
    pause = 1.0
    while not stop.is_set():
        jobs = asyncio.create_task(_run_jobs())
        stopped = asyncio.create_task(stop.wait())
        began = asyncio.get_running_loop().time()
        await asyncio.wait({jobs, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if stop.is_set():
            jobs.cancel()  # procrastinate takes this as "finish what you have"
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await jobs
            return
        # It never ends by itself except when the database is gone.
        error = jobs.exception()
        logger.error("the job queue cannot be read: %s", place_of(error) if error else "connection lost")
        if asyncio.get_running_loop().time() - began > LONGEST_PAUSE:
            pause = 1.0
        await _wait(stop, pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _run_jobs() -> None:
    # An app of its own for taking jobs. Work that queues a job or a mail does so through the site's app, and so in
    # its own Django transaction, like everybody else.
    own: App = DjangoApp(connector=PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=JOBS_AT_ONCE + 1))
    own.tasks = app.tasks
    async with own.open_async():
        await own.run_worker_async(
            concurrency=JOBS_AT_ONCE,
            delete_jobs="successful",
            install_signal_handlers=False,
            shutdown_graceful_timeout=STOP_SECONDS,
        )


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
