"""Statements in bulk: rows written, removed or looked up by many keys, each in one statement.

The same for SQLite, which takes row after row, and for PostgreSQL, which takes all of them at once
as an array for each column. Each is compiled once and handed to the driver as text: SQLAlchemy's
own way through it costs more than the database's, for every row and every list of keys that has
another length.
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
    TableValuedAlias,
    Text,
    any_,
    bindparam,
    column,
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
    by_columns: bool
    keys: tuple[str, ...]

    def execute(self, connection: Connection, rows: Sequence[Row]) -> None:
        if self.by_columns:
            told = self._distinct(rows)
            values = {name: [_as(bind, row[name]) for row in told] for name, bind in self.columns}
            connection.exec_driver_sql(self.sql, values)
            return
        each = [tuple([_as(bind, row[name]) for name, bind in self.columns]) for row in rows]
        connection.exec_driver_sql(self.sql, each)

    def _distinct(self, rows: Sequence[Row]) -> list[Row]:
        """One statement can't change a row twice: the last word on each."""
        return list({tuple([row[key] for key in self.keys]): row for row in rows}.values())


def _as(bind: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if bind is None else bind(value)


@lru_cache(maxsize=PREPARED_MAX)
def _prepared(model: type[SQLModel], dialect: Dialect, *, replaces: bool) -> _Prepared:
    table = table_of(model)
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key.columns]
    if dialect.name == "postgresql":
        statement: Any = postgresql.insert(table).from_select(names, select(_told(table, names)))
    else:
        statement = sqlite.insert(table)
    others = {name: statement.excluded[name] for name in names if name not in keys}
    if replaces and others:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    elif replaces:
        statement = statement.on_conflict_do_nothing()
    return _as_prepared(statement, table, dialect, names, keys)


@lru_cache(maxsize=PREPARED_MAX)
def _removal(model: type[SQLModel], dialect: Dialect, names: tuple[str, ...]) -> _Prepared:
    table = table_of(model)
    told = _told(table, names).c if dialect.name == "postgresql" else None
    given = {name: bindparam(name) if told is None else told[name] for name in names}
    statement = delete(table).where(*(table.c[name] == one for name, one in given.items()))
    return _as_prepared(statement, table, dialect, names, names)


def _told(table: Table, names: Sequence[str]) -> TableValuedAlias:
    """Rows given as an array for each column: one statement, however many there are."""
    arrays = [bindparam(name, type_=postgresql.ARRAY(table.c[name].type)) for name in names]
    columns = [column(name, table.c[name].type) for name in names]
    return func.unnest(*arrays).table_valued(*columns, name="told").render_derived()


def _as_prepared(
    statement: Any, table: Table, dialect: Dialect, names: Sequence[str], keys: Sequence[str]
) -> _Prepared:
    by_columns = dialect.name == "postgresql"
    columns = list(names) if isinstance(statement, Insert) and not by_columns else None
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    binds = {c.name: c.type.dialect_impl(dialect).bind_processor(dialect) for c in table.columns}
    order = compiled.positiontup or names
    values = tuple((name, binds[name]) for name in order)
    text = str(compiled)
    if by_columns:  # as bytes: in a text every quote of a document would have to be escaped
        text = text.replace(")s::", ")b::")
    return _Prepared(text, values, by_columns, tuple(keys))
