"""Several devices on the real model, under faults; whatever the seed, the promises hold."""

from pathlib import Path

import pytest

from tests.simulation.day import simulate


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_network_does_nothing_is_lost_or_twice_and_all_adds_up(tmp_path: Path, seed):
    assert simulate(tmp_path, seed).entries > 0
