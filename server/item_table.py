"""Item tables: a CSV file of items as bodies of `item.added`, or what is wrong with it and where.

Nothing is written here; the command is `server.cli_items`.
"""

import codecs
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO

from pydantic import ValidationError

from labels.gs1 import gtin14, gtin_valid
from server.domain.item import ItemAdded
from server.domain.label_thing import CODE
from sync.problem import Problem

COLUMNS = {
    "code": ("料号", "编号"),
    "name": ("名称",),
    "name_zh": ("中文名称",),
    "name_en": ("英文名称",),
    "unit": ("单位",),
    "gtin": ("商品条码",),
    "shelf_life_days": ("保质期天数",),
    "made_here": ("自制",),
    "minimum": ("最低库存",),
}
NEEDED = ("code", "unit")
YES_OR_NO = {
    **dict.fromkeys(("yes", "y", "true", "1", "是"), True),
    **dict.fromkeys(("no", "n", "false", "0", "否"), False),
}
SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Row:
    """An item of the table, and the line that it stands on."""

    line: int
    code: str
    body: ItemAdded


@dataclass
class ItemTable:
    """What was read: rows, and the Problems of all others. `cell_wrong` names line and column."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(data: bytes) -> ItemTable:
    """The items in these bytes.

    Problems: table_encoding, table_malformed, table_empty, table_column_unknown,
    table_column_twice, table_column_missing.
    """
    text = _decoded(data)
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    try:
        lines = list(_lines(text, separator))
    except csv.Error as error:
        raise Problem("table_malformed", {"why": str(error)}) from error
    if len(lines) < 2:
        raise Problem("table_empty", {"columns": list(COLUMNS)})
    columns = _columns(lines[0][1])
    table = ItemTable()
    first_lines: dict[str, int] = {}
    for line, cells in lines[1:]:
        try:
            row = _row(line, columns, cells)
            first = first_lines.setdefault(row.code, line)
            if first != line:
                raise Problem("cell_twice", {"line": line, "code": row.code, "first": first})
            table.rows.append(row)
        except Problem as problem:
            table.problems.append(problem)
    return table


def _decoded(data: bytes) -> str:
    """UTF-8, with or without its mark, or what a Chinese spreadsheet saves where it is not."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Problem("table_encoding", {})


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with the line they start on: a quoted cell may run over several."""
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    for row in rows:
        if any(cell.strip() for cell in row):
            yield line, [cell.strip() for cell in row]
        line = rows.line_num + 1


def _columns(heading: list[str]) -> list[str]:
    """The name of each column. One that nobody knows is refused: it would be lost unnoticed."""
    known = {one.casefold(): name for name, more in COLUMNS.items() for one in (name, *more)}
    while heading and not heading[-1]:
        heading = heading[:-1]
    for title in heading:
        if title.casefold() not in known:
            raise Problem("table_column_unknown", {"column": title, "columns": list(COLUMNS)})
    columns = [known[title.casefold()] for title in heading]
    for name in columns:
        if columns.count(name) > 1:
            raise Problem("table_column_twice", {"column": name})
    missing = [name for name in NEEDED if name not in columns]
    if not {"name", "name_zh", "name_en"} & set(columns):
        missing.append("name_zh")
    if missing:
        raise Problem("table_column_missing", {"missing": missing})
    return columns


def _row(line: int, columns: list[str], cells: list[str]) -> Row:
    """Problem: cell_wrong, cells_too_many."""
    if any(cells[len(columns) :]):
        raise Problem("cells_too_many", {"line": line, "max": len(columns)})
    told = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    for name in NEEDED:
        if name not in told:
            raise _wrong(line, name, "", "missing")
    if not CODE.fullmatch(told["code"]):
        raise _wrong(line, "code", told["code"], "code_wrong")
    try:
        return Row(line, told["code"], ItemAdded.model_validate(_body(line, told)))
    except ValidationError as error:
        first = error.errors()[0]
        place = "_".join(str(part) for part in first["loc"])
        name = place if place in told else place.partition("_")[0]
        raise _wrong(line, name, told.get(name, ""), first["type"]) from error


def _body(line: int, told: Mapping[str, str]) -> dict[str, object]:
    body: dict[str, object] = {"name": _name(line, told), "unit": told["unit"]}
    for name in ("shelf_life_days", "minimum"):
        if name in told:
            body[name] = told[name]
    if "gtin" in told:
        if not gtin_valid(told["gtin"]):
            raise _wrong(line, "gtin", told["gtin"], "gtin_wrong")
        body["gtin"] = gtin14(told["gtin"])
    if "made_here" in told:
        answer = YES_OR_NO.get(told["made_here"].casefold())
        if answer is None:
            raise _wrong(line, "made_here", told["made_here"], "yes_or_no")
        body["made_here"] = answer
    return body


def _name(line: int, told: Mapping[str, str]) -> dict[str, str]:
    """In both languages; where there is one name, it is the name in both."""
    one = told.get("name") or told.get("name_zh") or told.get("name_en")
    if not one:
        raise _wrong(line, "name_zh", "", "missing")
    return {"zh": told.get("name_zh", one), "en": told.get("name_en", one)}


def _wrong(line: int, column: str, told: str, why: str) -> Problem:
    params = {"line": line, "column": column, "told": told, "why": why}
    return Problem("cell_wrong", params, field=column)
