"""bin/demo for real: comes up, is not started twice, and leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.demo.ports import SITE, listen, port_of

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks for children in /proc")]
MAKING = {"migrate", "demo-world", "import", "demo-factors"}
TOP = Path(__file__).resolve().parent.parent.parent


class Demos:
    """Demos of one folder. All that they start carry a mark in their environment, by which it is found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._mark = secrets.token_hex(8)
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        own = ("DATABASE_URL", "DATABASE_OWNER_URL")
        environment = {name: value for name, value in os.environ.items() if name not in own}
        demo = subprocess.Popen(
            [sys.executable, "-m", "countersign.demo", "--folder", str(self.folder), *arguments],
            cwd=TOP, env={**environment, "DEMO_MARK": self._mark}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._started.append(demo)
        return demo

    def running(self) -> list[str]:
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and self._mark.encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
        return [line for line in found if line]

    def all_gone(self, seconds: float = 60.0) -> bool:
        deadline = time.monotonic() + seconds
        while self.running() and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self.running()

    def end(self) -> None:
        for demo in self._started:
            demo.kill()
            demo.communicate()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One for all tests here: the demo's world is brought in once."""
    path = Path("/tmp") / f"countersign-demo-{os.getpid()}"  # noqa: S108 - every account can pass through
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def demos(folder: Path) -> Iterator[Demos]:
    every = Demos(folder)
    yield every
    every.end()
    assert every.all_gone()


def site_of(demo: subprocess.Popen[str]) -> str:
    """Reads what the demo says until it is up; returns its address."""
    assert demo.stdout is not None
    said = ""
    for line in demo.stdout:
        said += line
        if "Stop: Ctrl-C" in line:
            return re.findall(r"Site +(http://\S+)", said)[0]
    pytest.fail(f"the demo did not come up: {said}")


def answers(address: str) -> bool:
    with urllib.request.urlopen(f"{address}healthz", timeout=10) as answer:  # noqa: S310 - our own address
        return answer.status == 200


def test_it_comes_up_on_the_next_free_port_and_is_not_started_twice(demos: Demos) -> None:
    with listen(18400) as taken:
        demo = demos.start("--port", str(port_of(taken)))
        address = site_of(demo)
        assert address.startswith(f"http://{SITE}:")
        assert not address.endswith(f":{port_of(taken)}/")
    assert answers(address)
    second = demos.start()
    said, _ = second.communicate(timeout=30)
    assert second.returncode == 0
    assert f"running already: {address}" in said
    demo.send_signal(signal.SIGINT)
    assert demo.wait(30) == 0
    assert demos.all_gone()


def test_killing_it_leaves_nothing_and_the_next_start_makes_nothing_anew(demos: Demos) -> None:
    demo = demos.start("--port", "18500")
    site_of(demo)
    assert any("postgres" in line for line in demos.running())
    demo.kill()
    demo.wait()
    assert demos.all_gone()
    made = {path.name: path.stat().st_mtime_ns for path in demos.folder.glob("*.log") if path.stem in MAKING}
    assert made.keys() == {f"{name}.log" for name in MAKING}
    again = demos.start("--port", "18500")
    assert answers(site_of(again))
    # Nothing is made a second time: that is what takes long.
    assert made == {name: (demos.folder / name).stat().st_mtime_ns for name in made}
    again.terminate()
    assert again.wait(30) == 0
    assert demos.all_gone()


def test_stopped_while_it_starts(demos: Demos) -> None:
    for moment in (0.05, 0.3, 0.6, 1.0, 1.3):
        demo = demos.start("--port", "18600")
        time.sleep(moment)
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=30)
        assert demos.all_gone()


def test_stopped_the_moment_it_stands(demos: Demos) -> None:
    demo = demos.start("--port", "18700")
    site_of(demo)
    demo.send_signal(signal.SIGINT)
    said, _ = demo.communicate(timeout=30)
    assert (demo.returncode, said.strip()) == (0, "Stopping …")
    assert demos.all_gone()
