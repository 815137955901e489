"""A real `traveler serve` process for the benchmarks, on its own port, and what it takes of memory.

Devices are let in by rows in its database, so that no password has to be hashed for them.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from server.accounts.sessions import device_row, hashed
from server.accounts.tables import SessionRow
from server.plant import Plant
from server.settings import Settings
from server.web.guard import session_cookie
from sync.push import Delivery
from sync.store import table_of
from sync.tables import DeviceRow
from tests.benchmarks.table import peak_mib

START_TIMEOUT_S = 60
ASK_AGAIN_S = 0.05
PUSH_TIMEOUT_S = 60


@dataclass(frozen=True)
class Serving:
    """A server that answers."""

    url: str
    pid: int

    @property
    def peak_mib(self) -> float:
        """The most memory that it ever had, in MiB."""
        return peak_mib(self.pid)


@contextmanager
def serving(settings: Settings) -> Iterator[Serving]:
    """The server over these settings' data, until the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    call = ["-m", "server.cli", "serve", "--data", str(settings.data), "--port", str(port)]
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "server.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, *call], stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process, settings.data / "server.log")
        yield Serving(url, process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            if httpx.get(f"{url}/health").status_code == 200:
                return
        except httpx.TransportError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(ASK_AGAIN_S)
    raise AssertionError("the server did not answer in time")


class Caller:
    """A device over HTTP, with somebody signed in on it."""

    def __init__(self, server: Serving, plant: Plant, device: str, login: str = "") -> None:
        self._device = device
        self._client = httpx.Client(
            base_url=server.url,
            headers={"Authorization": f"Bearer {device}"},
            cookies={session_cookie(plant): f"{device}-cookie"} if login else {},
            timeout=PUSH_TIMEOUT_S,
        )
        if login:
            _sign_in(plant, device, login)

    def push(self, delivery: Delivery) -> None:
        """Send entries as a device does; all of them are taken."""
        entries = [{"entry": raw.decode(), "sig": sig} for raw, sig, *_ in delivery.entries]
        asked = {"device": self._device, "epoch": None, "entries": entries}
        answer = self._client.post("/sync/push", json=asked)
        answer.raise_for_status()
        stopped = [v for v in answer.json()["verdicts"] if v["status"] in ("parked", "rejected")]
        assert not stopped, stopped[:2]

    def pull(self, cursors: dict[str, int], *, limit: int) -> tuple[dict[str, Any], int, int]:
        """The answer, its size in bytes and how many of them went over the wire (compressed)."""
        asked = {"device": self._device, "epoch": None, "cursors": cursors, "limit": limit}
        answer = self._client.post("/sync/pull", json=asked)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told, len(answer.content), answer.num_bytes_downloaded

    def close(self) -> None:
        self._client.close()


def _sign_in(plant: Plant, device: str, login: str) -> None:
    now = plant.now()
    with plant.store.write() as connection:
        row = device_row(device, device, "org", token=device, now=now)
        connection.execute(table_of(DeviceRow).insert().values(**row))
        connection.execute(
            table_of(SessionRow)
            .insert()
            .values(
                id=f"{device}-session",
                login=login,
                token_sha256=hashed(f"{device}-cookie"),
                device=device,
                started_at="2026-11-22T00:00:00.000Z",
                expires_at="2099-01-01T00:00:00.000Z",
                ended_at=None,
            )
        )
