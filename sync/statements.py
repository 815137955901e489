"""Statements in bulk: rows written, removed or looked up by many keys, each in one statement.

The same for SQLite and PostgreSQL. Each is compiled once and handed to the driver as text:
SQLAlchemy's own way through it costs more than the database's, for every row and every list of
keys that has another length.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from sync.store import table_of

PREPARED_MAX = 256
Row = dict[str, Any]
# Says that a column holds one of the keys that are looked up under this name.
Among = Callable[[Column[Any], str], ColumnElement[bool]]


class Lookup:
    """A select of what has any of some keys (texts); `build(among)` says where they stand.

    Made once, at import. Values come as the driver gives them.
    """

    def __init__(self, build: Callable[[Among], Select[Any]]) -> None:
        self._build = build
        self._compiled: dict[str, tuple[str, Sequence[str]]] = {}

    def rows(self, connection: Connection, **keys: Iterable[str]) -> list[Any]:
        """The rows for these keys, however many there are of each name."""
        text, order = self._compiled.get(connection.dialect.name) or self._compile(connection)
        told = {name: sorted(some) for name, some in keys.items()}
        if not order:
            return list(connection.exec_driver_sql(text, told).all())
        values = tuple(json.dumps(told[name]) for name in order)
        return list(connection.exec_driver_sql(text, values).all())

    def _compile(self, connection: Connection) -> tuple[str, Sequence[str]]:
        dialect = connection.dialect
        among = _among_array if dialect.name == "postgresql" else _among_json
        compiled: Any = self._build(among).compile(dialect=dialect)
        return self._compiled.setdefault(dialect.name, (str(compiled), compiled.positiontup or ()))


def _among_array(column: Column[Any], name: str) -> ColumnElement[bool]:
    return column == any_(bindparam(name, type_=postgresql.ARRAY(Text)))


def _among_json(column: Column[Any], name: str) -> ColumnElement[bool]:
    told = func.json_each(bindparam(name, type_=Text)).table_valued("value", name=name)
    return column.in_(select(told.c.value))


def insert(connection: Connection, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows, each with all columns, in one statement that is prepared once."""
    if rows:
        _prepared(model, connection.dialect, replaces=False).execute(connection, rows)


def upsert(connection: Connection, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """The same; where the primary key is there, replace all other columns."""
    if rows:
        _prepared(model, connection.dialect, replaces=True).execute(connection, rows)


def remove(connection: Connection, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Delete what equals any of these in the columns given, the same ones in each."""
    if rows:
        _removal(model, connection.dialect, tuple(rows[0])).execute(connection, rows)


@dataclass(frozen=True)
class _Prepared:
    """A statement as the database's driver takes it: its text, and how each value goes in.

    SQLAlchemy would go through its own preparation again for every row.
    """

    sql: str
    columns: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    positional: bool

    def execute(self, connection: Connection, rows: Sequence[Row]) -> None:
        told: list[Any] = [
            tuple([row[name] if bind is None else bind(row[name]) for name, bind in self.columns])
            for row in rows
        ]
        if not self.positional:
            names = [name for name, _ in self.columns]
            told = [dict(zip(names, values, strict=True)) for values in told]
        connection.exec_driver_sql(self.sql, told)


@lru_cache(maxsize=PREPARED_MAX)
def _prepared(model: type[SQLModel], dialect: Dialect, *, replaces: bool) -> _Prepared:
    table = table_of(model)
    own = postgresql if dialect.name == "postgresql" else sqlite
    statement = own.insert(table)
    keys = [column.name for column in table.primary_key.columns]
    others = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    if replaces and others:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    elif replaces:
        statement = statement.on_conflict_do_nothing()
    return _as_prepared(statement, table, dialect, [column.name for column in table.columns])


@lru_cache(maxsize=PREPARED_MAX)
def _removal(model: type[SQLModel], dialect: Dialect, names: tuple[str, ...]) -> _Prepared:
    table = table_of(model)
    statement = delete(table).where(*(table.c[name] == bindparam(name) for name in names))
    return _as_prepared(statement, table, dialect, list(names))


def _as_prepared(statement: Any, table: Table, dialect: Dialect, names: list[str]) -> _Prepared:
    columns = names if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    binds = {c.name: c.type.dialect_impl(dialect).bind_processor(dialect) for c in table.columns}
    order = compiled.positiontup or names
    return _Prepared(
        str(compiled), tuple((name, binds[name]) for name in order), bool(compiled.positional)
    )
