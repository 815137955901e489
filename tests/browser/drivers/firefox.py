"""Firefox as it is installed, by the BiDi protocol (tests/lighthouse/firefox.mjs)."""

import json
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

from tests.browser.drivers.engine import Refused
from tests.browser.measures import NODE, SCRIPTS


class Firefox:
    """Through a process of Node.js."""

    name = "Firefox"

    def __init__(self, program: str, profile: Path, preferences: dict[str, object]) -> None:
        script = str(SCRIPTS / "firefox.mjs")
        call = [str(NODE), script, program, str(profile), json.dumps(preferences)]
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

    def click(self, selector: str) -> None:
        self._call("click", selector)

    def keys(self, text: str) -> None:
        self._call("keys", text)

    def press(self, key: str) -> None:
        self._call("press", key)

    def upload(self, selector: str, path: str) -> None:
        self._call("upload", selector, path)

    def draw(self, points: list[tuple[int, int]]) -> None:
        self._call("draw", points)

    def resize(self, width: int, height: int) -> None:
        self._call("resize", width, height)

    def picture(self) -> bytes:
        return b64decode(self._call("picture"))

    def thrown(self) -> list[str]:
        found: list[str] = self._call("thrown")
        return found

    @property
    def is_open(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """It closes when nobody tells it anything any more."""
        self._process.communicate()
