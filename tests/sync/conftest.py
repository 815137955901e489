"""What the engine's tests use: a desk over a database file, new for each, and who sends to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.sender import Sender
from tests.sync.desk import Desk, desk_in


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty desk."""
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
