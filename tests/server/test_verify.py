"""The demo plant's data: whole as built, and whatever is done to it behind its back is found."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from server import cli
from server.domain.model import MODEL
from server.domain.sums import broken
from server.plant import Plant
from sync.fault import Report
from sync.journal import held
from sync.verify import verify
from tests.simulation.demo import built, demo_in


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """A demo plant of the test's own."""
    made = demo_in(tmp_path)
    yield made
    made.close()


def checked(plant: Plant) -> Report:
    return verify(plant.store, MODEL, broken)


def changed(plant: Plant, statement: str, **values: object) -> set[str]:
    """Do it; what verify then names."""
    with plant.store.write() as connection:
        assert connection.execute(text(statement), values).rowcount
    return {fault.what for fault in checked(plant).faults}


def one(plant: Plant, query: str, **values: object) -> str:
    with plant.store.read() as connection:
        return str(connection.scalar(text(query), values))


def test_an_untouched_demo_plant_is_whole(plant):
    report = checked(plant)
    assert report.faults == []
    assert report.entries > 300
    assert report.documents > 100


def test_every_deed_of_the_demo_can_be_asked_for_again(plant):
    with plant.store.read() as connection:
        ids = set(connection.scalars(text("SELECT entry_id FROM journal")))
        known = held(connection, ids)
    assert set(known) == ids
    assert {one.verdict["status"] for one in known.values()} <= {"applied", "merged", "conflict"}


def test_a_measured_value_changed_in_the_journal_names_its_entry(plant):
    entry = one(plant, "SELECT entry_id FROM journal WHERE kind = 'step.recorded' LIMIT 1")
    statement = (
        "UPDATE journal SET raw = CAST(replace(CAST(raw AS TEXT), :told, :changed) AS BLOB)"
        " WHERE entry_id = :entry"
    )
    changes = {"told": '"step":', "changed": '"step": '}
    assert entry in changed(plant, statement, entry=entry, **changes)


def test_a_quantity_changed_in_a_lot_names_the_lot(plant):
    five, six = '"on_hand":"5', '"on_hand":"6'
    lot = one(plant, f"SELECT key FROM documents WHERE type = 'lot' AND body LIKE '%{five}%'")
    statement = "UPDATE documents SET body = replace(body, :five, :six) WHERE key = :lot"
    assert changed(plant, statement, lot=lot, five=five, six=six) == {lot}


def test_an_inspection_taken_out_is_missed_and_the_job_named(plant):
    query = "SELECT {} FROM journal WHERE kind = 'step.recorded' AND on_key LIKE 'job/%' LIMIT 1"
    entry, job = one(plant, query.format("entry_id")), one(plant, query.format("on_key"))
    named = changed(plant, "DELETE FROM journal WHERE entry_id = :entry", entry=entry)
    assert job in named
    assert len(named) > 1


def test_the_last_entry_cut_off_is_missed_by_its_site(plant):
    last = one(plant, "SELECT max(pos) FROM journal")
    site = one(plant, "SELECT site FROM journal WHERE pos = :last", last=last)
    assert f"site {site}" in changed(plant, "DELETE FROM journal WHERE pos = :last", last=int(last))


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["traveler", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return left.value.code


def test_the_command_says_whole_or_names_what_is_wrong(plant, tmp_path, monkeypatch, capsys):
    assert run(monkeypatch, "verify", "--data", tmp_path) == 0
    assert capsys.readouterr().out.endswith("documents: whole\n")
    lot = one(plant, "SELECT key FROM documents WHERE type = 'lot' LIMIT 1")
    changed(plant, "UPDATE documents SET version = version + 1 WHERE key = :lot", lot=lot)
    assert run(monkeypatch, "verify", "--data", tmp_path, "--quiet") == 1
    assert capsys.readouterr().out == f"{lot}: differs from the replay (document_differs)\n"


def test_the_command_makes_no_database_where_there_is_none(tmp_path, monkeypatch, capsys):
    assert run(monkeypatch, "verify", "--data", tmp_path / "nothing") == 2
    assert "no database" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_built_demo_stays_untouched_for_the_next_test():
    assert (built() / "traveler.sqlite3").exists()
    assert not (built() / "traveler.sqlite3-wal").exists()
