"""What the engine's tests use: a desk over a database file, new for each, and who sends to it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.sender import Sender
from tests.sync.desk import Desk, desk_in


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk where nothing happened, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    desk_in(folder).store.close()
    return folder


@pytest.fixture
def desk(tmp_path: Path, empty: Path) -> Iterator[Desk]:
    """An empty desk."""
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    made = desk_in(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def ann(desk: Desk) -> Sender:
    """A device in Ann's hands."""
    return desk.enrol("tablet-a")


@pytest.fixture
def bob(desk: Desk) -> Sender:
    """Another device, in Bob's hands."""
    sender = desk.enrol("tablet-b")
    sender.actor, sender.session = "bob", "s-bob"
    return sender
