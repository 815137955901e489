"""The short form of `make mutants`: all can still be planted, and cheap ones are found."""

import pytest

from tests.mutants.campaign import Campaign
from tests.mutants.catalogue import Edit, Ground, Mutant, mutants
from tests.mutants.hunt import HUNTERS
from tests.mutants.planting import CannotBePlanted, faults_in, planted

CHEAP = {"verdict_not_stored", "parked_does_not_block"}
# Asked for by name when the harnesses were ordered: none of these may quietly go.
ORDERED = {
    "bytes_written_anew",
    "case_opened_twice",
    "counter_committed_before",
    "outbox_cleared_on_answer",
    "seq_taken_outside_the_transaction",
    "tombstone_forgotten",
    "verdict_not_stored",
}


def test_every_mutant_can_be_planted():
    assert [fault for mutant in mutants() for fault in faults_in(mutant)] == []


def test_the_catalogue_has_each_once_and_all_that_were_ordered():
    names = [mutant.name for mutant in mutants()]
    assert len(names) == len(set(names))
    assert set(names) >= ORDERED
    assert {mutant.ground.harness for mutant in mutants()} == set(HUNTERS)


def test_a_mutant_whose_text_is_gone_can_not_be_planted(tmp_path):
    gone = Edit("sync/push.py", "what was never there", "")
    mutant = Mutant("gone", "", Ground("simulation", "sqlite"), (gone,))
    with pytest.raises(CannotBePlanted, match="has the text 0 times"), planted(mutant, tmp_path):
        pass


def test_cheap_mutants_are_found_and_nothing_where_nothing_was_planted():
    wanted = [mutant for mutant in mutants() if mutant.name in CHEAP]
    rows, control = Campaign(0, 2, 1, lambda row: None).run(wanted)
    invariants = {row.mutant.name: row.catch.found[:11] for row in rows if row.mutant}
    assert invariants == {
        "verdict_not_stored": "invariant 4",
        "parked_does_not_block": "invariant 3",
    }
    assert [row.catch.found for row in control] == [""]
