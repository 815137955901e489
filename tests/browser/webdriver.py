"""Firefox and WebKitGTK as they are installed: each a client of a few lines.

Firefox by the BiDi protocol (tests/lighthouse/firefox.mjs), WebKitGTK by its WebDriver. What is
done with them is in `engines`.
"""

import json
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any, Protocol

from tests.browser.measures import NODE, SCRIPTS
from tests.browser.real_server import free_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
PATIENCE_S = 60


class Refused(Exception):
    """The driver could not do it; its own words."""


class Engine(Protocol):
    """A browser that can be led."""

    def go(self, url: str) -> None: ...

    def run(self, script: str, *arguments: object) -> Any:
        """The body of a function; a promise is waited for."""

    def fill(self, selector: str, text: str) -> None: ...

    def click(self, selector: str) -> None: ...

    def close(self) -> None: ...


def wait(engine: Engine, script: str, *arguments: object) -> Any:
    """Until the body of a function gives something true; a page on its way gives nothing."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if found := engine.run(script, *arguments):
                return found
        except Refused as refused:
            is_moving = "context" in str(refused) or "destroyed" in str(refused)
            if not is_moving or time.monotonic() > deadline:
                raise
        assert time.monotonic() < deadline, f"never: {script} {arguments}"


class Firefox:
    """Through a process of Node.js."""

    def __init__(self, program: str) -> None:
        call = [str(NODE), str(SCRIPTS / "firefox.mjs"), program]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(call, stdin=pipe, stdout=pipe, text=True)

    def _call(self, *deed: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(deed), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline() or '{"error": "it ended"}')
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["value"]

    def go(self, url: str) -> None:
        self._call("go", url)

    def run(self, script: str, *arguments: object) -> Any:
        return self._call("run", script, *arguments)

    def fill(self, selector: str, text: str) -> None:
        self._call("fill", selector, text)

    def click(self, selector: str) -> None:
        self._call("click", selector)

    def close(self) -> None:
        """It closes when nobody tells it anything any more."""
        self._process.communicate()


class WebKit:
    """Through its driver process."""

    def __init__(self, command: list[str], capabilities: dict[str, Any], log: Path) -> None:
        self._port = free_port()
        with log.open("wb") as out:
            call = [*command, f"--port={self._port}"]
            self._process = subprocess.Popen(call, stdout=out, stderr=out)
        self._session = ""
        asked = {"capabilities": {"alwaysMatch": capabilities}}
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

    def go(self, url: str) -> None:
        self._call("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def fill(self, selector: str, text: str) -> None:
        element = self._find(selector)
        self._call("POST", f"/element/{element}/clear")
        self._call("POST", f"/element/{element}/value", {"text": text})

    def click(self, selector: str) -> None:
        self._call("POST", f"/element/{self._find(selector)}/click")

    def _find(self, selector: str) -> str:
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        return str(found[ELEMENT])

    def close(self) -> None:
        """The browser, then its driver."""
        try:
            self._call("DELETE", "")
        finally:
            self._process.terminate()
            self._process.wait()
