"""Where labels stand on paper: sheets with margins and gaps, or one label a page."""

from dataclasses import dataclass

from labels.error import LabelError
from labels.layout import Layout

# ISO 216, and ANSI A.
PAPERS_MM = {"A4": (210.0, 297.0), "A5": (148.0, 210.0), "Letter": (215.9, 279.4)}
LABEL = "label"
SLACK_MM = 0.01


@dataclass(frozen=True)
class Sheet:
    """A sheet and the places on it; a pitch runs from one label's edge to the next's."""

    width_mm: float
    height_mm: float
    label_width_mm: float
    label_height_mm: float
    columns: int = 1
    rows: int = 1
    left_mm: float = 0
    top_mm: float = 0
    pitch_x_mm: float = 0
    pitch_y_mm: float = 0

    @property
    def places(self) -> int:
        return self.columns * self.rows

    def place_mm(self, position: int) -> tuple[float, float]:
        """Left and top of the label at `position`, counted along rows from 0."""
        row, column = divmod(position, self.columns)
        return self.left_mm + column * self.pitch_x_mm, self.top_mm + row * self.pitch_y_mm


def sheet(
    layout: Layout,
    page: str = "A4",
    *,
    margin_mm: tuple[float, float] | None = None,
    gap_mm: tuple[float, float] | None = None,
) -> Sheet:
    """As many labels as fit on `page`: A4, A5, Letter, or `label` for one a page, as on a roll.

    `margin_mm`: left and top, else the labels stand in the middle; `gap_mm`: across and down, else
    the layout's. Paper is turned where only that holds a label. Raises LabelError `page`.
    """
    width, height = layout.size
    if page == LABEL:
        return Sheet(width, height, width, height)
    if page not in PAPERS_MM:
        known = ", ".join([*PAPERS_MM, LABEL])
        raise LabelError("page", page, message=f"page is one of {known}, not {page!r}")
    gap_x, gap_y = gap_mm or layout.gap_mm
    paper = PAPERS_MM[page]
    for paper_width, paper_height in (paper, paper[::-1]):
        left, top = margin_mm or (0, 0)
        columns = int((paper_width - left + gap_x + SLACK_MM) / (width + gap_x))
        rows = int((paper_height - top + gap_y + SLACK_MM) / (height + gap_y))
        if columns > 0 and rows > 0:
            if margin_mm is None:
                left = (paper_width - columns * (width + gap_x) + gap_x) / 2
                top = (paper_height - rows * (height + gap_y) + gap_y) / 2
            return Sheet(paper_width, paper_height, width, height, columns, rows, max(0, left),
                         max(0, top), width + gap_x, height + gap_y)  # fmt: skip
    raise LabelError("page", page, message=f"no label of {width:g} × {height:g} mm fits on {page}")
