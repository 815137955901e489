"""What the report tables' tests use: a small plant, and somebody to record something."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.plant import Plant
from tests.simulation.demo import demo_in
from tests.simulation.small_plant import small_plant


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """A small plant of the test's own."""
    made = small_plant(tmp_path)
    yield made
    made.close()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Plant]:
    """A demo plant of the test's own."""
    made = demo_in(tmp_path)
    yield made
    made.close()
