"""QR code as rows of modules (ISO/IEC 18004).

Segments, patterns, block sizes and polynomials are qrcode's. The bits are corrected, placed and
masked here, on bytes and whole-matrix integers: the same symbol as qrcode's to the module (a test
holds that), many times faster, and of eight masks the one with the lowest penalty (§7.8.3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from operator import itemgetter

from qrcode import QRCode
from qrcode.base import Polynomial, RSBlock, gexp, glog, rs_blocks
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.LUT import rsPoly_LUT as RS_POLYNOMIALS
from qrcode.util import MODE_8BIT_BYTE, BitBuffer, QRData, length_in_bits, mask_func

from labels.error import LabelError

# From the least to the most correction, from which the best that costs no larger symbol is taken.
LEVELS = {
    ERROR_CORRECT_L: "L",
    ERROR_CORRECT_M: "M",
    ERROR_CORRECT_Q: "Q",
    ERROR_CORRECT_H: "H",
}
# The most modules that a version has beyond its words (table 1), and one for all fixed places.
REMAINDER_BITS_MAX = 8
VERSION_MAX = 40
_FROM_M = (ERROR_CORRECT_M, ERROR_CORRECT_Q, ERROR_CORRECT_H)


@dataclass(frozen=True, slots=True)
class Qr:
    """Rows of "0" and "1", the version and the letter of the error correction level."""

    rows: tuple[str, ...]
    version: int
    level: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all symbols of a version share: fixed modules, the way of the data bits, masks.

    A matrix is one integer, module (row, column) at bit row · side + column. `pick` takes the bits
    of all words and gives the matrix's modules from the last to the first.
    """

    side: int
    fixed: int
    pick: Callable[[str], tuple[str, ...]]
    masks: tuple[int, ...]


def qr(text: str, level: str = "M") -> Qr:
    """`text` in the smallest version for `level` (M, Q or H), at the best level there is room for.

    Raises LabelError `code_too_wide` where no version can carry it.
    """
    enough = _FROM_M["MQH".index(level) :]
    segment = QRData(text.encode())
    content = _bits(segment)
    for version in range(1, VERSION_MAX + 1):
        size_bits = length_in_bits(segment.mode, version)
        needed_bits = 4 + size_bits + len(content)
        for number in reversed(enough):
            if needed_bits <= _capacity_bits(version, number):
                # A mode is one bit in four, its place as in table 2.
                bits = f"{segment.mode:04b}{len(segment):0{size_bits}b}{content}"
                return Qr(_rows(version, number, _words(bits, version, number)), version,
                          LEVELS[number])  # fmt: skip
    raise LabelError("code_too_wide", text, message=f"{text[:40]!r}… is too long for a QR code")


def _bits(segment: QRData) -> str:
    if segment.mode == MODE_8BIT_BYTE:
        return "".join([f"{byte:08b}" for byte in segment.data])
    buffer = BitBuffer()
    segment.write(buffer)
    return "".join([f"{byte:08b}" for byte in buffer.buffer])[: len(buffer)]


