"""A plant for as long as a command works at it: one that is there, or a new one."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.plant import Plant, opened
from server.schema import must_have_tables
from server.settings import Settings
from sync.problem import Problem
from sync.store import Store


@contextmanager
def plant_there(settings: Settings) -> Iterator[Plant]:
    """The plant that is there; none is made, so that a mistyped folder is noticed.

    Problems: no_plant_in (the folder has none), no_plant (the database named has none).
    """
    must_be_there(settings)
    with plant_begun(settings) as plant:
        yield plant


@contextmanager
def plant_begun(settings: Settings) -> Iterator[Plant]:
    """The plant, made where there is none: for the commands with which one begins."""
    plant = opened(settings)
    try:
        yield plant
    finally:
        plant.close()


def must_be_there(settings: Settings) -> None:
    """Problems: no_plant_in, no_plant."""
    if not settings.database:
        if not (settings.data / "traveler.sqlite3").exists():
            raise Problem("no_plant_in", {"folder": str(settings.data)})
        return
    store = Store(settings.database_url)
    try:
        must_have_tables(store)
    finally:
        store.close()
