"""Tampering: somebody changes the journal in the database; verify must name it."""

from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from server.plant import Plant
from sync.store import table_of
from sync.tables import JournalRow
from tests.simulation.broken import must
from tests.simulation.chance import Chance
from tests.simulation.checks import journal, verified

# Columns that anybody would like to change, and what to make of them.
COLUMNS = {
    "raw": lambda value: bytes(value[:-1]) + bytes([value[-1] ^ 1]),
    "received_at": lambda value: f"{value[:-2]}{(int(value[-2]) + 1) % 10}{value[-1]}",
    "status": lambda value: "applied" if value != "applied" else "merged",
    "effects": lambda value: "[]" if value != "[]" else '[{"scope": "SZ.floor", "version": 1}]',
    "sig": lambda value: f"{value}A" if value else "AAAA",
    "seq": lambda value: (value or 0) + 1000,
    "actor": lambda value: f"{value}x",
    "code": lambda value: "not_so",
    "params": lambda value: '{"a": 1}',
    "standing": lambda value: None if value else '{"status": "parked", "code": "x", "params": {}}',
    "case_key": lambda value: "case/SZ:x",
}


def found_and_named(plant: Plant, chance: Chance) -> None:
    """Invariant 13: a byte changed, a row removed, two rows exchanged, or the end cut off."""
    rows = journal(plant.store)
    way = chance.choice(("change", "change", "remove", "exchange", "cut off"))
    at = len(rows) - 1 if way == "cut off" else chance.randrange(len(rows) - 1)
    row = rows[at]
    following = next((one for one in rows[at + 1 :] if one["site"] == row["site"]), None)
    if way == "change":
        _each_column_is_missed(plant, rows, chance)
        return
    with plant.store.write() as connection:
        if way == "exchange" and following is not None:
            names = ("pos", "n", "link")
            _set(connection, row["pos"], {"pos": -1, "n": -1})
            _set(connection, following["pos"], {name: row[name] for name in names})
            _set(connection, -1, {name: following[name] for name in names})
        else:
            table = table_of(JournalRow)
            connection.execute(delete(table).where(table.c.pos == row["pos"]))
    what = f"{way} row {row['pos']}, {row['entry_id']}"
    faults = verified(plant).faults
    must(faults, 13, f"nobody noticed: {what}")
    near = {one["entry_id"] for one in rows if one["site"] == row["site"]} | {f"site {row['site']}"}
    must(any(fault.what in near for fault in faults), 13, f"{what}: only {faults[:3]}")


def _each_column_is_missed(plant: Plant, rows: list[RowMapping], chance: Chance) -> None:
    """Each in a row of its own; each of these rows must be named."""
    changed = dict(zip(sorted(COLUMNS), chance.sample(rows, len(COLUMNS)), strict=True))
    with plant.store.write() as connection:
        for column, row in changed.items():
            _set(connection, row["pos"], {column: COLUMNS[column](row[column])})
    named = {fault.what for fault in verified(plant).faults}
    for column, row in changed.items():
        must(row["entry_id"] in named, 13, f"nobody noticed {column} of {row['entry_id']}")


def _set(connection: Connection, pos: int, values: dict[str, Any]) -> None:
    table = table_of(JournalRow)
    assert connection.execute(select(table.c.pos).where(table.c.pos == pos)).first()
    connection.execute(update(table).where(table.c.pos == pos).values(**values))
