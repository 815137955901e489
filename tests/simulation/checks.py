"""A plant's data read back: the journal, the documents, the reports, and sums over them.

Which promises they must keep is in `invariants`.
"""

from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import RowMapping, select

from server.domain.sums import broken
from server.plant import Plant
from server.records.project import ALL, rebuild
from server.records.tables import LotRecord, MovementRecord
from sync.document import site_of
from sync.fault import Report
from sync.store import Store, table_of
from sync.tables import DocumentRow, JournalRow
from sync.verify import verify

OUT = frozenset({"issue", "use", "scrap"})
IN = frozenset({"receive", "return", "adjust"})


def journal(store: Store) -> list[RowMapping]:
    """All rows of the journal in the order of application."""
    table = table_of(JournalRow)
    with store.read() as connection:
        return list(connection.execute(select(table).order_by(table.c.pos)).mappings())


def bodies(store: Store) -> dict[str, dict[str, Any]]:
    """All documents by key, as JSON."""
    with store.read() as connection:
        rows = connection.execute(select(table_of(DocumentRow))).all()
    return {row.key: msgspec.json.decode(row.body) for row in rows}


def verified(plant: Plant) -> Report:
    """What `traveler verify` says."""
    return verify(plant.store, plant.engine.model, broken)


def the_reports_follow_from_the_journal(plant: Plant) -> None:
    """All report tables come out the same when they are written anew."""
    before = reports(plant.store)
    with plant.store.write() as connection:
        assert rebuild(connection, plant.engine.model) == len(journal(plant.store))
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
