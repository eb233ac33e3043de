"""How far Hypothesis looks.

``bin/test`` draws the same worlds each time, so that a red run is about the change at hand. ``COUNTERSIGN_EXPLORE=20
bin/test tests/differential tests/laws`` draws twenty times as many, and others each time: for the nights.
"""

from __future__ import annotations

import os

from hypothesis import settings

EXPLORE = max(1, int(os.environ.get("COUNTERSIGN_EXPLORE", "1")))

settings.register_profile("countersign", deadline=None, derandomize=EXPLORE == 1, print_blob=True)
settings.load_profile("countersign")
