"""Merge: sorted streams side by side, so that large tables are compared row by row.

Only the order lives here; what is compared is said where it is read.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, collate

STREAM_ROWS = 500
Keyed = Iterator[tuple[Any, Any]]


def streamed(connection: Connection, statement: Select[Any]) -> Iterator[RowMapping]:
    """The rows of a statement, a few at a time."""
    result = connection.execute(statement, execution_options={"yield_per": STREAM_ROWS})
    return iter(result.mappings())


def by_text(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A text column to order by, in the order in which Python compares text, on any database."""
    return collate(column, "C") if connection.dialect.name == "postgresql" else column


def grouped(rows: Iterable[RowMapping], *names: str) -> Keyed:
    """Sorted rows by the value of a column (a tuple of several): all of one key together."""

    def key(row: RowMapping) -> Any:
        return row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)

    return ((value, list(some)) for value, some in groupby(rows, key))


def joined(streams: Sequence[Keyed]) -> Iterator[tuple[Any, list[Any]]]:
    """Each key that any of the sorted streams has, with what each has under it or None."""
    heads = [next(stream, None) for stream in streams]
    while any(head is not None for head in heads):
        key = min(head[0] for head in heads if head is not None)
        found = [head[1] if head and head[0] == key else None for head in heads]
        yield key, found
        for place, head in enumerate(heads):
            if head and head[0] == key:
                heads[place] = next(streams[place], None)
