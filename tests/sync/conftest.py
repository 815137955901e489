"""What the engine's tests use: a desk over a database, new for each, and who sends to it.

Each test that asks for a desk runs on SQLite and on PostgreSQL.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import BOTH, emptied
from tests.simulation.sender import Sender
from tests.sync.desk import Desk, desk_in


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk where nothing happened, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    desk_in(folder).store.close()
    return folder


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture
def url(kind: str, tmp_path: Path, empty: Path) -> Iterator[str]:
    """A database where nothing happened."""
    if kind == "postgresql":
        with emptied() as address:
            yield address
    else:
        shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
        yield f"sqlite:///{tmp_path / 'desk.sqlite3'}"


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    """An empty desk."""
    made = Desk(url)
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
