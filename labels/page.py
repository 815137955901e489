"""Labels on paper: the same marks as vectors in a PDF, on sheets of eight or one label a page.

Positions are multiples of 1/300 inch, which a PDF writes exactly in points (0.24 pt), so modules
stay whole dots on printers of 300 and 600 dpi if printed at 100 %. Only the glyphs used are
embedded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf import FPDF
from fpdf.drawing_primitives import DeviceGray
from fpdf.enums import PathPaintRule
from fpdf.prefs import ViewerPreferences

from labels import font
from labels.error import LabelError
from labels.font import Weight
from labels.lot import HEIGHT_MM, WIDTH_MM, LotLabel, layout
from labels.marks import MM_PER_INCH, PT_PER_INCH, Drawing, Grid, Modules, Polygon, Text

DPI = 300
DOT_PT = PT_PER_INCH / DPI
# A device paints every dot that a shape touches, if only with an edge (ISO 32000, scan
# conversion): modules that ended exactly between two dots would all print one dot too wide.
INSET_DOTS = 0.05
CUT_MARK_MM, CUT_MARK_GAP_MM, CUT_MARK_WIDTH_MM = 3, 1, 0.1
_STYLES: dict[Weight, str] = {"regular": "", "bold": "B"}


@dataclass(frozen=True)
class Page:
    """A sheet and where labels stand on it; a pitch runs from one label's edge to the next's."""

    width_mm: float
    height_mm: float
    columns: int = 1
    rows: int = 1
    left_mm: float = 0
    top_mm: float = 0
    pitch_x_mm: float = WIDTH_MM
    pitch_y_mm: float = HEIGHT_MM

    def place_mm(self, position: int) -> tuple[float, float]:
        """Left and top of the label at `position`, counted along rows from 0."""
        row, column = divmod(position, self.columns)
        return self.left_mm + column * self.pitch_x_mm, self.top_mm + row * self.pitch_y_mm


PAGES = {
    "A4": Page(
        width_mm=210, height_mm=297, columns=2, rows=4, left_mm=4.65, top_mm=13.1, pitch_x_mm=101.6
    ),
    "label": Page(width_mm=WIDTH_MM, height_mm=HEIGHT_MM),
}


def pdf(labels: Sequence[LotLabel], *, page: str | Page = "A4", start: int = 0) -> bytes:
    """The labels as a PDF; `start` places of the first sheet are already used up.

    `page` is "A4" (two columns of four), "label" (one a page, for a roll) or a sheet of its own
    measures. Raises LabelError `page`, `start` or `no_labels`, and as `labels.lot.layout`.
    """
    sheet = _page(page)
    places = sheet.columns * sheet.rows
    if not labels:
        raise LabelError("no_labels", "", message="there is no label to print")
    if not 0 <= start < places:
        raise LabelError("start", str(start), message=f"start is 0 to {places - 1}")
    drawings = [layout(label, dpi=DPI) for label in labels]
    document = _document(sheet)
    for position, drawing in enumerate(drawings, start):
        place = position % places
        if place == 0 or position == start:
            document.add_page()
            _cut_marks(document, sheet)
        left_mm, top_mm = sheet.place_mm(place)
        _paint(document, drawing, left=Grid(DPI).dots(left_mm), top=Grid(DPI).dots(top_mm))
    return bytes(document.output())


def _page(page: str | Page) -> Page:
    if isinstance(page, Page):
        return page
    if page not in PAGES:
        raise LabelError("page", page, message=f"page is one of {', '.join(PAGES)}")
    return PAGES[page]


def _document(sheet: Page) -> FPDF:
    document = FPDF(unit="pt", format=(_pt(sheet.width_mm), _pt(sheet.height_mm)))
    document.set_auto_page_break(False)
    document.set_title("Labels")
    # Print dialogs would otherwise fit the page to the printer's margins and shrink the modules.
    document.viewer_preferences = ViewerPreferences(print_scaling="None")
    for weight, style in _STYLES.items():
        document.add_font("label", style, font.path(weight))
    return document


def _paint(document: FPDF, drawing: Drawing, *, left: int, top: int) -> None:
    for mark in drawing.marks:
        match mark:
            case Modules(boxes=boxes):
                _fill_boxes(document, boxes, left=left, top=top)
            case Polygon(points, white):
                document.set_fill_color(255 if white else 0)
                moved = [((left + x) * DOT_PT, (top + y) * DOT_PT) for x, y in points]
                document.polygon(moved, style="F")
            case Text():
                document.set_font("label", _STYLES[mark.weight], mark.size * DOT_PT)
                x_pt, baseline_pt = (left + mark.x) * DOT_PT, (top + mark.baseline) * DOT_PT
                document.text(x_pt, baseline_pt, mark.content)


def _fill_boxes(
    document: FPDF, boxes: Sequence[tuple[int, int, int, int]], *, left: int, top: int
) -> None:
    """A code as one path: filled one by one, viewers would show seams between its modules."""
    with document.new_path(paint_rule=PathPaintRule.FILL_NONZERO) as path:
        path.style.fill_color = DeviceGray(0)
        for x, y, width, height in boxes:
            path.rectangle(
                (left + x + INSET_DOTS) * DOT_PT,
                (top + y + INSET_DOTS) * DOT_PT,
                (width - 2 * INSET_DOTS) * DOT_PT,
                (height - 2 * INSET_DOTS) * DOT_PT,
            )


def _cut_marks(document: FPDF, sheet: Page) -> None:
    """Hairlines above and below in line with the labels' edges, for paper that is not die-cut."""
    end_mm = CUT_MARK_GAP_MM + CUT_MARK_MM
    if sheet.top_mm < end_mm:
        return
    bottom_mm = sheet.place_mm(sheet.columns * sheet.rows - 1)[1] + HEIGHT_MM
    edges_mm = [
        sheet.place_mm(column)[0] + side_mm
        for column in range(sheet.columns)
        for side_mm in (0, WIDTH_MM)
    ]
    document.set_line_width(_pt(CUT_MARK_WIDTH_MM))
    for x_mm in edges_mm:
        for from_mm in (sheet.top_mm - end_mm, bottom_mm + CUT_MARK_GAP_MM):
            document.line(_pt(x_mm), _pt(from_mm), _pt(x_mm), _pt(from_mm + CUT_MARK_MM))


def _pt(length_mm: float) -> float:
    return round(length_mm * PT_PER_INCH / MM_PER_INCH, 2)
