"""A plant of one's own for each test, and the application over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.plant import Plant
from tests.server.web.plant_in_use import Browser, House, copied, house_over


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with copied(tmp_path) as plant:
        yield plant


@pytest.fixture
def house(plant: Plant) -> Iterator[House]:
    with house_over(plant) as house:
        yield house


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """For tests that only look."""
    with copied(tmp_path_factory.mktemp("shared")) as plant, house_over(plant) as house:
        yield house


@pytest.fixture
def nobody(house: House) -> Browser:
    return house.nobody()
