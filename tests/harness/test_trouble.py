"""The database is full, locked or gone: nothing is half taken, the device keeps everything, knows
that it must wait, and goes on by itself afterwards. The device is the real one, so is the trouble.
"""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlalchemy import event, text

from server.app import create_app
from server.plant import Plant, opened
from server.verify import verify_plant
from tests import postgres
from tests.harness.scenery import plant_in

ENTRIES = 60
LOCKED_MS = 50
SCRIPT = Path(__file__).with_name("trouble.js")


@contextmanager
def full(plant: Plant) -> Iterator[None]:
    """SQLite has no page left to give, as on a disk that is full."""
    with plant.store.read() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    limits = [pages]

    def limit(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={limits[-1]}")

    plant.store.engine.dispose()
    event.listen(plant.store.engine, "checkout", limit)
    yield
    limits.append(2**31)


@contextmanager
def locked(plant: Plant) -> Iterator[None]:
    """Somebody else writes, and does not end."""

    def be_short(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={LOCKED_MS}")

    event.listen(plant.store.engine, "checkout", be_short)
    with plant.store.write():
        yield


@contextmanager
def gone(plant: Plant) -> Iterator[None]:
    """PostgreSQL is switched off, and on again."""
    postgres.server().stop()
    try:
        yield
    finally:
        postgres.server().start()


@contextmanager
def served(plant: Plant) -> Iterator[str]:
    """The plant behind a real socket; its address."""
    config = uvicorn.Config(create_app(plant), port=0, log_config=None, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class Tablet:
    """The script that plays it."""

    process: "subprocess.Popen[str]"

    def hears(self) -> dict[str, Any]:
        """How it stands now."""
        assert self.process.stdout is not None
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told

    def goes_on(self) -> None:
        """From where it last told how it stands."""
        assert self.process.stdin is not None
        self.process.stdin.write("go on\n")
        self.process.stdin.flush()


@contextmanager
def tablet(url: str) -> Iterator[Tablet]:
    """A tablet that is signed in there."""
    given = json.dumps({"server": url, "login": "chen.jing", "entries": ENTRIES})
    pipe = subprocess.PIPE
    process = subprocess.Popen(["node", SCRIPT, given], stdin=pipe, stdout=pipe, text=True)
    try:
        yield Tablet(process)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("database", "trouble"),
    [
        ("sqlite", full),
        ("sqlite", locked),
        pytest.param("postgresql", gone, marks=pytest.mark.postgres),
    ],
    ids=["full", "locked", "gone"],
)
def test_in_trouble_the_device_keeps_all_and_goes_on_by_itself(tmp_path, database, trouble):
    with plant_in(tmp_path / "data", database) as settings:
        plant = opened(settings)
        with served(plant) as url, tablet(url) as device:
            device.hears()
            with trouble(plant):
                device.goes_on()
                stuck = device.hears()
            device.goes_on()
            over = device.hears()
        report = verify_plant(plant.store, None)
        plant.close()
    assert stuck["net"]["waiting"] == ENTRIES
    assert not stuck["net"]["signed_out"]
    assert len(set(stuck["ids"])) == ENTRIES
    assert over["net"]["waiting"] == 0
    assert set(stuck["ids"]) <= set(over["ledger"])
    assert report.faults == []
