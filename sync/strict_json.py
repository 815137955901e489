"""JSON as RFC 7493 (I-JSON) has it: one meaning on every device, or none.

`json` alone takes what others read differently: names given twice, NaN, numbers that no double
holds, halves of characters. Such bytes are kept as they came, never interpreted.
"""

import json
import math
import re
from typing import Any

DEPTH_MAX = 32
INTEGER_MAX = 2**53
# Half a surrogate pair is not Unicode; PostgreSQL stores no NUL.
NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def parse(raw: bytes) -> Any:
    """The value in these UTF-8 bytes. ValueError says what is wrong with them."""
    try:
        value = _strictly.decode(raw.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    # Bytes without escapes hold only what UTF-8 can say, and JSON forbids a bare NUL.
    if b"\\u" in raw or raw.count(b"[") + raw.count(b"{") > DEPTH_MAX:
        _must_be_plain(value, DEPTH_MAX)
    return value


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _exact(text: str) -> int:
    if len(text) > len(str(-INTEGER_MAX)) or abs(int(text)) > INTEGER_MAX:
        raise ValueError("a whole number is too large")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


_strictly = json.JSONDecoder(
    object_pairs_hook=_named_once,
    parse_constant=_no_number,
    parse_int=_exact,
    parse_float=_finite,
)


def _must_be_plain(value: Any, depth: int) -> None:
    if isinstance(value, str):
        _must_be_text(value)
    elif isinstance(value, dict | list):
        if depth == 0:
            raise ValueError("nested too deeply")
        for name in value if isinstance(value, dict) else ():
            _must_be_text(name)
        for one in value.values() if isinstance(value, dict) else value:
            _must_be_plain(one, depth - 1)


def _must_be_text(value: str) -> None:
    if NOT_STORABLE.search(value):
        raise ValueError("a text has letters that can't be stored")
