"""What the domain's tests use: a plant in memory, new for each."""

import pytest

from tests.server.domain.floor import Floor


@pytest.fixture
def floor() -> Floor:
    """Sites, people, items and procedures; nothing happened yet."""
    return Floor()
