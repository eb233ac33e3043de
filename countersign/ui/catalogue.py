"""Translations: the compiled form (.mo) is derived from the written one (.po) and never committed.

It is made when the application starts, so that nobody needs gettext and nobody can forget it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


def compile_changed() -> list[Path]:
    """Compile each catalogue that is newer than its compiled form. Returns the files written.

    Several processes may do so at once: each writes beside the file and renames. Where the folder cannot be
    written, what is there is used.
    """
    written = []
    for folder in settings.LOCALE_PATHS:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/django.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with contextlib.suppress(OSError):
                _compile(source, target)
                written.append(target)
    return written


def _compile(source: Path, target: Path) -> None:
    # Imported here because only a changed catalogue needs it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as text:
        translations = read_po(text, abort_invalid=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=".mo.new")
    try:
        with os.fdopen(descriptor, "wb") as compiled:
            write_mo(compiled, translations)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
