"""GS1 identification: GTINs, the characters of a lot, element strings and their dates.

Follows the GS1 General Specifications: §3 (application identifiers), §7.8 (element strings), §7.9
(check digits), §7.11 (characters), §7.12 (dates). Knows no URL; the links are in `labels.code`.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from labels.error import LabelError

FNC1 = "\x1d"

GTIN = "01"
LOT = "10"
EXPIRY = "17"
SERIAL = "21"
OURS = (GTIN, LOT, EXPIRY, SERIAL)

# Digits of an element, identifier included, by the identifier's first two digits: GS1 General
# Specifications, figure "element strings with predefined length". All others end at FNC1.
PREDEFINED_LENGTH = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18,
    "11": 8, "12": 8, "13": 8, "14": 8, "15": 8, "16": 8, "17": 8, "18": 8, "19": 8,
    "20": 4, "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16,
}  # fmt: skip

_GTIN_DIGITS = re.compile(r"(?:[0-9]{8}|[0-9]{12,14})\Z")
# Character set 82, at most twenty: lots (AI 10) and serials (AI 21).
_LOT_OR_SERIAL = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}\Z")
_DATE_DIGITS = re.compile(r"[0-9]{6}\Z")
_TYPED_START = re.compile(r"\((?:01|10|17|21)\)")
_TYPED_IDENTIFIER = re.compile(r"\(([0-9]{2,4})\)")


@dataclass(frozen=True)
class Elements:
    """What an element string or a Digital Link says about a product; fourteen digits in `gtin`."""

    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    expiry: date | None = None


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


def lot_fits(lot_code: str) -> bool:
    """Whether GS1 can carry `lot_code` as it is: 1 to 20 characters of set 82."""
    return bool(_LOT_OR_SERIAL.match(lot_code))


def elements(pairs: Iterable[tuple[str, str]]) -> Elements:
    """Checked values of pairs of identifier and value; of two equal identifiers the first counts.

    Raises LabelError `gtin_check_digit`, `element_string`, `element_value` or `expiry_date`.
    """
    found: dict[str, str] = {}
    for identifier, value in pairs:
        if identifier in OURS:
            found.setdefault(identifier, value)
    for identifier in (LOT, SERIAL):
        if identifier in found and not lot_fits(found[identifier]):
            raise LabelError(
                "element_value", found[identifier], message=f"({identifier}) {found[identifier]!r}"
            )
    return Elements(
        gtin=gtin14(found[GTIN]) if GTIN in found else None,
        lot=found.get(LOT),
        serial=found.get(SERIAL),
        expiry=expiry_date(found[EXPIRY]) if EXPIRY in found else None,
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
    identifier = rest[:2]
    length = PREDEFINED_LENGTH.get(identifier)
    if length is None:
        element, _, after = rest.partition(FNC1)
    else:
        element, after = rest[:length], rest[length:].removeprefix(FNC1)
    digits_needed = 2 if length is None else length
    if not re.match(rf"[0-9]{{{digits_needed}}}", element):
        raise LabelError("element_string", rest, message=f"no element starts with {rest[:20]!r}")
    return (identifier, element[2:]), after


def looks_typed(text: str) -> bool:
    """Whether `text` starts as a person types an element string: (01), (10), (17) or (21)."""
    return bool(_TYPED_START.match(text))


def typed_element_string(text: str) -> Elements:
    """What "(01)04006381333931 (10)L1" says, without blanks around values. Raises as `elements`."""
    parts = _TYPED_IDENTIFIER.split(text)
    values = (value.strip(" ") for value in parts[2::2])
    return elements(zip(parts[1::2], values, strict=True))
