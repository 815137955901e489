"""Labels on paper: the same marks as vectors in a PDF, on sheets or one label a page.

Positions are multiples of 1/300 inch, which a PDF writes exactly in points (0.24 pt), so modules
stay whole dots on printers of 300 and 600 dpi if printed at 100 %. Only the glyphs used are
embedded. Pages go out as they are made.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import BinaryIO

from labels.error import LabelError
from labels.font import Weight
from labels.marks import MM_PER_INCH, PT_PER_INCH, Box, Code, Drawing, Grid, Ink, Picture, Text
from labels.pdf_file import PdfFile
from labels.pdf_font import PdfFont
from labels.sheet import Sheet

DPI = 300
DOT_PT = PT_PER_INCH / DPI
# A device paints every dot that a shape touches, if only with an edge (ISO 32000, scan
# conversion): modules that ended exactly between two dots would all print one dot too wide.
INSET_DOTS = 0.05
_RUN, _LONG_RUN = re.compile("1+"), re.compile("11+")
CUT_MARK_MM, CUT_MARK_GAP_MM, CUT_MARK_WIDTH_MM = 3, 1, 0.1

Fonts = dict[Weight, PdfFont]


def write(drawings: Iterable[Drawing], out: BinaryIO, *, on: Sheet, start: int = 0) -> int:
    """Writes drawings of 300 dpi as a PDF and returns how many; `start` places of the first sheet
    are already used up.

    Raises LabelError `start`, `no_labels`, and whatever the making of a drawing raises; what is
    in `out` then is no PDF.
    """
    if not 0 <= start < on.places:
        raise LabelError("start", str(start), message=f"start is 0 to {on.places - 1}")
    file = PdfFile(out)
    fonts: Fonts = {"regular": PdfFont("regular", file.reserve()),
                    "bold": PdfFont("bold", file.reserve())}  # fmt: skip
    named = b" ".join(f"/{f.name} {f.number} 0 R".encode() for f in fonts.values())
    resources = file.add(b"<< /Font << %b >> >>" % named)
    pages = _Pages(file, on, resources)
    position = start
    for drawing in drawings:
        pages.put(position, _painted(drawing, fonts))
        position += 1
    if position == start:
        raise LabelError("no_labels", "", message="there is no label to print")
    pages.finish()
    for face in fonts.values():
        face.embed(file)
    file.close(title="Labels")
    return position - start


class _Pages:
    """Collects the labels of one sheet and hands the full sheet on."""

    def __init__(self, file: PdfFile, on: Sheet, resources: int) -> None:
        self._file, self._on, self._resources = file, on, resources
        self._parts: list[str] = []

    def put(self, position: int, painted: str) -> None:
        place = position % self._on.places
        if place == 0:
            self.finish()
        left_mm, top_mm = self._on.place_mm(place)
        left, top = Grid(DPI).dots(left_mm), Grid(DPI).dots(top_mm)
        self._parts.append(f"q 1 0 0 1 {left} {top} cm\n{painted}Q\n")

    def finish(self) -> None:
        if not self._parts:
            return
        width_pt, height_pt = (length * PT_PER_INCH / MM_PER_INCH
                               for length in (self._on.width_mm, self._on.height_mm))  # fmt: skip
        # From here on the origin is top left, y down, and a unit is a dot.
        turned = f"{DOT_PT:g} 0 0 -{DOT_PT:g} 0 {height_pt:.4f} cm\n"
        content = turned + _cut_marks(self._on) + "".join(self._parts)
        self._file.page(
            content.encode(), width_pt=width_pt, height_pt=height_pt, resources=self._resources
        )
        self._parts.clear()


def _painted(drawing: Drawing, fonts: Fonts) -> str:
    """The drawing as operators of a content stream."""
    assert drawing.dpi == DPI
    parts: list[str] = []
    for mark in drawing.marks:
        match mark:
            case Code():
                parts.append(_code(mark))
            case Box(x, y, width, height, ink):
                inset = INSET_DOTS
                parts.append(f"{_fill(ink)} {x + inset:g} {y + inset:g} {width - 2 * inset:g} "
                             f"{height - 2 * inset:g} re f\n")  # fmt: skip
            case Picture():
                parts.append(_picture(mark))
            case Text():
                face = fonts[mark.weight]
                parts.append(
                    f"{_fill(mark.ink)} BT /{face.name} {mark.size:.4g} Tf 1 0 0 -1 "
                    f"{mark.x:.2f} {mark.baseline:.2f} Tm <{face.codes(mark.content)}> Tj ET\n"
                )
    return "".join(parts)


@lru_cache
def _fill(ink: Ink) -> str:
    red, green, blue = (round(part / 255, 3) for part in (ink.red, ink.green, ink.blue))
    return f"{red:g} g" if red == green == blue else f"{red:g} {green:g} {blue:g} rg"


def _code(code: Code) -> str:
    """A code as one path in its own units: filled one by one, viewers would show seams."""
    symbol, module = code.symbol, code.module
    inset = INSET_DOTS / module
    if symbol.square:
        down = inset
        rows = _runs(symbol.rows, inset, down)
        turned = tuple("".join(column) for column in zip(*symbol.rows, strict=True))
        rows += _runs(turned, inset, down, across=True)
        return f"q {module} 0 0 {module} {code.x} {code.y} cm 0 g\n{rows}f Q\n"
    bars = _runs(symbol.rows, inset, INSET_DOTS / code.height)
    return f"q {module} 0 0 {code.height} {code.x} {code.y} cm 0 g\n{bars}f Q\n"


def _runs(rows: tuple[str, ...], inset: float, down: float, *, across: bool = False) -> str:
    """Dark runs along rows; `across`, those of more than one module down the columns, so that no
    seam shows between rows."""
    parts: list[str] = []
    pattern = _LONG_RUN if across else _RUN
    thick = f"{1 - 2 * down:.4g}"
    for number, row in enumerate(rows):
        side = f"{number + down:.6g}"
        for run in pattern.finditer(row):
            first, length = _span(*run.span(), inset)
            if across:
                parts.append(f"{side} {first} {thick} {length} re")
            else:
                parts.append(f"{first} {side} {length} {thick} re")
    return "\n".join(parts) + "\n"


@lru_cache(maxsize=65536)
def _span(start: int, end: int, inset: float) -> tuple[str, str]:
    return f"{start + inset:.6g}", f"{end - start - 2 * inset:.6g}"


def _picture(mark: Picture) -> str:
    return "".join(
        f"{_fill(shape.ink)} "
        + " ".join(f"{x:.2f} {y:.2f} {'l' if number else 'm'}"
                   for number, (x, y) in enumerate(shape.points))
        + " f\n"
        for shape in mark.shapes
    )  # fmt: skip


def _cut_marks(on: Sheet) -> str:
    """Hairlines above and below in line with the labels' edges, for paper that is not die-cut."""
    end_mm = CUT_MARK_GAP_MM + CUT_MARK_MM
    if on.top_mm < end_mm:
        return ""
    grid = Grid(DPI)
    bottom_mm = on.place_mm(on.places - 1)[1] + on.label_height_mm
    lines = [f"{CUT_MARK_WIDTH_MM * DPI / MM_PER_INCH:.2f} w 0 G"]
    for column in range(on.columns):
        for side_mm in (0, on.label_width_mm):
            x = grid.dots(on.place_mm(column)[0] + side_mm)
            for from_mm in (on.top_mm - end_mm, bottom_mm + CUT_MARK_GAP_MM):
                top, end = grid.dots(from_mm), grid.dots(from_mm + CUT_MARK_MM)
                lines.append(f"{x} {top} m {x} {end} l S")
    return "\n".join(lines) + "\n"
