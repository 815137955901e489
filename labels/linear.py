"""The linear codes, by python-barcode: Code 128, GS1-128, EAN, UPC-A, ITF-14, Code 39, Codabar.

Text in, one row of modules out. Wide bars are whole modules (2 of Code 39, 3 of ITF and Codabar),
so that a printer's dots fit them.
"""

import re
from dataclasses import dataclass
from typing import Literal

from barcode.charsets import code39 as code39_tables
from barcode.codabar import CODABAR
from barcode.codex import Code39, Code128, Gs1_128
from barcode.ean import EuropeanArticleNumber8, EuropeanArticleNumber13
from barcode.errors import BarcodeError
from barcode.itf import ITF
from barcode.upc import UniversalProductCodeA

from labels.error import LabelError
from labels.gs1 import FNC1, gtin14

Linear = Literal["code128", "gs1-128", "ean13", "ean8", "upca", "itf14", "code39", "codabar"]

RETAIL: dict[Linear, tuple[type, int]] = {
    "ean13": (EuropeanArticleNumber13, 13),
    "ean8": (EuropeanArticleNumber8, 8),
    "upca": (UniversalProductCodeA, 12),
    "itf14": (ITF, 14),
}
NARROW, WIDE = 1, 3
_FULL_ASCII = re.compile(r"[$%/+][A-Z]")


@dataclass(frozen=True, slots=True)
class Bars:
    """`modules` of "0" and "1", and what a reader gives back."""

    modules: str
    text: str


def bars(kind: Linear, text: str) -> Bars:
    """`text` in bars. Raises LabelError `code_character`, `gtin_check_digit`, `element_string`."""
    if kind in ("code128", "gs1-128"):
        return _code128(text, gs1=kind == "gs1-128")
    if kind in RETAIL:
        return _retail(kind, text)
    return _code39(text) if kind == "code39" else _codabar(text)


def _code128(text: str, *, gs1: bool) -> Bars:
    for character in text:
        if not (" " <= character <= "~" or (gs1 and character == FNC1)):
            raise LabelError(
                "code_character", character, message=f"Code 128 cannot carry {character!r}"
            )
    made = Gs1_128 if gs1 else Code128
    content = text.replace(FNC1, Gs1_128.FNC1_CHAR)
    return Bars(made(content).build()[0], text)


def _retail(kind: Linear, text: str) -> Bars:
    """A GTIN in its own code; leading zeros beyond the code's length are dropped."""
    made, digits = RETAIL[kind]
    gtin = gtin14(text)
    if gtin[:-digits].strip("0"):
        raise LabelError("element_string", text, message=f"{text} is no {digits}-digit GTIN")
    own = gtin[-digits:]
    if kind == "itf14":
        return Bars(made(own, narrow=NARROW, wide=WIDE).build()[0], own)
    return Bars(made(own).build()[0], own)


def _code39(text: str) -> Bars:
    """Pairs that a reader set to full ASCII takes for one other character ("/Y" for "9", ISO/IEC
    16388 annex A) are refused: nobody knows how the scanner is set."""
    if pair := _FULL_ASCII.search(text):
        raise LabelError(
            "code_character", pair[0], message=f"Code 39: {pair[0]!r} may be read as another sign"
        )
    for character in text:
        if character not in code39_tables.REF:
            raise LabelError(
                "code_character", character, message=f"Code 39 cannot carry {character!r}"
            )
    return Bars(Code39(text, add_checksum=False).build()[0], text)


def _codabar(text: str) -> Bars:
    """`text` with its start and stop letters, A to D."""
    try:
        return Bars(CODABAR(text, narrow=NARROW, wide=WIDE).build()[0], text)
    except (BarcodeError, IndexError) as error:
        raise LabelError("code_character", text, message=f"Codabar: {error}") from error
