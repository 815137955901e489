"""A real `traveler serve` process that is killed with SIGKILL again and again, and started again.

When it dies follows from a seed, or from somebody who asks for it; what it was doing then doesn't.
Processes are forked from one that has imported the server already: so they rise in a second, and
can be killed the more often.
"""

import multiprocessing
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from random import Random
from typing import Any

from server.cli import main
from server.settings import Settings

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["server.cli", "tests.harness.trial"])
START_TIMEOUT_S = 60
ASK_AGAIN_S = 0.05
USUAL_START_S = 1.5
UPTIME_S = (0.3, 6.0)
KILLED_WHILE_STARTING = 0.12
STARTING_S = (0.0, 1.0)


class MortalServer:
    """One process on one port, kept by a thread of its own until `end`."""

    def __init__(
        self, settings: Settings, seed: str, *, log: Path, trace: Callable[[str], None]
    ) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.kills = 0
        self.falls = 0
        self.failure: BaseException | None = None
        self._settings = settings
        self._moved: Callable[[], Settings] | None = None
        self._dice = Random(seed)
        self._log = log
        self._trace = trace
        self._process: Any = None  # of the forking context, which has no type of its own
        self._up = threading.Event()
        self._killed = threading.Event()
        self._unleashed = threading.Event()
        self._calm = threading.Event()
        self._lasting = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"server-{self.port}")

    def start(self) -> None:
        """Begin its first life, which lasts until `unleash`; returns when it answers."""
        self._thread.start()
        self._wait_for(self._up)

    def unleash(self) -> None:
        """From here on it dies."""
        self._unleashed.set()

    def kill_after(self, seconds: float) -> None:
        """SIGKILL after so long."""
        timer = threading.Timer(seconds, self._killed.set)
        timer.daemon = True
        timer.start()

    def move(self, moved: Callable[[], Settings]) -> None:
        """It dies, and lives on with the plant that `moved` answers."""
        self._moved = moved
        self._killed.set()

    def calm(self) -> None:
        """One more SIGKILL; the life after it lasts. Returns at once."""
        self._unleashed.set()
        self._calm.set()
        self._killed.set()

    def wait_until_lasting(self) -> None:
        """Until that life answers."""
        self._wait_for(self._lasting)

    def end(self) -> None:
        """The last SIGKILL."""
        for event in (self._unleashed, self._calm, self._killed, self._ended):
            event.set()
        self._thread.join()

    def _wait_for(self, event: threading.Event) -> None:
        deadline = time.monotonic() + 2 * START_TIMEOUT_S
        while not event.wait(ASK_AGAIN_S):
            assert self._thread.is_alive(), self.failure
            assert time.monotonic() < deadline, "no server in time"

    def _run(self) -> None:
        try:
            self._live(self._dice.uniform(*UPTIME_S))
            while not self._calm.is_set():
                if self._dice.random() < KILLED_WHILE_STARTING:
                    self._spawn()
                    self._killed.wait(self._dice.uniform(*STARTING_S))
                    self._kill()
                else:
                    self._live(self._dice.uniform(*UPTIME_S))
            self._answering()
            self._lasting.set()
            self._ended.wait()
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            self.failure = error
        finally:
            self._kill()

    def _live(self, uptime_s: float) -> None:
        """The longer it took to rise the longer it lives: on a busy machine, too, it does some work
        before it dies.
        """
        began = time.monotonic()
        self._answering()
        slowness = max(1.0, (time.monotonic() - began) / USUAL_START_S)
        self._up.set()
        self._unleashed.wait()
        self._killed.wait(uptime_s * slowness)
        self._kill()

    def _answering(self) -> None:
        """Start it until it answers: one whose database hung up on it may fall and rise."""
        deadline = time.monotonic() + START_TIMEOUT_S
        self._spawn()
        while not self._answers():
            assert time.monotonic() < deadline, "the server did not answer in time"
            self._process.join(ASK_AGAIN_S)
            code = self._process.exitcode
            if code is None:
                continue
            assert self._settings.database, f"the server ended by itself with {code}"
            self.falls += 1
            self._trace(f"server {self.port} fell with {code}")
            self._spawn()
        self._trace(f"server {self.port} up")

    def _spawn(self) -> None:
        database = ["--database", self._settings.database] if self._settings.database else []
        arguments = ["serve", "--data", str(self._settings.data), *database]
        call = [*arguments, "--port", str(self.port)]
        self._process = FORKING.Process(target=serve, args=(call, str(self._log)))
        self._process.start()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _kill(self) -> None:
        """SIGKILL: no goodbye, nothing flushed."""
        self._killed.clear()
        if self._process is None:
            return
        code = self._process.exitcode
        self._process.kill()
        self._process.join()
        self._process = None
        assert code is None or self._settings.database, f"the server ended by itself with {code}"
        self.kills += 1
        self._trace(f"server {self.port} killed")
        if self._moved is not None:
            self._settings, self._moved = self._moved(), None


def serve(arguments: list[str], log: str) -> None:
    """In the process itself: the command `traveler`, writing to its log."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(file, stream.fileno())
    sys.argv = ["traveler", *arguments]
    main()


def _end_with_parent() -> None:
    """No server outlives whoever started it, however that ended."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
