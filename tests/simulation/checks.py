"""What must hold when the faults have stopped (`docs/protocol.md`, invariants)."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import RowMapping, select

from server.domain.model import MODEL
from server.domain.sums import broken
from server.plant import Plant
from server.records.project import ALL, rebuild
from server.records.tables import LotRecord, MovementRecord
from sync.document import site_of
from sync.journal import verdict_of
from sync.store import Store, table_of
from sync.tables import DocumentRow, FeedRow, JournalRow
from sync.verify import verify
from tests.simulation.replica import Replica
from tests.simulation.sender import id_of
from tests.simulation.world import Device

OUT = frozenset({"issue", "use", "scrap"})
IN = frozenset({"receive", "return", "adjust"})


def journal(store: Store) -> list[RowMapping]:
    """All rows of the journal in the order of application."""
    table = table_of(JournalRow)
    with store.read() as connection:
        return list(connection.execute(select(table).order_by(table.c.pos)).mappings())


def every_entry_is_in_the_journal_once(store: Store, devices: Iterable[Device]) -> None:
    """Invariant 1: word for word, and nothing else came from these devices."""
    for device in devices:
        rows = [row for row in journal(store) if row["device"] == device.sender.device]
        assert Counter(row["raw"] for row in rows) == Counter(device.written)
        assert not device.outbox


def every_word_in_a_ledger_is_in_the_journal(store: Store, devices: Iterable[Device]) -> None:
    """Invariants 4 and 11: also after a restore, what a device was told is what is kept."""
    told = {row["entry_id"]: verdict_of(row) for row in journal(store)}
    for device in devices:
        assert {entry: told[entry] for entry in device.ledger} == device.ledger
        assert len(device.ledger) == len(device.written)


def every_device_was_heard_in_its_order(store: Store, devices: Iterable[Device]) -> None:
    """Invariant 3."""
    for device in devices:
        rows = [row for row in journal(store) if row["device"] == device.sender.device]
        assert [row["entry_id"] for row in rows] == [id_of(raw) for raw in device.written]


def every_parked_entry_has_one_case(store: Store) -> None:
    """Invariant 9."""
    parked = {row["entry_id"]: row for row in journal(store) if row["status"] == "parked"}
    cases = [body for body in bodies(store).values() if body.get("kind") == "parked"]
    named = Counter(case["entries"][0]["entry"] for case in cases)
    assert named == Counter(parked.keys())
    for case in cases:
        row = parked[case["entries"][0]["entry"]]
        assert (case["key"], case["code"]) == (row["case_key"], row["code"])


def every_replica_equals_its_scopes(store: Store, replica: Replica) -> None:
    """Invariants 7 and 10."""
    feed = table_of(FeedRow)
    with store.read() as connection:
        keys = set(
            connection.scalars(
                select(feed.c.key).where(feed.c.scope.in_(replica.allowed), ~feed.c.gone)
            )
        )
    stored = bodies(store)
    assert replica.bodies == {key: stored[key] for key in keys}


def bodies(store: Store) -> dict[str, dict[str, Any]]:
    """All documents by key, as JSON."""
    with store.read() as connection:
        rows = connection.execute(select(table_of(DocumentRow))).all()
    return {row.key: msgspec.json.decode(row.body) for row in rows}


def the_data_are_whole(plant: Plant) -> None:
    """Invariants 2 and 13, as `traveler verify` has them."""
    assert verify(plant.store, MODEL, broken).faults == []


def the_reports_follow_from_the_journal(plant: Plant) -> None:
    """All report tables come out the same when they are written anew."""
    before = reports(plant.store)
    with plant.store.write() as connection:
        assert rebuild(connection, MODEL) == len(journal(plant.store))
    assert reports(plant.store) == before


def reports(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all report tables, in key order."""
    with store.read() as connection:
        return {
            str(model.__tablename__): sorted(
                (tuple(row) for row in connection.execute(select(table_of(model)))), key=repr
            )
            for model in ALL
        }


def movements_add_up(store: Store) -> None:
    """Invariant 2: what came in less what went out is what lies there."""
    with store.read() as connection:
        lots = connection.execute(select(table_of(LotRecord))).all()
        moved = connection.execute(select(table_of(MovementRecord))).all()
    sums = dict.fromkeys((lot.lot for lot in lots), Decimal(0))
    made_here = {lot.lot for lot in lots if lot.received_on is None}
    for row in moved:
        assert site_of(row.lot) == row.site
        if row.kind in OUT:
            sums[row.lot] -= row.quantity
        elif row.kind in IN or (row.lot in made_here and not row.source):
            sums[row.lot] += row.quantity
        else:
            assert row.kind == "put_away"
    assert sums == {lot.lot: lot.on_hand for lot in lots}
