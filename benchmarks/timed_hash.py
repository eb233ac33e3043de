"""The site as gunicorn serves it, with a stopwatch around each password hash: what ``benchmarks.sign_in`` starts.

Two hashes at once on two cores, beside a database, take a tenth more of a core's time than one on a quiet machine: so
what a sign-in costs is compared with the hashes of that very run.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from countersign.config.wsgi import application
from countersign.logons.hashers import Argon2Hasher

FOLDER = "BENCHMARK_HASH_SECONDS"
_lock, _spent = threading.Lock(), 0.0
_verify = Argon2Hasher.verify


def _timed(self: Argon2Hasher, *args: Any, **more: Any) -> Any:
    global _spent
    began = time.thread_time()
    try:
        return _verify(self, *args, **more)
    finally:
        with _lock:
            _spent += time.thread_time() - began
            (Path(os.environ[FOLDER]) / str(os.getpid())).write_text(str(_spent))


Argon2Hasher.verify = _timed  # type: ignore[method-assign,assignment]


__all__ = ["application"]
