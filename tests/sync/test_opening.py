"""Opening a database file that others open at the same moment."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sync.store import Store
from tests.simulation.together import together

ROUNDS = 100  # one of twenty went wrong


def reader(store: Store) -> Callable[[], None]:
    def read() -> None:
        with store.read():
            pass

    return read


def test_all_that_open_a_file_at_once_get_in(tmp_path: Path):
    for number in range(ROUNDS):
        path = tmp_path / f"{number}.sqlite3"
        with sqlite3.connect(path) as before:
            before.execute("CREATE TABLE kept (x)")
        before.close()
        stores = [Store(f"sqlite:///{path}") for _ in range(4)]
        together(*map(reader, stores))
        for store in stores:
            store.close()
