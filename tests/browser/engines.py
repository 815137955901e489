"""`make browsers`: the journey's core in Firefox and in WebKitGTK, against a real server.

Sign in, work without the server, find, and all arrives when it is back. Says step by step what was
run, and of each engine what it does not have; Chromium's whole journey is `test_journey`.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import which

from server.demo import plant
from tests.browser.device import PASSWORD
from tests.browser.real_server import RealServer
from tests.browser.sights import page_of
from tests.browser.webdriver import Engine, Firefox, WebKit, wait

WHO = "wang.fang"
KIND = "material.issued"
FORM = f'#main form[action="/do/{KIND}"]'
STATE = """return navigator.serviceWorker.ready.then(({ active }) => new Promise((answer) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => answer(arguments[0] === "" || data[arguments[0]] === arguments[1]
    ? data : null);
  active.postMessage({ type: "hello" }, [port2]);
}))"""
LACKS = """return Object.entries({
  "BarcodeDetector": "BarcodeDetector" in self,
  "storage.persist": !!navigator.storage?.persist,
  "Web Locks": !!navigator.locks,
  "app badge": "setAppBadge" in navigator,
  "push": "PushManager" in self,
  "background sync": "SyncManager" in self,
  "install prompt": "onbeforeinstallprompt" in self,
  "video frame callbacks": "requestVideoFrameCallback" in HTMLVideoElement.prototype,
}).filter(([, has]) => !has).map(([name]) => name).join(", ")"""
PAGES = ("/", "/jobs", "/items", "/requisitions", "/device", "/outbox", "/pin", "/more", "/scan")
WEBKIT = Path("/usr/lib")


def main() -> None:
    """Each engine that is installed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = which("firefox-esr") or which("firefox")
        if program:
            told("Firefox", Firefox(program), folder / "firefox")
        else:
            print("Firefox: not run, it is not installed")
        mini = next(WEBKIT.glob("*/webkit2gtk-4.*/MiniBrowser"), None)
        if mini and which("WebKitWebDriver") and which("xvfb-run"):
            options = {"binary": str(mini), "args": ["--automation"]}
            command = ["xvfb-run", "-a", "WebKitWebDriver"]
            capabilities = {"webkitgtk:browserOptions": options}
            told("WebKitGTK", WebKit(command, capabilities, folder / "log"), folder / "webkit")
        else:
            print("WebKitGTK: not run, it is not installed")


def told(name: str, engine: Engine, folder: Path) -> None:
    """The journey in one engine."""
    folder.mkdir()
    server = RealServer(folder / "data")
    server.start()
    try:
        for step in journey(engine, server):
            print(f"{name}: {step}", flush=True)
    finally:
        engine.close()
        if server.answers():
            server.kill()


def journey(engine: Engine, server: RealServer) -> Iterator[str]:
    """Yields what has just been seen to work."""
    engine.go(f"{server.url}/sign-in")
    yield f"it has no {engine.run(LACKS)}"
    engine.fill("[name=login]", WHO)
    engine.fill("[name=password]", PASSWORD)
    engine.click("main button[type=submit]")
    wait(engine, "return document.body.dataset.login === arguments[0]", WHO)
    wait(engine, STATE, "ready", True)
    yield "signed in, ready to work without a network"
    server.kill()
    for path in PAGES:
        engine.go(server.url + path)
        wait(engine, "return document.querySelector('#main h1') !== null")
    yield f"{len(PAGES)} pages opened with the server dead"
    engine.go(f"{server.url}{page_of(plant.SHARED_LOT)}?form={KIND}")
    engine.fill(f'{FORM} [name="body.quantity"]', "1.5")
    engine.click(f"{FORM} [type=submit]")
    entry = wait(engine, "return document.querySelector('[data-done]')?.dataset.done")
    wait(engine, STATE, "waiting", 1)
    yield "material issued, kept on the device"
    engine.go(f"{server.url}/find?q=1009")
    wait(engine, "return document.querySelectorAll('#main a.tile').length > 0")
    yield "found by a part of its code"
    server.start()
    wait(engine, STATE, "waiting", 0)
    rows = server.rows("select status from journal where entry_id = ?", entry)
    assert [status for (status,) in rows] in (["applied"], ["merged"]), rows
    yield "sent once the server was back, and in the journal once"


if __name__ == "__main__":
    main()
