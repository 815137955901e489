"""UTF-8: a column of text whose values are bytes here.

Documents are large, and most of the time they are only handed on: making letters of them and
bytes again would cost more than SQLite takes to write them.
"""

from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class _Stored(FunctionElement[bytes]):
    """The bytes of a text, as the text that is stored."""

    inherit_cache = True


class _Told(FunctionElement[bytes]):
    """A stored text, as its bytes."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], type_: "Utf8") -> None:
        super().__init__(column)
        self.type = type_


@compiles(_Stored, "sqlite")
def _stored(element: _Stored, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **more)} AS TEXT)"


@compiles(_Told, "sqlite")
def _told(element: _Told, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **more)} AS BLOB)"


@compiles(_Stored)
@compiles(_Told)
def _as_it_is(element: _Stored | _Told, compiler: SQLCompiler, **more: Any) -> str:
    return compiler.process(element.clauses, **more)


class Utf8(TypeDecorator[bytes]):
    """TEXT in the database, bytes of UTF-8 in here. Only SQLite hands out bytes of a text."""

    impl = Text
    cache_ok = True

    def bind_expression(self, bindparam: Any) -> ColumnElement[bytes]:
        """On the way to the database."""
        return _Stored(bindparam)

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[bytes]:
        """On the way from the database."""
        return _Told(column, self)

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> Any:
        """As the driver takes it."""
        return value.decode() if value is not None and dialect.name != "sqlite" else value

    def process_result_value(self, value: Any, _dialect: Dialect) -> bytes | None:
        """As the driver gives it."""
        told: bytes | None = value.encode() if isinstance(value, str) else value
        return told
