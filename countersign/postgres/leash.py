"""Child processes that never outlive the process that started them, not even its ``kill -9``."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import IO

from countersign.postgres.account import SystemAccount

_PR_SET_PDEATHSIG = 1
_ON_LINUX = sys.platform == "linux"
# Waits for the end of its standard input, which only the watched-over parent holds open, then ends the child.
_WATCHER = "import os, sys; sys.stdin.buffer.read(); os.kill(int(sys.argv[1]), int(sys.argv[2]))"


class Leashed:
    """A child on a leash. ``child`` is the running program; ``end`` asks it to stop and waits."""

    def __init__(self, child: subprocess.Popen[bytes], watcher: subprocess.Popen[bytes] | None) -> None:
        self.child = child
        self._watcher = watcher

    def ask(self, ask: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to stop without waiting, so that several can stop at once."""
        if self.child.poll() is None:
            self.child.send_signal(ask)

    def end(self, *, ask: signal.Signals = signal.SIGTERM, seconds: float = 10.0) -> None:
        """Ask with the signal, wait at most so long, then kill. Ending it twice is harmless."""
        release(self._watcher)
        self.ask(ask)
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def start(
    command: Sequence[str | Path],
    *,
    account: SystemAccount | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    output: IO[bytes] | int | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    keep_open: Collection[int] = (),
) -> Leashed:
    """Start the command so that it gets ``death_signal`` when this process dies, however it dies.

    In a session of its own: Ctrl-C in the terminal reaches only us, and we end children in the right order.
    File descriptors in ``keep_open`` are handed on. Call from the main thread: Linux ties the leash to the
    thread that forked, not to the process.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("a leash holds only from the main thread")
    child = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=dict(environment) if environment is not None else None,
        cwd=directory,
        pass_fds=tuple(keep_open),
        start_new_session=True,
        preexec_fn=_before_exec(account, death_signal),
    )
    return Leashed(child, None if _ON_LINUX else watch(child.pid, death_signal))


def watch(pid: int, death_signal: signal.Signals) -> subprocess.Popen[bytes]:
    """Leash a process that is not our child (or where the system has no leash): a small process waits for our end.

    Release it with :func:`release` once the process has ended, lest it ends a stranger with the same number.
    """
    return subprocess.Popen(
        [sys.executable, "-c", _WATCHER, str(pid), str(int(death_signal))],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def release(watcher: subprocess.Popen[bytes] | None) -> None:
    """End a watcher without letting it act."""
    if watcher is None:
        return
    watcher.kill()
    watcher.wait()
    if watcher.stdin is not None:
        watcher.stdin.close()


def _before_exec(account: SystemAccount | None, death_signal: signal.Signals) -> Callable[[], None]:
    # Loaded before the fork: the child must not import or allocate more than it has to.
    libc = ctypes.CDLL(None, use_errno=True) if _ON_LINUX else None
    parent = os.getpid()
    step_down = account if account is not None and not account.is_launcher else None

    def prepare() -> None:
        if step_down is not None:
            os.setgroups([])
            os.setgid(step_down.gid)
            os.setuid(step_down.uid)
        # After setuid, which clears it.
        if libc is not None and libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
            os._exit(126)
        # The parent may have died between fork and prctl.
        if os.getppid() != parent:
            os._exit(126)

    return prepare
