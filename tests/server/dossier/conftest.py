"""The demo plant, for tests that only look at it."""

from collections.abc import Iterator

import pytest

from tests.server.web.plant_in_use import House, copied, house_over


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with copied(tmp_path_factory.mktemp("dossier")) as plant, house_over(plant) as house:
        yield house
