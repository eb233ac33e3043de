"""``python -m countersign.demo.picture``: the picture of README.md, taken of the running demo."""

from __future__ import annotations

import json
import shutil
import sys

from playwright.sync_api import sync_playwright

from countersign.demo.cast import PASSWORD, username
from countersign.demo.lasting import TOP

PICTURE = TOP / "docs" / "home.png"


def main() -> int:
    """Sign in as the preparer of the cast and take the first screen of Home."""
    try:
        address = json.loads((TOP / ".demo" / "running.json").read_text())["address"]
    except OSError:
        print("start bin/demo first", file=sys.stderr)
        return 2
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
        )
        page = chromium.new_page(viewport={"width": 1280, "height": 860}, locale="en-US")
        page.goto(f"{address}log-in/")
        page.get_by_label("Username").fill(username("maria"))
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log In").click()
        page.wait_for_url(address)
        page.screenshot(path=PICTURE)
        chromium.close()
    print(f"wrote {PICTURE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
