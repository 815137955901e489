"""What a drawing is made of: codes, boxes, pictures and lines of text on a grid of whole printer
dots.

A layout produces marks once (`labels.draw`); the painters put the same marks on a bitmap, on paper,
on a screen and into a printer's language. Origin top left, y down, all lengths in dots unless the
name says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, sin
from typing import Literal

from labels.font import Weight
from labels.symbol import Symbol

MM_PER_INCH = 25.4
PT_PER_INCH = 72
CIRCLE_CORNERS = 48

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ink:
    """A colour, and whether it is black or nothing where a printer has one colour only."""

    red: int
    green: int
    blue: int
    black: bool

    @property
    def hex(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


BLACK = Ink(0, 0, 0, black=True)
WHITE = Ink(255, 255, 255, black=False)
# On a one-colour print it would be dithered; there it is not printed at all.
GREY = Ink(110, 110, 110, black=True)


@dataclass(frozen=True, slots=True)
class Code:
    """A symbol whose first dark module stands at (x, y); `height` is that of bars, else its side.

    `module` is the side of one module, of which every length of the symbol is a multiple.
    """

    x: int
    y: int
    module: int
    height: int
    symbol: Symbol

    @property
    def width(self) -> int:
        return self.symbol.columns * self.module


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle in whole dots."""

    x: int
    y: int
    width: int
    height: int
    ink: Ink = BLACK


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled shape; a white one cuts out of what lies below it in the same picture."""

    points: tuple[Point, ...]
    ink: Ink = BLACK


@dataclass(frozen=True, slots=True)
class Picture:
    """Polygons that belong together, painted in their order."""

    shapes: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text from `x` on, standing on `baseline`, at `size` dots, `width` dots long.

    `align` says which end of it stands against an edge, for a printer that has a font of its own.
    """

    x: float
    baseline: float
    content: str
    size: float
    weight: Weight
    width: float
    ink: Ink = BLACK
    align: Literal["left", "center", "right"] = "left"


Mark = Code | Box | Picture | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """A label laid out: its size in whole dots and in millimetres, and its marks in the order of
    painting."""

    width: int
    height: int
    dpi: int
    width_mm: float
    height_mm: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Turns millimetres and points into dots of one printer."""

    dpi: int

    def dots(self, length_mm: float) -> int:
        """The nearest whole number of dots."""
        return round(length_mm * self.dpi / MM_PER_INCH)

    def dots_down(self, length_mm: float) -> int:
        """As many whole dots as fit."""
        return int(length_mm * self.dpi / MM_PER_INCH + 1e-9)

    def mm(self, dots: float) -> float:
        return dots * MM_PER_INCH / self.dpi

    def size(self, size_pt: float) -> float:
        return size_pt * self.dpi / PT_PER_INCH


def box(x: float, y: float, *, width: float, height: float, ink: Ink = BLACK) -> Polygon:
    right, bottom = x + width, y + height
    return Polygon(((x, y), (right, y), (right, bottom), (x, bottom)), ink)


def disc(x: float, y: float, *, radius: float, ink: Ink = BLACK) -> Polygon:
    """A circle around (x, y)."""
    return ngon(x, y, radius=radius, corners=CIRCLE_CORNERS, ink=ink)


def ngon(x: float, y: float, *, radius: float, corners: int, ink: Ink = BLACK) -> Polygon:
    """A regular polygon around (x, y) that stands on a side."""
    turns = [pi / 2 + pi / corners + 2 * pi * corner / corners for corner in range(corners)]
    return Polygon(tuple((x + radius * cos(t), y + radius * sin(t)) for t in turns), ink)


def stroke(points: Sequence[Point], *, width: float, ink: Ink = BLACK) -> list[Polygon]:
    """A line through `points` with round corners and ends."""
    radius = width / 2
    shapes = [disc(x, y, radius=radius, ink=ink) for x, y in points]
    for (x1, y1), (x2, y2) in pairwise(points):
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        dx, dy = -(y2 - y1) / length * radius, (x2 - x1) / length * radius
        corners = ((x1 + dx, y1 + dy), (x2 + dx, y2 + dy), (x2 - dx, y2 - dy), (x1 - dx, y1 - dy))
        shapes.append(Polygon(corners, ink))
    return shapes
