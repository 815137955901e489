"""Text set into a box: it shrinks a little, then wraps, then shrinks to its limit; it is never
clipped.

Chinese may break between any two characters but not before a closing mark; Latin words break at
blanks, and inside only where a word alone is wider than the box.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from labels.error import LabelError
from labels.font import ASCENT, BREAK_HERE, DESCENT, Face, Weight, face
from labels.marks import BLACK, Grid, Ink, Text

STEP_PT = 0.25
# A line that is hardly too long is made smaller; rather than smaller still it becomes two.
ONE_LINE_SHARE = 0.85
LEADING = 1.18
Align = Literal["left", "center", "right"]
Stand = Literal["top", "middle", "bottom"]
# A word with the blank after it, or one Chinese character with the closing marks after it.
_PIECE = re.compile(
    r"[（《「『【]*[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef][，。、；：！？）》」』】％]*\s?"
    r"|[^\s\u200b\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+[\s\u200b]*"
    r"|[\s\u200b]+"
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: weight, the size it starts from and the limit it shrinks to."""

    weight: Weight = "regular"
    size_pt: float = 9
    limit_pt: float = 9
    lines_max: int = 1
    align: Align = "left"
    stand: Stand = "bottom"
    ink: Ink = BLACK


@dataclass(frozen=True, slots=True)
class Area:
    """Where a text is set: top left corner and extent, in dots."""

    x: float
    y: float
    width: float
    height: float


def set_text(content: str, style: Style, *, area: Area, grid: Grid) -> list[Text]:
    """The lines of `content` in `area`, as large as they fit; one line goes before two unless it
    would be much smaller. Raises LabelError `glyph_missing` or `text_too_long`.
    """
    letters = face(style.weight)
    letters.require(content)
    plain = content.replace(BREAK_HERE, "")
    for size in _sizes(style, grid, _one_line_limit(style)):
        if letters.width(plain, size) <= area.width and _height(1, size) <= area.height:
            return _placed([plain], size, style, area=area, letters=letters, grid=grid)
    if style.lines_max > 1:
        pieces = [(piece, letters.width(piece.replace(BREAK_HERE, ""), 1),
                   letters.width(piece.rstrip(" \u200b\u3000"), 1))
                  for piece in _PIECE.findall(content)]  # fmt: skip
        for size in _sizes(style, grid, style.limit_pt):
            lines = _wrapped(pieces, letters, width=area.width / size)
            if len(lines) <= style.lines_max and _height(len(lines), size) <= area.height:
                return _placed(lines, size, style, area=area, letters=letters, grid=grid)
    raise LabelError("text_too_long", plain, message=f"{plain!r} does not fit on the label")


def _one_line_limit(style: Style) -> float:
    """What can't become two lines may shrink to the limit."""
    share = ONE_LINE_SHARE if style.lines_max > 1 else 0
    return max(style.limit_pt, style.size_pt * share)


def _sizes(style: Style, grid: Grid, limit_pt: float) -> Iterator[float]:
    size_pt = style.size_pt
    while size_pt >= limit_pt:
        yield grid.size(size_pt)
        size_pt -= STEP_PT


def _height(lines: int, size: float) -> float:
    return ((lines - 1) * LEADING + ASCENT + DESCENT) * size


def _placed(
    lines: list[str], size: float, style: Style, *, area: Area, letters: Face, grid: Grid
) -> list[Text]:
    """Lines against the edges that the style names. On the foot of an area the baselines stay
    where the full size would have them, so that facts side by side stand on one line."""
    spare = area.height - _height(len(lines), size)
    low = spare - DESCENT * (grid.size(style.size_pt) - size)
    top = area.y + {"top": 0.0, "middle": spare / 2, "bottom": max(low, 0.0)}[style.stand]
    texts = []
    for number, line in enumerate(lines):
        width = letters.width(line, size)
        shift = {"left": 0.0, "center": 0.5, "right": 1.0}[style.align] * (area.width - width)
        baseline = top + (ASCENT + number * LEADING) * size
        texts.append(Text(area.x + shift, baseline, line, size, style.weight, width, style.ink,
                          style.align))  # fmt: skip
    return texts


def _wrapped(pieces: list[tuple[str, float, float]], letters: Face, *, width: float) -> list[str]:
    """Pieces (text, full width, width without the blank after it, both at size 1) in lines no
    wider than `width`."""
    lines, filled = [""], 0.0
    for piece, full, bare in pieces:
        if filled + bare <= width:
            lines[-1] += piece
            filled += full
        elif bare <= width:
            lines.append(piece)
            filled = full
        else:
            lines += _broken(piece, letters, width=width)
            filled = letters.width(lines[-1].replace(BREAK_HERE, ""), 1)
    plain = (line.replace(BREAK_HERE, "").strip() for line in lines)
    return [line for line in plain if line]


def _broken(word: str, letters: Face, *, width: float) -> list[str]:
    """A word wider than a line, cut where the line is full."""
    lines, filled = [""], 0.0
    for character in word.replace(BREAK_HERE, ""):
        advance = letters.width(character, 1)
        if lines[-1] and filled + advance > width:
            lines.append("")
            filled = 0.0
        lines[-1] += character
        filled += advance
    return lines
