"""WebKitGTK as it is installed, by its WebDriver, before a screen that is only memory."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from base64 import b64decode
from pathlib import Path
from typing import Any

from tests.browser.drivers.engine import PATIENCE_S, Refused
from tests.browser.real_server import free_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004"}
SCREEN = ["xvfb-run", "-a", "-s", "-screen 0 1600x1200x24", "WebKitWebDriver"]

# With its toolbar it can't be as narrow as a phone.
FRAMELESS = ["--full-screen"]


class WebKit:
    """Through its driver process."""

    name = "WebKitGTK"

    def __init__(self, program: str, arguments: list[str], log: Path, env: dict[str, str]) -> None:
        self._port = free_port()
        with log.open("wb") as out:
            call = [*SCREEN, f"--port={self._port}"]
            self._process = subprocess.Popen(
                call, stdout=out, stderr=out, env=env, start_new_session=True
            )
        self._session = ""
        options = {"binary": program, "args": ["--automation", *FRAMELESS, *arguments]}
        asked = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self._session = self._patiently("POST", "/session", asked)["sessionId"]

    def _patiently(self, method: str, path: str, body: dict[str, Any]) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._call(method, path, body)
            except OSError:
                assert time.monotonic() < deadline, "the driver does not answer"

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        prefix = f"/session/{self._session}" if self._session else ""
        data = json.dumps(body or {}).encode() if method == "POST" else None
        headers = {"Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self._port}{prefix}{path}"
        asked = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=2 * PATIENCE_S) as answer:
                return json.load(answer)["value"]
        except urllib.request.HTTPError as error:
            raise Refused(error.read().decode()[:400]) from error

    def _act(self, kind: str, actions: list[dict[str, Any]]) -> None:
        source: dict[str, Any] = {"type": kind, "id": kind, "actions": actions}
        if kind == "pointer":
            source["parameters"] = {"pointerType": "mouse"}
        self._call("POST", "/actions", {"actions": [source]})

    def go(self, url: str) -> None:
        self._call("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def click(self, selector: str) -> None:
        self._call("POST", f"/element/{self._find(selector)}/click")

    def keys(self, text: str) -> None:
        down_up = [{"type": f"key{way}", "value": key} for key in text for way in ("Down", "Up")]
        self._act("key", down_up)

    def press(self, key: str) -> None:
        self.keys(KEYS[key])

    def upload(self, selector: str, path: str) -> None:
        self._call("POST", f"/element/{self._find(selector)}/value", {"text": path})

    def draw(self, points: list[tuple[int, int]]) -> None:
        moves = [{"type": "pointerMove", "x": x, "y": y, "duration": 10} for x, y in points]
        down, up = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        self._act("pointer", [moves[0], down, *moves[1:], up])

    def resize(self, width: int, height: int) -> None:
        """To what is inside of the window."""
        rect = self._call("GET", "/window/rect")
        inner = self.run("return [innerWidth, innerHeight]")
        around = [rect["width"] - inner[0], rect["height"] - inner[1]]
        size = {"width": width + around[0], "height": height + around[1]}
        self._call("POST", "/window/rect", {"x": 0, "y": 0, **size})

    def picture(self) -> bytes:
        self.run("return new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
        return b64decode(self._call("GET", "/screenshot"))

    def thrown(self) -> list[str]:
        """It doesn't tell."""
        return []

    def _find(self, selector: str) -> str:
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        return str(found[ELEMENT])

    @property
    def is_open(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """The browser, then its driver and screen, which the shell before them leaves behind."""
        try:
            self._call("DELETE", "")
        finally:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait()
