"""Values of every GS1 identifier, right and wrong, with what the server's table says of them.

`python -m tests.labels.gs1_vectors` writes tests/vectors/gs1.json, which the device's table is
held to; a test of this room says when it has to be written anew.
"""

import json
import re
from pathlib import Path

from labels.error import LabelError
from labels.gs1 import check_digit, require_value
from labels.gs1_table import PATTERNS

FILE = Path(__file__).parents[1] / "vectors" / "gs1.json"
_PART = re.compile(r"([nxyd])(\.\.)?([0-9]*)(#?)(\??)")
# The longest value of a kind is cut from these.
_LONG = {"n": "1234567890" * 10, "x": "aZ!%&'()*+,-./9:;<=>?_\"" * 5, "y": "AZ#-/09" * 15}


def right(pattern: str) -> str:
    """The longest value of a pattern."""
    value = ""
    for kind, _, length, check, _ in _PART.findall(pattern):
        if kind == "d":
            value += "280229"
            continue
        part = _LONG[kind][: int(length)]
        value += part[:-1] + check_digit(part[:-1]) if check else part
    return value


def wrong(value: str) -> list[str]:
    """Values near a right one: too long, too short, empty, another character, a digit changed."""
    changed = str((int(value[0]) + 1) % 10) if value[0].isdigit() else "~"
    return [value + "1", value[:-1], "", value[:-1] + "é", "~" + value[1:], changed + value[1:],
            "0" * len(value), "991399"]  # fmt: skip


def vectors() -> list[dict[str, str | None]]:
    """Identifier, value, and the reason why it is refused, None where it is right."""
    made: list[dict[str, str | None]] = []
    for name, pattern in PATTERNS.items():
        known = name.replace("*", "3")
        for value in dict.fromkeys([right(pattern), *wrong(right(pattern))]):
            made.append({"name": known, "value": value, "reason": reason(known, value)})
    return [*made, {"name": "04", "value": "anything", "reason": None}]


def reason(name: str, value: str) -> str | None:
    try:
        require_value(name, value)
    except LabelError as error:
        return error.code
    return None


def text() -> str:
    lines = ",\n ".join(json.dumps(vector, ensure_ascii=False) for vector in vectors())
    return f"[\n {lines}\n]\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
