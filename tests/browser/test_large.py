"""A device with 10,000 documents: first sync, cold start, search, and a list of 2,000 lots.

Prints the figures. What must hold: a search answers within 50 ms in 95 of 100 cases on the device
(measured in the worker, as the page's answer comes), and no task of the page is longer than 100 ms.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser import large_plant
from tests.browser.device import PHONE, Device
from tests.browser.real_server import RealServer

LOTS_SHOWN = "#main .tiles > .tile"
SEARCH_MS_MAX = 50
LONG_TASK_MS_MAX = 100
QUERIES = (
    "x000",
    "cqcj",
    "szsw",
    "m-1001",
    "ftzj",
    "有限公司 重庆",
    "wx017",
    "prv-0012",
    "j",
    "水务",
)
ASK = """async (queries) => {
  const times = [];
  for (const q of queries) {
    const began = performance.now();
    const answer = await fetch(`/find?q=${encodeURIComponent(q)}`, {
      headers: { "HX-Request": "true" },
    });
    const found = await answer.text();
    times.push(performance.now() - began);
    if (!found.includes('id="found"')) throw new Error(`no answer to ${q}`);
  }
  return times;
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    folder = tmp_path_factory.mktemp("large")
    assert large_plant.build(folder / "data") == large_plant.DOCUMENTS
    server = RealServer(folder / "data")
    server.start()
    yield server
    server.kill()


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[round((len(times) - 1) * share)]


def test_ten_thousand_documents_are_searched_and_unrolled_without_a_server(
    playwright: Playwright, server: RealServer, tmp_path: Path
):
    device = Device(playwright, server, tmp_path / "phone", viewport=PHONE)
    device.open()
    began_s = time.monotonic()
    device.sign_in("zhang.wei")
    figures = {"first sync, s": time.monotonic() - began_s}
    device.page.wait_for_load_state("networkidle")
    server.kill()
    figures |= searched(device)
    device.close()
    device.open()
    figures["cold start to the first page, ms"] = device.opened_in_ms("/find")
    figures |= {f"cold {name}": ms for name, ms in searched(device).items()}
    figures |= unrolled(device)
    device.close()
    for name, figure in figures.items():
        print(f"{name:45} {figure:8.1f}")
    assert figures["search p95, ms"] < SEARCH_MS_MAX
    assert figures["longest task while scrolling, CPU ms"] < LONG_TASK_MS_MAX
    assert figures["longest task while filtering, CPU ms"] < LONG_TASK_MS_MAX
    assert device.problems == []


def searched(device: Device) -> dict[str, float]:
    """The first search after a start, and the next hundred."""
    device.go("/find")
    [first] = device.page.evaluate(ASK, ["vx00"])
    times: list[float] = device.page.evaluate(ASK, list(QUERIES) * 10)
    return {
        "first search, ms": first,
        "search p50, ms": percentile(times, 0.5),
        "search p95, ms": percentile(times, 0.95),
    }


def unrolled(device: Device) -> dict[str, float]:
    """All lots scrolled through to the end, then filtered."""
    page = device.page
    opened_ms = device.opened_in_ms("/lots")
    shown = page.locator(LOTS_SHOWN)
    with watched(device) as tasks:
        while page.locator("#main .more").count():
            last = page.locator("#main .more").get_attribute("href")
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            page.locator(f'#main .more[href="{last}"]').wait_for(state="detached")
    scrolled = max(tasks)
    total = page.locator("#main .tile").count()
    with watched(device) as tasks:
        page.locator("[name=q]").fill("x0001")
        page.locator(".search button").click()
        expect(shown).to_have_count(10)
        page.locator('label:has([name=status][value="passed"])').click()
        expect(page.locator("#main .empty")).to_be_visible()
    return {
        "list of lots to the DOM, ms": opened_ms,
        "lots scrolled through": float(total),
        "longest task while scrolling, CPU ms": scrolled,
        "longest task while filtering, CPU ms": max(tasks),
    }


@contextmanager
def watched(device: Device) -> Iterator[list[float]]:
    """The processor time of each task of the page's main thread meanwhile, in ms."""
    tasks: list[float] = []
    session = device.context.new_cdp_session(device.page)
    events: list[dict[str, Any]] = []
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    ended: list[bool] = []
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": {
        "includedCategories": ["toplevel", "disabled-by-default-devtools.timeline"]}})  # fmt: skip
    yield tasks
    session.send("Tracing.end")
    while not ended:
        device.page.wait_for_timeout(50)
    tasks += page_tasks(events)
    session.detach()


def page_tasks(events: list[dict[str, Any]]) -> Iterator[float]:
    """The tasks of the main thread, but for those in which the test's own commands arrive."""
    main = {(e["pid"], e["tid"]) for e in events
            if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"}  # fmt: skip
    ours = [e["ts"] for e in events if "DevTools" in str(e.get("args", ""))]
    for event in events:
        if event["name"].endswith("RunTask") and (event["pid"], event["tid"]) in main:
            end = event["ts"] + event.get("dur", 0)
            if not any(event["ts"] <= at <= end for at in ours):
                yield event.get("tdur", 0) / 1000
