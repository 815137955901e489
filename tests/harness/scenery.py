"""The demo plant that every trial begins with: built once per process and database, then copied."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from server.plant import opened
from server.settings import Settings
from server.setup import build_demo
from tests import postgres

TODAY = date(2026, 11, 22)


@contextmanager
def plant_in(folder: Path, database: str) -> Iterator[Settings]:
    """A demo plant of one's own with its files in this folder, on `sqlite` or `postgresql`."""
    if database == "sqlite":
        shutil.copytree(_on_sqlite(), folder)
        yield Settings(data=folder)
        return
    with postgres.database(_fill) as url:
        shutil.copytree(_blobs(), folder)
        yield Settings(data=folder, database=url)


@cache
def _on_sqlite() -> Path:
    folder = _temporary()
    _build(Settings(data=folder))
    return folder


@cache
def _blobs() -> Path:
    """What the plant on PostgreSQL keeps in files."""
    return _temporary()


def _fill(url: str) -> None:
    _build(Settings(data=_blobs(), database=url))


def _build(settings: Settings) -> None:
    plant = opened(settings)
    try:
        assert build_demo(plant, TODAY)
    finally:
        plant.close()


def _temporary() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="traveler-harness-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
