"""The page of a file that was submitted: any browser may come back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from countersign.submissions.views import spaced
from countersign.ui.components.moments import number
from countersign.uploads.models import UploadedFile


@dataclass(frozen=True, slots=True)
class ProgressWords:
    """What the page says: ``running``, ``done`` and ``stopped`` are headings, ``refused`` says why it stopped."""

    running: Any
    done: Any
    stopped: Any
    refused: Any
    summary: Any


def counts_of(kept: UploadedFile) -> dict[str, str]:
    """How many rows are done and skipped, of how many: for the summary."""
    return {
        "done": str(number(kept.done)),
        "rows": str(number(len(kept.rows))),
        "skipped": str(number(len(kept.results or []) - kept.done)),
    }


def progress_of(kept: UploadedFile, words: ProgressWords, *, results_url: str, back_url: str) -> dict[str, Any]:
    """What ``uploads/_progress.html`` shows. ``one_piece``: every row counts at the same moment, at the end."""
    looked_at = len(kept.results or [])
    heading = words.running if kept.running else words.stopped if kept.refused else words.done
    return {
        "progress": {
            "heading": heading,
            "refused": words.refused if kept.refused else "",
            "summary": words.summary,
            "number": spaced(kept.submission),
            "rows": len(kept.rows),
            "looked_at": looked_at,
            "running": kept.running,
            "one_piece": kept.running and not kept.skip_bad,
            "results_url": results_url,
            "back_url": back_url,
        }
    }
