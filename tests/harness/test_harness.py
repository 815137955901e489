"""One short trial per database: the real device loses nothing though its servers are killed.

The long form is `python -m tests.harness`, which `make sim` runs.
"""

import pytest

from tests.harness.trial import attempt
from tests.postgres import BOTH


@pytest.mark.parametrize("database", BOTH)
def test_servers_are_killed_and_nothing_is_lost_doubled_or_different(database):
    told = attempt(0, database, tablets=3, acts=12)
    assert told.entries > 0
    assert told.kills > 0


def test_a_plant_goes_back_to_its_backup_and_devices_bring_it_what_it_has_forgotten():
    told = attempt(1, "sqlite", tablets=3, acts=12)
    assert told.faults["restored"] == 1
