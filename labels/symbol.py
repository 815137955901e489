"""The two symbols of a label as modules of whole printer dots: Code 128 and QR code.

Encoding is python-barcode's and qrcode's; here the modules get their size, so that a bar's edge
never falls inside a dot. Quiet zones (Code 128 10X, QR 4X: ISO/IEC 15417 and 18004) are the
layout's to keep free.
"""

from itertools import groupby

from barcode.charsets import code128 as code128_tables
from barcode.codex import Code128
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.util import create_data

from labels.error import LabelError
from labels.marks import Grid, Modules

CODE128_MODULE_MIN_MM = 0.165
CODE128_MODULE_MAX_MM = 0.26
QR_MODULE_MIN_MM = 0.35
QR_MODULE_MAX_MM = 0.68
# Short links take the same version as usual ones, so that labels of one rack look alike.
QR_VERSION_MIN = 5


def code128(text: str, grid: Grid, *, x: int, y: int, width_max: int, height: int) -> Modules:
    """`text` as Code 128 with its top left corner at (x, y), at most `width_max` wide.

    Raises LabelError `code128_character` for a character Code 128 has not, `code_too_wide` where
    not even the smallest module that scanners read lets it fit.
    """
    for character in text:
        if character not in code128_tables.ALL or not character.isprintable():
            raise LabelError(
                "code128_character", character, message=f"Code 128 cannot carry {character!r}"
            )
    bits = Code128(text).build()[0]
    module = min(width_max // len(bits), grid.dots_down(CODE128_MODULE_MAX_MM))
    if module * 25.4 / grid.dpi < CODE128_MODULE_MIN_MM:
        raise LabelError(
            "code_too_wide", text, message=f"{text!r} is too long for a Code 128 on this label"
        )
    return Modules(module, tuple(_row(bits, module, x=x, y=y, height=height)))


def qr(text: str, grid: Grid, *, right: int, y: int, width_max: int) -> Modules:
    """`text` as a QR code whose top right corner is at (right, y), at most `width_max` dots wide.

    Error correction is the best that costs no more modules than level M does. Raises LabelError
    `link_too_long`.
    """
    rows = _qr_rows(text)
    module = min(width_max // len(rows), grid.dots_down(QR_MODULE_MAX_MM))
    if module * 25.4 / grid.dpi < QR_MODULE_MIN_MM:
        raise _link_too_long(text)
    left = right - len(rows) * module
    return Modules(module, tuple(_cells(rows, module, x=left, y=y)))


def _qr_rows(text: str) -> list[str]:
    """Rows of 0 and 1: the smallest version for level M, at the best level it has room for."""
    codes = [_qr(text, level) for level in (ERROR_CORRECT_M, ERROR_CORRECT_Q, ERROR_CORRECT_H)]
    try:
        version = codes[0].best_fit(start=QR_VERSION_MIN)
    except ValueError as error:
        raise _link_too_long(text) from error
    best = codes[0]
    for code in codes[1:]:
        code.version = version
        if _has_room(code):
            best = code
    best.make(fit=False)
    return ["".join("1" if dark else "0" for dark in row) for row in best.modules]


def _qr(text: str, level: int) -> QRCode:
    code: QRCode = QRCode(error_correction=level, border=0)
    code.add_data(text.encode(), optimize=0)
    return code


def _has_room(code: QRCode) -> bool:
    try:
        create_data(code.version, code.error_correction, code.data_list)
    except DataOverflowError:
        return False
    return True


def _link_too_long(text: str) -> LabelError:
    return LabelError(
        "link_too_long", text, message=f"{text!r} is too long for this label's QR code"
    )


def _cells(rows: list[str], module: int, *, x: int, y: int) -> list[tuple[int, int, int, int]]:
    """Dark runs along the rows, and again down the columns, so that no seam shows between rows."""
    boxes = []
    for line, bits in enumerate(rows):
        boxes += _row(bits, module, x=x, y=y + line * module, height=module)
    for line, bits in enumerate("".join(column) for column in zip(*rows, strict=True)):
        for start, _, length, _ in _row(bits, module, x=y, y=0, height=module):
            if length > module:
                boxes.append((x + line * module, start, module, length))
    return boxes


def _row(bits: str, module: int, *, x: int, y: int, height: int) -> list[tuple[int, int, int, int]]:
    """Neighbouring dark modules of one row as one box each."""
    boxes = []
    for dark, run in groupby(bits):
        width = len(list(run)) * module
        if dark == "1":
            boxes.append((x, y, width, height))
        x += width
    return boxes
