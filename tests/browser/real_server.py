"""A real `traveler` process over a demo plant, that can really be killed and started again.

What people do in a browser is `tests.browser.device`; what is asserted is in the tests.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any

START_TIMEOUT_S = 60


class RealServer:
    """One data folder, one port; the process comes and goes."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.more: list[str] = []
        self.environment: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until it answers."""
        said = self.data.parent / "server.log"
        log = said.open("ab")
        self._process = subprocess.Popen(
            [*command("demo"), "--data", str(self.data), "--port", str(self.port), *self.more],
            stdout=log,
            stderr=log,
            env=os.environ | self.environment,
        )
        log.close()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.answers():
            assert self._process.poll() is None, said.read_text("utf-8")[-2000:]
            assert time.monotonic() < deadline, "the server did not answer in time"

    def answers(self) -> bool:
        """Whether /health answers."""
        try:
            return self.health() == HTTPStatus.OK
        except (urllib.error.URLError, OSError):
            return False

    def health(self) -> int:
        """The status with which /health answers; OSError where nothing does."""
        with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
            return int(answer.status)

    def build(self) -> str:
        """The id of the app that it hands out."""
        with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
            return str(json.load(answer)["build"])

    def kill(self) -> None:
        """SIGKILL: no goodbye, nothing flushed."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        assert not self.answers()

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows of the server's database, read by another process as a BI tool would."""
        connection = sqlite3.connect(self.data / "traveler.sqlite3")
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()

    def document(self, key: str) -> dict[str, Any]:
        """The document under this key."""
        [(body,)] = self.rows("select body from documents where key = ?", key)
        found: dict[str, Any] = json.loads(body)
        return found

    def verify(self, data: Path | None = None) -> subprocess.CompletedProcess[str]:
        """What `traveler verify` says of a data folder, this one unless told."""
        call = [*command("verify"), "--data", str(data or self.data)]
        return subprocess.run(call, capture_output=True, text=True, check=False)


def command(name: str) -> list[str]:
    """The command line of a `traveler` command in this environment."""
    return [sys.executable, "-m", "server.cli", name]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
