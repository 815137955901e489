"""What a drawing is made of: boxes, polygons and lines of text on a grid of whole printer dots.

A layout produces marks once; `labels.raster` and `labels.page` put the same marks on a bitmap and
on paper. Origin top left, y down, all lengths in dots unless the name says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, sin

from labels.font import Weight

MM_PER_INCH = 25.4
PT_PER_INCH = 72
CIRCLE_CORNERS = 96

Point = tuple[float, float]


@dataclass(frozen=True)
class Modules:
    """The dark runs of one code, printed as one shape: (x, y, width, height) in whole dots.

    `module` is the side of one module, of which every length of a QR code is a multiple.
    """

    module: int
    boxes: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True)
class Polygon:
    """A filled shape; `white` cuts it out of what lies below."""

    points: tuple[Point, ...]
    white: bool = False


@dataclass(frozen=True)
class Text:
    """One line of text from `x` on, standing on `baseline`, at `size` dots."""

    x: float
    baseline: float
    content: str
    size: float
    weight: Weight


Mark = Modules | Polygon | Text


@dataclass(frozen=True)
class Drawing:
    """A label laid out: its size in dots and its marks in the order of painting."""

    width: int
    height: int
    dpi: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Grid:
    """Turns millimetres and points into dots of one printer."""

    dpi: int

    def dots(self, length_mm: float) -> int:
        """The nearest whole number of dots."""
        return round(length_mm * self.dpi / MM_PER_INCH)

    def dots_down(self, length_mm: float) -> int:
        """As many whole dots as fit."""
        return int(length_mm * self.dpi / MM_PER_INCH + 1e-9)

    def size(self, size_pt: float) -> float:
        return size_pt * self.dpi / PT_PER_INCH


def box(x: float, y: float, *, width: float, height: float, white: bool = False) -> Polygon:
    right, bottom = x + width, y + height
    return Polygon(((x, y), (right, y), (right, bottom), (x, bottom)), white)


def disc(x: float, y: float, *, radius: float, white: bool = False) -> Polygon:
    """A circle around (x, y)."""
    return ngon(x, y, radius=radius, corners=CIRCLE_CORNERS, white=white)


def ngon(x: float, y: float, *, radius: float, corners: int, white: bool = False) -> Polygon:
    """A regular polygon around (x, y) that stands on a side."""
    turns = [pi / 2 + pi / corners + 2 * pi * corner / corners for corner in range(corners)]
    return Polygon(tuple((x + radius * cos(t), y + radius * sin(t)) for t in turns), white)


def stroke(points: Sequence[Point], *, width: float, white: bool = False) -> list[Polygon]:
    """A line through `points` with round corners and ends."""
    radius = width / 2
    shapes = [disc(x, y, radius=radius, white=white) for x, y in points]
    for (x1, y1), (x2, y2) in pairwise(points):
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        dx, dy = -(y2 - y1) / length * radius, (x2 - x1) / length * radius
        corners = ((x1 + dx, y1 + dy), (x2 + dx, y2 + dy), (x2 - dx, y2 - dy), (x1 - dx, y1 - dy))
        shapes.append(Polygon(corners, white))
    return shapes
