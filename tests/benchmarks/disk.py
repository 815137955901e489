"""A disk whose commits take longer than this one's: one that writes before it answers."""

import os
import time
from pathlib import Path

from sqlalchemy import Connection, Engine, event

PAGE = bytes(4096)


class Disk:
    """In this folder; it takes so many seconds more, which it is busy with pages of its own."""

    def __init__(self, folder: Path, more_s: float) -> None:
        self._file = os.open(folder / "disk", os.O_WRONLY | os.O_CREAT)
        self._more_s = more_s

    def write(self) -> None:
        """Pages, each durable before the next, until the time is over."""
        end = time.perf_counter() + self._more_s
        while time.perf_counter() < end:
            os.pwrite(self._file, PAGE, 0)
            os.fsync(self._file)

    def slow(self, engine: Engine) -> None:
        """From now on each commit of a writer waits for it."""

        @event.listens_for(engine, "commit")
        def _wait(connection: Connection) -> None:
            if connection.get_execution_options().get("traveler_write", False):
                self.write()

    def close(self) -> None:
        os.close(self._file)
