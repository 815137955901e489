"""A plant of one's own for each test, and the application over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.plant import Plant
from tests.postgres import BOTH
from tests.server.web.plant_in_use import Browser, House, copied, house_over

ON_BOTH = {"test_checks", "test_pages", "test_pull", "test_push", "test_revoked"}
ON_BOTH |= {"test_sign_in"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What asks the database for something that matters runs on both."""
    module = metafunc.module.__name__.rpartition(".")[2]
    if "dialect" in metafunc.fixturenames and module in ON_BOTH:
        metafunc.parametrize("dialect", BOTH, indirect=True, scope="session")


@pytest.fixture(scope="session")
def dialect(request: pytest.FixtureRequest) -> str:
    """On which database the plant is."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def plant(tmp_path: Path, dialect: str) -> Iterator[Plant]:
    with copied(tmp_path, dialect=dialect) as plant:
        yield plant


@pytest.fixture
def house(plant: Plant) -> Iterator[House]:
    with house_over(plant) as house:
        yield house


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory, dialect: str) -> Iterator[House]:
    """For tests that only look."""
    folder = tmp_path_factory.mktemp("shared")
    with copied(folder, dialect=dialect) as plant, house_over(plant) as house:
        yield house


@pytest.fixture
def nobody(house: House) -> Browser:
    return house.nobody()