def _words(bits: str, version: int, level: int) -> bytes:
    """Terminator, padding (§7.4.10), correction, and the blocks woven into one another (§7.6)."""
    capacity = _capacity_bits(version, level)
    bits += "0" * min(4, capacity - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    spare = capacity // 8 - len(data)
    data += (b"\xec\x11" * (spare // 2 + 1))[:spare]
    blocks, corrections, at = [], [], 0
    for block in rs_blocks(version, level):
        part = data[at : at + block.data_count]
        at += block.data_count
        blocks.append(part)
        corrections.append(_correction(part, block.total_count - block.data_count))
    woven = [byte for row in zip_longest(*blocks) for byte in row if byte is not None]
    return bytes(woven) + bytes(byte for row in zip(*corrections, strict=True) for byte in row)


def _correction(data: bytes, length: int) -> bytes:
    """The remainder of `data` by the generator polynomial of `length` (§7.5.2)."""
    table, rest, shift = _remainders(length), 0, 8 * (length - 1)
    keep = (1 << shift) - 1
    for byte in data:
        rest = ((rest & keep) << 8) ^ table[rest >> shift ^ byte]
    return rest.to_bytes(length, "big")


@lru_cache(maxsize=32)
def _remainders(length: int) -> tuple[int, ...]:
    """What each leading byte takes from the bytes behind it: that byte times the generator."""
    generator = Polynomial(RS_POLYNOMIALS[length], 0)
    factors = [generator[place] for place in range(1, length + 1)]
    return tuple(
        int.from_bytes(bytes(_product(byte, factor) for factor in factors), "big")
        for byte in range(256)
    )


def _product(one: int, other: int) -> int:
    return int(gexp(glog(one) + glog(other))) if one and other else 0


@lru_cache(maxsize=160)
def _capacity_bits(version: int, level: int) -> int:
    blocks: list[RSBlock] = rs_blocks(version, level)
    return 8 * sum(int(block.data_count) for block in blocks)


def _rows(version: int, level: int, words: bytes) -> tuple[str, ...]:
    frame = _frame(version)
    # Places without a bit of their own read the light one behind the last word.
    bits = "".join([f"{word:08b}" for word in words]) + "0" * REMAINDER_BITS_MAX
    data = int("".join(frame.pick(bits)), 2) | frame.fixed
    candidates = (data ^ mask | _format(frame.side, level, number)
                  for number, mask in enumerate(frame.masks))  # fmt: skip
    best = min(candidates, key=lambda matrix: _penalty(matrix, frame.side))
    text = f"{best:0{frame.side**2}b}"[::-1]
    return tuple(text[row : row + frame.side] for row in range(0, frame.side**2, frame.side))


@lru_cache(maxsize=40)
def _frame(version: int) -> _Frame:
    """The fixed modules of a version are qrcode's; bits are laid in its zigzag (§7.7.3)."""
    side = 17 + 4 * version
    template = _patterns(version, side)
    places = tuple(row * side + column for row, column in _zigzag(side)
                   if template[row][column] is None)  # fmt: skip
    index = {place: number for number, place in enumerate(places)}
    light = len(places)
    pick = itemgetter(*(index.get(place, light) for place in range(side * side - 1, -1, -1)))
    fixed = sum(1 << row * side + column for row in range(side) for column in range(side)
                if template[row][column])  # fmt: skip
    masks = tuple(
        sum(1 << place for place in places if masked(*divmod(place, side)))
        for masked in map(mask_func, range(8))
    )
    return _Frame(side, fixed, pick, masks)


def _patterns(version: int, side: int) -> list[list[bool | None]]:
    """qrcode's empty symbol: finder, alignment, timing, version; None where data goes."""
    code = QRCode(version=version, border=0)
    code.modules_count = side
    modules: list[list[bool | None]] = [[None] * side for _ in range(side)]
    code.modules = modules
    code.setup_position_probe_pattern(0, 0)
    code.setup_position_probe_pattern(side - 7, 0)
    code.setup_position_probe_pattern(0, side - 7)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(test=True, mask_pattern=0)  # kept light; `_format` fills it in
    if version >= 7:
        code.setup_type_number(test=False)
    return modules


def _zigzag(side: int) -> list[tuple[int, int]]:
    """Two columns at a time from the right, up and down in turn, past the timing column."""
    path = []
    for turn, right in enumerate(column for column in range(side - 1, 0, -2)):
        column = right - 1 if right <= 6 else right
        rows = range(side) if turn % 2 else range(side - 1, -1, -1)
        path += [(row, column - left) for row in rows for left in (0, 1)]
    return path


@lru_cache(maxsize=1280)
def _format(side: int, level: int, mask: int) -> int:
    """Level and mask at both their places, and the dark module (§7.9)."""
    code = QRCode(error_correction=level, border=0)
    code.modules_count = side
    code.modules = [[False] * side for _ in range(side)]
    code.setup_type_info(test=False, mask_pattern=mask)
    return sum(1 << row * side + column for row in range(side) for column in range(side)
               if code.modules[row][column])  # fmt: skip


def _penalty(matrix: int, side: int) -> int:
    """The four rules of §7.8.3.1, along rows and, on the turned matrix, along columns."""
    every = (1 << side * side) - 1
    turned = _turned(matrix, side)
    lines = sum(_runs(bits, side, every) + _runs(bits ^ every, side, every)
                + 40 * _finders(bits, side, every) for bits in (matrix, turned))  # fmt: skip
    pairs = _within(side, 2)
    squares = 0
    for bits in (matrix, matrix ^ every):
        two = bits & bits >> 1 & pairs
        squares += (two & two >> side).bit_count()
    share = matrix.bit_count() * 100 / (side * side)
    return lines + 3 * squares + 10 * int(abs(share - 50) / 5)


def _runs(bits: int, side: int, every: int) -> int:
    """Rule 1: 3 for five alike in a line and 1 for each more: windows of five, and two a run."""
    five = bits & bits >> 1
    five = five & five >> 2 & bits >> 4 & _within(side, 5)
    starts = five & ~(five << 1 & _within(side, 5) & ~_column(side)) & every
    return five.bit_count() + 2 * starts.bit_count()


def _finders(bits: int, side: int, every: int) -> int:
    """Rule 3: dark-light 1:1:3:1:1 with four light modules before or after."""
    light = bits ^ every
    four = light & light >> 1
    four &= four >> 2
    core = bits & light >> 1 & bits >> 2 & bits >> 3 & bits >> 4 & light >> 5 & bits >> 6
    before = four & core >> 4 & _within(side, 11)
    after = core & four >> 7 & _within(side, 11)
    return before.bit_count() + after.bit_count()


@lru_cache(maxsize=256)
def _within(side: int, length: int) -> int:
    """The places in each row from which `length` modules stay in the row."""
    row = (1 << side - length + 1) - 1
    return sum(row << line * side for line in range(side))


@lru_cache(maxsize=40)
def _column(side: int) -> int:
    """The first place of each row."""
    return sum(1 << line * side for line in range(side))


def _turned(matrix: int, side: int) -> int:
    """Rows become columns."""
    text = f"{matrix:0{side * side}b}"
    return int("".join(text[column::side] for column in range(side)), 2)
