"""What a device is to the server: its signature, its copy of the documents, and its end.

Real Chromium browsers against a real server process that is killed with SIGKILL.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from server.demo import plant
from sync.signature import is_valid
from tests.browser.device import PASSWORD, Device
from tests.browser.real_server import RealServer, command
from tests.browser.test_journey import page_of
from tests.browser.test_restore import replica_of

LOGIN = "wang.fang"
KINDS_OF_PAGES = ["/", page_of(plant.SHARED_LOT), "/jobs", "/more"]
OPEN = """const db = await new Promise((done, failed) => {
  const opening = indexedDB.open("traveler");
  opening.onsuccess = () => done(opening.result);
  opening.onerror = () => failed(opening.error);
});"""
# The key as a page script could reach it, and whether it can be taken out of the browser.
TAKE_KEY = f"""async () => {{
  {OPEN}
  const getting = db.transaction("meta").objectStore("meta").get("key");
  const key = await new Promise((done) => (getting.onsuccess = () => done(getting.result)));
  db.close();
  const formats = ["pkcs8", "jwk", "raw"];
  const taking = formats.map((format) => crypto.subtle.exportKey(format, key.private));
  const taken = await Promise.allSettled(taking);
  const {{ extractable, usages }} = key.private;
  return {{ public: key.public, extractable, usages, taken: taken.map((one) => one.status) }};
}}"""
# A row goes missing behind the app's back, some time after the rows were counted last.
LOSE_ROW = f"""async (key) => {{
  {OPEN}
  const tx = db.transaction(["replica", "meta"], "readwrite");
  tx.objectStore("replica").delete(key);
  tx.objectStore("meta").delete("counted_at");
  await new Promise((done) => (tx.oncomplete = done));
  db.close();
}}"""
ASK_TO_SYNC = "async () => (await navigator.serviceWorker.ready).active.postMessage({type: 'sync'})"


class Bench:
    """One tablet and the server."""

    def __init__(self, server: RealServer, tablet: Device) -> None:
        self.server = server
        self.tablet = tablet

    def issue(self, quantity: str) -> str:
        """Material of the lot that others take from too; the entry."""
        self.tablet.go(page_of(plant.SHARED_LOT) + "?form=material.issued")
        self.tablet.fill({"body.quantity": quantity})
        return self.tablet.submit("material.issued")

    def entry(self, entry_id: str) -> tuple[Any, ...]:
        """device, raw, sig, status and code of an entry in the journal."""
        sql = "select device, raw, sig, status, code from journal where entry_id = ?"
        [row] = self.server.rows(sql, entry_id)
        return row

    def traveler(self, *arguments: object) -> str:
        """What a command that must succeed prints."""
        name, *more = [str(one) for one in arguments]
        call = [*command(name), *more, "--data", str(self.server.data)]
        done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sign_in_again(self) -> None:
        """As far as the page after it, whatever that says."""
        page = self.tablet.page
        self.tablet.go("/sign-in")
        page.fill("[name=login]", LOGIN)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with sync_playwright() as playwright:
        server = RealServer(tmp_path / "data")
        tablet = Device(playwright, server, tmp_path / "tablet", locale="en-US")
        server.start()
        tablet.open()
        tablet.sign_in(LOGIN)
        try:
            yield Bench(server, tablet)
        finally:
            tablet.close()
            server.kill()


def test_what_is_recorded_offline_arrives_signed_by_a_key_that_nobody_can_take(bench: Bench):
    key = bench.tablet.page.evaluate(TAKE_KEY)
    assert (key["extractable"], key["usages"]) == (False, ["sign"])
    assert key["taken"] == ["rejected"] * 3
    bench.server.kill()
    entry = bench.issue("1")
    assert bench.tablet.state()["waiting"] == 1
    bench.tablet.close()
    bench.tablet.open()
    bench.server.start()
    bench.tablet.go("/")
    bench.tablet.wait_until_sent()
    device, raw, sig, status, _ = bench.entry(entry)
    [(public,)] = bench.server.rows("select public_key from devices where id = ?", device)
    assert public == key["public"] == bench.tablet.page.evaluate(TAKE_KEY)["public"]
    assert is_valid(public, raw, sig)
    assert not is_valid(public, raw + b" ", sig)
    assert status == "applied"
    assert bench.tablet.problems == []


def test_a_revoked_tablet_shows_nothing_any_more_and_delivers_what_it_has(bench: Bench):
    page = bench.tablet.page
    bench.server.kill()
    entry = bench.issue("2")
    [(device,)] = bench.server.rows("select id from devices where public_key is not null")
    bench.traveler("device", "revoke", device)
    bench.server.start()
    bench.tablet.wait_for(lambda state: state["revoked"])
    expect(page.locator("[data-revoked] [data-delivered]")).to_be_visible()
    assert replica_of(bench.tablet) == {}
    assert bench.entry(entry)[3:] == ("parked", "device_revoked")
    for path in KINDS_OF_PAGES:
        bench.tablet.go(path)
        expect(page.locator("[data-revoked]")).to_be_visible()
    bench.tablet.go("/outbox")
    expect(page.locator(f'[data-entry="{entry}"]')).to_be_visible()
    bench.sign_in_again()
    expect(page.locator("[data-revoked]")).to_contain_text("ask your administrator")
    bench.traveler("device", "restore", device)
    bench.sign_in_again()
    bench.tablet.wait_for(lambda state: state["ready"] and not state["revoked"])
    bench.tablet.go(page_of(plant.SHARED_LOT))
    expect(page.locator("#main h1")).to_be_visible()
    expect(page.locator("[data-revoked]")).to_have_count(0)
    assert bench.tablet.problems == []


def test_a_document_that_went_missing_comes_back_and_the_server_hears_of_it(bench: Bench):
    page = bench.tablet.page
    page.evaluate(LOSE_ROW, plant.SHARED_LOT)
    assert plant.SHARED_LOT not in replica_of(bench.tablet)
    page.evaluate(ASK_TO_SYNC)
    bench.tablet.wait_for(lambda _: plant.SHARED_LOT in replica_of(bench.tablet))
    bench.tablet.go("/outbox")
    expect(page.locator('[data-diverged="SZ.floor"]')).to_contain_text("loaded anew")
    log = bench.server.data.parent / "server.log"
    assert "diverged" in log.read_text("utf-8")
    assert bench.tablet.problems == []
