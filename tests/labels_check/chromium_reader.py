"""The browser's readers of the check, in the real Chromium of the browser tests: zxing-wasm on the
page, and the worker that the app scans with.
"""

from base64 import b64encode
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from labels.symbol import Kind
from tests.browser.chromium import launch_chromium

ROOT = Path(__file__).parents[2]
READING = Path(__file__).with_name("reading.js")
FOLDERS = {
    "/assets/": ROOT / "pwa/dist",
    "/src/": ROOT / "pwa/src",
    "/zxing/": ROOT / "pwa/node_modules/zxing-wasm/dist",
}
PAGE = b'<!doctype html><title>reading</title><script type="module" src="/reading.js"></script>'
# What the app's camera looks for, and what its worker puts before the text of GS1 kinds.
APP_MARKS: dict[Kind, str] = {
    "qr": "",
    "datamatrix": "",
    "gs1-datamatrix": "]d2",
    "code128": "",
    "gs1-128": "]C1",
}


@dataclass(frozen=True)
class Seen:
    """The text that each of the two read, if any."""

    page: str | None
    app: str | None


class Chromium:
    """A browser with one page that reads codes out of pictures."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
        Thread(target=self._server.serve_forever, daemon=True).start()
        self._playwright = sync_playwright().start()
        self._browser = launch_chromium(self._playwright.chromium)
        self._page = self._browser.new_page()
        self._page.goto(f"http://127.0.0.1:{self._server.server_port}/")
        self._page.wait_for_function("() => 'readCode' in globalThis")

    def read(self, image: Image.Image, *, app: bool = False) -> Seen:
        """The one code of the picture, handed over as it is: packing noise into PNG takes longer
        than reading it.
        """
        grey = b64encode(image.convert("L").tobytes()).decode()
        question = {"grey": grey, "width": image.width, "height": image.height}
        ask = "([picture, app]) => readCode(picture, app)"
        return Seen(**self._page.evaluate(ask, [question, app]))

    def close(self) -> None:
        self._browser.close()
        self._playwright.stop()
        self._server.shutdown()


class _Files(SimpleHTTPRequestHandler):
    """The app as it was built, the modules of its source, and zxing-wasm."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}

    def do_GET(self) -> None:
        if self.path == "/":
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE)
        else:
            super().do_GET()

    def translate_path(self, path: str) -> str:
        for prefix, folder in FOLDERS.items():
            if path.startswith(prefix):
                return str(folder / path.removeprefix(prefix))
        return str(READING)

    def log_message(self, *_: Any) -> None:
        """Nothing: the check prints tables."""
