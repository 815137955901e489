"""A code as modules, whichever kind it is: QR, Data Matrix and the linear codes.

Encoding is qrcode's (`labels.qr`), zint's and python-barcode's (`labels.linear`). Here is what all
of them have in common: rows of modules, the quiet zone that the standard asks for, and what a
reader gives back. Sizes in dots are `labels.draw`'s.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from zint import DataMatrixOptions, InputMode, Symbology
from zint import Symbol as ZintSymbol

from labels import linear
from labels.error import LabelError
from labels.gs1 import FNC1
from labels.gs1_table import PREDEFINED_LENGTH, identifier_of
from labels.qr import qr

Kind = Literal[
    "qr", "datamatrix", "gs1-datamatrix",
    "code128", "gs1-128", "ean13", "ean8", "upca", "itf14", "code39", "codabar",
]  # fmt: skip

# In modules on each side: ISO/IEC 18004, 16022, 15417, 15420, 16390, 16388, EN 798.
QUIET: dict[Kind, int] = {
    "qr": 4,
    "datamatrix": 1,
    "gs1-datamatrix": 1,
    "code128": 10,
    "gs1-128": 10,
    "ean13": 11,
    "ean8": 7,
    "upca": 9,
    "itf14": 10,
    "code39": 10,
    "codabar": 10,
}
ROWS_MAX = 200  # of zint, however many are used
TWO_DIMENSIONAL: tuple[Kind, ...] = ("qr", "datamatrix", "gs1-datamatrix")
GS1_KINDS: tuple[Kind, ...] = ("gs1-datamatrix", "gs1-128")


@dataclass(frozen=True, slots=True)
class Symbol:
    """One code: rows of "0" and "1" (a single row for bars), and `text` as a reader returns it,
    FNC1 between elements as `\\x1d`.

    `level` is the letter of a QR code's error correction.
    """

    kind: Kind
    text: str
    rows: tuple[str, ...]
    level: str = ""

    @property
    def columns(self) -> int:
        return len(self.rows[0])

    @property
    def quiet(self) -> int:
        """Modules that stay white: on all sides, of bars on the left and right."""
        return QUIET[self.kind]

    @property
    def square(self) -> bool:
        return self.kind in TWO_DIMENSIONAL


@lru_cache(maxsize=256)
def symbol(kind: Kind, text: str, level: str = "M") -> Symbol:
    """`text` as a code of `kind`; of GS1 kinds `text` is an element string, FNC1 as `\\x1d`.
    `level` is the least error correction of a QR code: M, Q or H.

    Raises LabelError `code_empty`, `code_character` with the character that the kind has not,
    `code_too_wide` beyond its capacity, `gtin_check_digit` or `element_string` for retail codes.
    """
    if not text:
        raise LabelError("code_empty", kind, message=f"the {kind} code has no content")
    if kind == "qr":
        code = qr(text, level)
        return Symbol(kind, text, code.rows, code.level)
    if kind == "datamatrix" or kind == "gs1-datamatrix":  # noqa: PLR1714 - narrows the type
        return Symbol(kind, text, _data_matrix(text, gs1=kind == "gs1-datamatrix"))
    bars = linear.bars(kind, text)
    return Symbol(kind, bars.text, (bars.modules,))


def _data_matrix(text: str, *, gs1: bool) -> tuple[str, ...]:
    """ECC 200, square (ISO/IEC 16022), by zint."""
    for character in text:
        if character < " " and not (gs1 and character == FNC1):
            raise LabelError(
                "code_character", character, message=f"Data Matrix here takes no {character!r}"
            )
    code = ZintSymbol()
    code.symbology = Symbology.DATAMATRIX
    code.option_3 = DataMatrixOptions.SQUARE
    code.input_mode = InputMode.GS1 | InputMode.GS1NOCHECK if gs1 else InputMode.UNICODE
    try:
        code.encode(_bracketed(text) if gs1 else text)
    except Exception as error:
        raise LabelError(
            "code_too_wide", text, message=f"{text[:40]!r}… is no Data Matrix: {error}"
        ) from error
    packed = bytes(code.encoded_data)
    lines = len(packed) // ROWS_MAX  # bytes to a line, the first module in the lowest bit
    return tuple(
        "".join(f"{byte:08b}"[::-1] for byte in packed[row * lines : (row + 1) * lines])[
            : code.width
        ]
        for row in range(code.rows)
    )


def _bracketed(text: str) -> str:
    """An element string in zint's spelling: each identifier in square brackets."""
    written, rest = "", text
    while rest:
        name = identifier_of(rest) or rest[:2]
        length = PREDEFINED_LENGTH.get(name[:2])
        value, rest = (
            (rest[len(name) : length], rest[length:].removeprefix(FNC1))
            if length
            else (rest[len(name) :].partition(FNC1)[::2])
        )
        written += f"[{name}]{value}"
    return written
