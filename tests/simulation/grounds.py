"""Grounds: where a simulated plant stands, in SQLite or PostgreSQL, and how it is backed up there.

The small plant is built once per process, with the same bytes each time, and copied for each day.
"""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Protocol

from server import backup
from server.plant import Plant, opened
from server.settings import Settings
from tests import postgres
from tests.simulation.chance import Chance, seeded
from tests.simulation.small_plant import BEGAN, furnish

DATABASES = ("sqlite", "postgresql")


class Ground(Protocol):
    """What a plant stands on: `settings` lead to it; one backup, and the way back to it."""

    settings: Settings

    def bury(self) -> None: ...

    def back_up(self, plant: Plant) -> None: ...

    def go_back(self, plant: Plant) -> None: ...


class SqliteGround:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(_built(), folder / "plant")
        self.settings = Settings(data=folder / "plant")
        self._archive = folder / "backup.tar"

    def bury(self) -> None:
        """Of a process that died nothing is left."""

    def back_up(self, plant: Plant) -> None:
        """While it is open."""
        backup.back_up(self.settings, self._archive, now=plant.now(), verified=False)

    def go_back(self, plant: Plant) -> None:
        """The plant is lost, and what was backed up takes its place."""
        plant.close()
        self.settings = Settings(data=self.settings.data.with_name("restored"))
        backup.restore(self.settings, self._archive, verified=False)


class PostgresGround:
    """A database on the tests' server; the folder is for blobs."""

    def __init__(self, folder: Path) -> None:
        url = postgres.server().create(postgres.template(_furnished))
        self.settings = Settings(data=folder / "plant", database=url)
        self._made = [url]

    def bury(self) -> None:
        """The connections of a process end with it; here it only seems to have died."""
        postgres.server().hang_up(self.settings.database)

    def back_up(self, plant: Plant) -> None:
        """A copy, for which nobody may be connected."""
        plant.store.close()
        self.bury()
        self._made.append(self._copy(self.settings.database))

    def go_back(self, plant: Plant) -> None:
        """What was copied takes the plant's place, by other means than `restore`."""
        plant.close()
        self._made.append(self._copy(self._made[1]))
        self.settings = replace(self.settings, database=self._made[-1])
        backup.renew(self.settings)

    def _copy(self, url: str) -> str:
        return postgres.server().create(postgres.name_of(url))

    def close(self) -> None:
        for url in self._made:
            postgres.server().drop(url)


@contextmanager
def ground(database: str, folder: Path) -> Iterator[Ground]:
    """A small plant's ground for one day."""
    if database == "sqlite":
        yield SqliteGround(folder)
        return
    made = PostgresGround(folder)
    try:
        yield made
    finally:
        made.close()


@cache
def _built() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="traveler-ground-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _fill(Settings(data=folder))
    return folder


def _furnished(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _fill(Settings(data=Path(folder), database=url))


def _fill(settings: Settings) -> None:
    with seeded(Chance(0), lambda: BEGAN):
        plant = opened(settings)
        furnish(plant)
        plant.close()
