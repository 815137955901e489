"""Text set into a box: it shrinks to a limit, then wraps; it is never clipped.

Chinese may break between any two characters but not before a closing mark; Latin words break at
blanks, and inside only where a word alone is wider than the box.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from labels.error import LabelError
from labels.font import ASCENT, DESCENT, Face, Weight, face
from labels.marks import Grid, Text

STEP_PT = 0.25
LEADING = 1.18
# A word with the blank after it, or one Chinese character with the closing marks after it.
_PIECE = re.compile(
    r"[（《「『【]*[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef][，。、；：！？）》」』】％]*\s?"
    r"|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+\s*"
    r"|\s+"
)


@dataclass(frozen=True)
class Style:
    """How a text is set: weight, the size it starts from and the limit it shrinks to."""

    weight: Weight
    size_pt: float
    limit_pt: float
    lines_max: int = 1


@dataclass(frozen=True)
class Area:
    """Where a text is set: top left corner and extent, in dots."""

    x: float
    y: float
    width: float
    height: float


def set_text(
    content: str, style: Style, *, area: Area, grid: Grid, right: bool = False
) -> list[Text]:
    """The lines of `content` in `area`, the last on the foot of the area, against its left or
    right edge.

    One line at any size down to the limit goes before two. Raises LabelError `glyph_missing` or
    `text_too_long`.
    """
    letters = face(style.weight)
    letters.require(content)
    foot = area.y + area.height - DESCENT * grid.size(style.size_pt)
    for lines_max in range(1, style.lines_max + 1):
        for size in _sizes(style, grid):
            lines = wrap(content, letters, size=size, width=area.width)
            if len(lines) <= lines_max and _height(len(lines), size) <= area.height:
                return [
                    Text(
                        x=area.x + (area.width - letters.width(line, size) if right else 0),
                        baseline=foot - above * LEADING * size,
                        content=line,
                        size=size,
                        weight=style.weight,
                    )
                    for above, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True)
                ]
    raise LabelError("text_too_long", content, message=f"{content!r} does not fit on the label")


def _sizes(style: Style, grid: Grid) -> Iterator[float]:
    size_pt = style.size_pt
    while size_pt >= style.limit_pt:
        yield grid.size(size_pt)
        size_pt -= STEP_PT


def _height(lines: int, size: float) -> float:
    return ((lines - 1) * LEADING + ASCENT + DESCENT) * size


def wrap(content: str, letters: Face, *, size: float, width: float) -> list[str]:
    """`content` in lines no wider than `width` at `size`."""
    lines = [""]
    for piece in _PIECE.findall(content):
        if letters.width((lines[-1] + piece).rstrip(), size) <= width:
            lines[-1] += piece
        elif letters.width(piece.rstrip(), size) <= width:
            lines.append(piece)
        else:
            lines.extend(_broken(piece, letters, size=size, width=width))
    return [line.strip() for line in lines if line.strip()]


def _broken(word: str, letters: Face, *, size: float, width: float) -> list[str]:
    """A word wider than a line, cut where the line is full."""
    lines = [""]
    for character in word:
        if lines[-1] and letters.width(lines[-1] + character, size) > width:
            lines.append("")
        lines[-1] += character
    return lines
