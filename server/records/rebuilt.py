"""The report tables as the replay comes to them, compared with those that are stored."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from server.records.project import ALL, project
from server.records.tables import LotRecord, MovementRecord
from sync.fault import Report
from sync.merge import by_text, grouped, joined, streamed
from sync.reconcile import Result
from sync.store import table_of

OUT = frozenset({"issue", "use", "scrap"})


class ReportTables:
    """The tables `records_*`, written a second time beside the replay."""

    def begin(self, scratch: Connection) -> None:
        """Make them in the scratch database."""
        for model in ALL:
            table_of(model).create(scratch)

    def take(self, scratch: Connection, results: list[Result]) -> None:
        """Write what follows from these results."""
        project(scratch, results)

    def compare(self, connection: Connection, scratch: Connection, report: Report) -> None:
        """Row by row in the order of their keys; then lots with the sums of their movements."""
        for model in ALL:
            _compare(model, connection, scratch, report)
        _compare_movements(scratch, report)


def _compare(
    model: type[SQLModel], connection: Connection, scratch: Connection, report: Report
) -> None:
    keys = [column.name for column in table_of(model).primary_key.columns]
    both = [grouped(_rows(model, one, keys), *keys) for one in (connection, scratch)]
    name = str(model.__tablename__)
    for key, (kept, told) in joined(both):
        report.counts["report rows"] += 1
        what = f"{name} {key if isinstance(key, str) else ' '.join(key)}"
        if kept is None:
            report.fault("report_missing", what, "follows from the journal and is not stored")
        elif told is None:
            report.fault("report_strange", what, "does not follow from the journal")
        elif dict(kept[0]) != dict(told[0]):
            differing = sorted(column for column in kept[0] if kept[0][column] != told[0][column])
            report.fault("report_differs", what, f"differs in {', '.join(differing)}")


def _rows(model: type[SQLModel], connection: Connection, keys: list[str]) -> Iterator[Any]:
    table = table_of(model)
    order = [by_text(connection, table.c[name]) for name in keys]
    return streamed(connection, select(table).order_by(*order))


def _compare_movements(scratch: Connection, report: Report) -> None:
    """What came in less what went out is what lies there.

    Putting away moves within the store, but for what was made here, which comes from production.
    """
    moved = groupby(_rows(MovementRecord, scratch, ["lot"]), lambda row: row["lot"])
    streams = [
        grouped(_rows(LotRecord, scratch, ["lot"]), "lot"),
        ((lot, list(rows)) for lot, rows in moved),
    ]
    for key, (lots, rows) in joined(streams):
        lot = lots[0] if lots else {"on_hand": Decimal(0), "received_on": None}
        total = sum(
            (_signed(row, made=lot["received_on"] is None) for row in rows or ()), Decimal()
        )
        if total != lot["on_hand"]:
            text = f"its movements come to {total}, on hand are {lot['on_hand']}"
            report.fault("movement_sum", key, text)


def _signed(row: Any, *, made: bool) -> Decimal:
    if row["kind"] == "put_away":
        return Decimal(row["quantity"] if made and not row["source"] else 0)
    return Decimal(-row["quantity"] if row["kind"] in OUT else row["quantity"])
