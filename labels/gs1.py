"""GS1 identification: GTINs, element strings, their check digits and dates.

Follows the GS1 General Specifications: §3 (application identifiers), §7.8 (element strings), §7.9
(check digits), §7.11 (characters), §7.12 (dates). Knows no URL; the links are in `labels.code`.
The device's twin is `pwa/src/scan/gs1.js`.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from labels.error import LabelError
from labels.gs1_table import PREDEFINED_LENGTH, identifier, identifier_of

FNC1 = "\x1d"

SSCC = "00"
GTIN = "01"
LOT = "10"
EXPIRY = "17"
SERIAL = "21"
# What identifies something by itself (General Specifications §2): the keys of a Digital Link.
KEYS = ("00", "01", "253", "255", "401", "402", "414", "417", "8003", "8004", "8006", "8010",
        "8013", "8017", "8018")  # fmt: skip

_GTIN_DIGITS = re.compile(r"(?:[0-9]{8}|[0-9]{12,14})\Z")
_DATE_DIGITS = re.compile(r"[0-9]{6}\Z")
# What a person types in brackets at the start of an element string: keys, lot, expiry, serial.
_TYPED_START = re.compile(r"\((?:00|01|02|10|17|21|253|255|402|414|8003|8004|8017|8018)\)")
_TYPED_IDENTIFIER = re.compile(r"\(([0-9]{2,4})\)")


@dataclass(frozen=True)
class Elements:
    """What an element string or a Digital Link says; fourteen digits in `gtin`.

    `more` holds the values of all other identifiers as they stand, checked where the table of
    `labels.gs1_table` knows them.
    """

    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    expiry: date | None = None
    more: dict[str, str] = field(default_factory=dict)


def check_digit(digits: str) -> str:
    """The check digit that completes `digits` (7, 11, 12, 13 or 17 of them), after §7.9."""
    weighted = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return str(-weighted % 10)


def gtin_valid(gtin: str) -> bool:
    """Whether `gtin` has 8, 12, 13 or 14 digits and the right check digit; zeros alone are none."""
    return (
        bool(_GTIN_DIGITS.match(gtin))
        and gtin.strip("0") != ""
        and check_digit(gtin[:-1]) == gtin[-1]
    )


def gtin14(gtin: str) -> str:
    """`gtin` in fourteen digits. `element_string` when it is no digits of a GTIN's length,
    `gtin_check_digit` when the last one is wrong."""
    if not looks_like_gtin(gtin):
        raise LabelError("element_string", gtin, message=f"{gtin!r} has not a GTIN's digits")
    if not gtin_valid(gtin):
        raise LabelError("gtin_check_digit", gtin, message=f"the check digit of {gtin} is wrong")
    return gtin.rjust(14, "0")


def looks_like_gtin(text: str) -> bool:
    """Whether `text` has a GTIN's number of digits, right or wrong."""
    return bool(_GTIN_DIGITS.match(text))


def value_fits(name: str, value: str) -> bool:
    """Whether `value` is one that identifier `name` can carry: form, check digit and date."""
    try:
        require_value(name, value)
    except LabelError:
        return False
    return True


def require_value(name: str, value: str) -> None:
    """Raises `element_value` for a wrong form, `gtin_check_digit` or `expiry_date` for a wrong
    check digit or day; an identifier that the table lacks takes anything."""
    rule = identifier(name)
    if rule is None:
        return
    found = rule.value.match(value)
    if not found:
        if rule.dates == (1,):
            expiry_date(value)
        raise LabelError("element_value", value, message=f"({name}) cannot be {value!r}")
    for group in rule.checked:
        digits = found[group]
        if digits.strip("0") == "" or check_digit(digits[:-1]) != digits[-1]:
            raise LabelError("gtin_check_digit", digits,
                             message=f"the check digit of {digits} is wrong")  # fmt: skip
    for group in rule.dates:
        if found[group]:
            expiry_date(found[group])


