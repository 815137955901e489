"""What one label says: the values of its layout's fields, checked and written as they are printed.

Values may come as text from a table, or as dates and decimals from a program. Nothing is drawn
here; whether the words fit is found by `labels.draw`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from unicodedata import normalize

from labels import status
from labels.error import LabelError
from labels.gs1 import gtin14
from labels.layout import FieldRule, FieldType, Layout

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_DATE = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})\Z")
_BASE_URL = re.compile(r"https?://[^/?#\s]+\Z")
_STATUSES = {word.casefold(): key for key, words in status.WORDS.items() for word in words}
ROWS_MAX = 500

Row = dict[str, str]


@dataclass(frozen=True)
class Label:
    """One label: every field of the layout has its text here, empty where nothing was given.

    `rows` holds the fields of type rows; `base_url` is scheme and host of the links in its codes.
    """

    layout: Layout
    values: Mapping[str, str]
    rows: Mapping[str, tuple[Row, ...]]
    base_url: str


def label(layout: Layout, given: Mapping[str, object], *, base_url: str = "") -> Label:
    """A label of `layout` that says what is `given`.

    Raises LabelError `field_unknown`, `field_missing`, `field_value` (`about` names the field),
    `gtin_check_digit`, `element_string` or `base_url`.
    """
    base = base_url.rstrip("/")
    if base and not _BASE_URL.match(base):
        raise LabelError("base_url", base_url, message="the base URL is https:// and a host")
    for name in given:
        if name not in layout.fields:
            raise LabelError("field_unknown", name,
                             message=f"{layout.name} has no field {name!r}")  # fmt: skip
    values: dict[str, str] = {}
    rows: dict[str, tuple[Row, ...]] = {}
    for name, rule in layout.fields.items():
        value = given.get(name)
        if rule.type == "rows":
            rows[name] = _rows(name, rule, value)
            empty = not rows[name]
        else:
            values[name] = _value(name, rule, value)
            empty = not values[name]
        if rule.required and empty:
            raise LabelError("field_missing", name, message=f"{name} ({rule.zh}) is missing")
    return Label(layout, values, rows, base)


def _value(name: str, rule: FieldRule, value: object) -> str:
    text = _line(name, rule, value)
    if not text:
        return ""
    try:
        return _WRITTEN[rule.type](text)
    except (ValueError, InvalidOperation) as error:
        if isinstance(error, LabelError):
            error.field, error.heading = name, {"zh": rule.zh, "en": rule.en}
            raise
        raise LabelError("field_value", name,
                         message=f"{name} ({rule.zh}): {text[:60]!r} is no {rule.type}"
                         ) from error  # fmt: skip


def _line(name: str, rule: FieldRule, value: object) -> str:
    """One line of text, one code point per accented letter as the fonts have them."""
    if value is None:
        return ""
    text = normalize("NFC", f"{value:f}" if isinstance(value, Decimal) else str(value)).strip()
    if _CONTROL.search(text):
        raise LabelError("field_value", name, message=f"{name} ({rule.zh}) has control characters")
    if len(text) > rule.longest:
        raise LabelError("field_value", name,
                         message=f"{name} ({rule.zh}) has more than {rule.longest} characters"
                         )  # fmt: skip
    return text


def _date(text: str) -> str:
    found = _DATE.match(text)
    if not found:
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), int(found[3])).isoformat()


def _number(text: str) -> str:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return f"{number:f}"


def _status(text: str) -> str:
    key = _STATUSES.get(text.casefold(), text)
    if key not in status.WORDS:
        raise ValueError(text)
    return key


def _rows(name: str, rule: FieldRule, value: object) -> tuple[Row, ...]:
    """Rows as mappings, or as text: a row to a line or between semicolons, cells between bars."""
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        lines = (line for line in re.split(r"[\n;；]", value) if line.strip())
        value = [dict(zip(rule.columns, line.split("|"), strict=False)) for line in lines]
    if not isinstance(value, Iterable):
        raise LabelError("field_value", name, message=f"{name} ({rule.zh}) is no list of rows")
    rows = list(value)
    if len(rows) > ROWS_MAX:
        raise LabelError("field_value", name, message=f"{name} has more than {ROWS_MAX} rows")
    return tuple(_row(name, rule, row) for row in rows)


def _row(name: str, rule: FieldRule, row: object) -> Row:
    if not isinstance(row, Mapping) or not set(row) <= set(rule.columns):
        raise LabelError("field_value", name,
                         message=f"a row of {name} has {', '.join(rule.columns)}")  # fmt: skip
    return {column: _line(name, rule, row.get(column)) for column in rule.columns}


_WRITTEN: dict[FieldType, Callable[[str], str]] = {
    "text": str,
    "date": _date,
    "number": _number,
    "status": _status,
    "gtin": gtin14,
}