def elements(pairs: Iterable[tuple[str, str]]) -> Elements:
    """What pairs of identifier and value say; of two equal identifiers the first counts.

    Raises LabelError `gtin_check_digit`, `element_string`, `element_value` or `expiry_date`.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    if GTIN in found:
        found[GTIN] = gtin14(found[GTIN])
    for name, value in found.items():
        require_value(name, value)
    return Elements(
        gtin=found.pop(GTIN, None),
        lot=found.pop(LOT, None),
        serial=found.pop(SERIAL, None),
        expiry=expiry_date(found.pop(EXPIRY)) if EXPIRY in found else None,
        more=found,
    )


def expiry_date(digits: str) -> date:
    """The day that YYMMDD means; day 00 is the month's last. Always 20YY: the sliding century of
    §7.12 would need a clock and differs only for expiries before 2000. Raises `expiry_date`.
    """
    try:
        if not _DATE_DIGITS.match(digits):
            raise ValueError(digits)
        year, month, day = 2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:])
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError as error:
        raise LabelError("expiry_date", digits, message=f"{digits!r} is no YYMMDD") from error


def element_string(text: str) -> Elements:
    """What a scanned element string says: `text` without symbology identifier, FNC1 as `\\x1d`.

    Raises LabelError as `elements` does, or `element_string` when it cannot be taken apart.
    """
    pairs: list[tuple[str, str]] = []
    rest = text.lstrip(FNC1)
    while rest:
        pair, rest = _next_pair(rest)
        pairs.append(pair)
    if not pairs:
        raise LabelError("element_string", text, message="the element string is empty")
    return elements(pairs)


def _next_pair(rest: str) -> tuple[tuple[str, str], str]:
    """The first element of `rest`, and what comes after it."""
    length = PREDEFINED_LENGTH.get(rest[:2])
    if length is None:
        element, _, after = rest.partition(FNC1)
    else:
        element, after = rest[:length], rest[length:].removeprefix(FNC1)
    digits_needed = 2 if length is None else length
    if not re.match(rf"[0-9]{{{digits_needed}}}", element):
        raise LabelError("element_string", rest, message=f"no element starts with {rest[:20]!r}")
    name = identifier_of(element) or element[:2]
    return (name, element[len(name) :]), after


def bare_element_string(text: str) -> Elements | None:
    """What an element string says that lost its symbology identifier and needs no FNC1; None where
    `text` is something else.

    A GTIN or SSCC with the right check digit must come first, and all that follows be identifiers
    that the table knows, with values they can carry: nothing else is taken for one by chance.
    """
    if not re.match(r"0[01][0-9]{14}", text):
        return None
    rest = text
    while rest:
        name = identifier_of(rest)
        if name is None:
            return None
        length = PREDEFINED_LENGTH.get(name[:2], len(rest))
        if not value_fits(name, rest[len(name) : length]):
            return None
        rest = rest[length:]
    return element_string(text)


def looks_typed(text: str) -> bool:
    """Whether `text` starts as a person types an element string: (01), (10), (17), (21) …"""
    return bool(_TYPED_START.match(text))


def typed_element_string(text: str) -> Elements:
    """What "(01)04006381333931 (10)L1" says, without blanks around values. Raises as `elements`."""
    parts = _TYPED_IDENTIFIER.split(text)
    values = (value.strip(" ") for value in parts[2::2])
    return elements(zip(parts[1::2], values, strict=True))


def written(pairs: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """An element string for a code (FNC1 as `\\x1d`) and its human-readable line (§4.14).

    The line has the identifiers in brackets and may be broken between elements, where it has a
    zero-width space. Raises LabelError as `require_value` does.
    """
    string, line = "", []
    for name, value in pairs:
        require_value(name, value)
        string += name + value + ("" if name[:2] in PREDEFINED_LENGTH else FNC1)
        line.append(f"({name}){value}")
    return string.removesuffix(FNC1), "\u200b".join(line)
