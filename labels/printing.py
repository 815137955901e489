"""Labels into files: PNG, SVG, PDF and ZPL of labels that are at hand. Many from a table are
`labels.batch`'s.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO

from labels import pdf as paper
from labels.content import Label
from labels.draw import drawings
from labels.error import LabelError
from labels.raster import png as painted
from labels.sheet import Sheet, sheet
from labels.svg import svg as outlined
from labels.zpl import zpl as commanded


def png(label: Label, *, dpi: int = 300, colour: bool = False, side: int = 0) -> bytes:
    """One label as a PNG of `dpi` dots per inch; `side` counts where a card has several.

    Raises LabelError as `labels.draw.drawings`.
    """
    return painted(drawings(label, dpi=dpi)[side], colour=colour)


def svg(label: Label, *, side: int = 0) -> str:
    """One label as SVG in colour. Raises LabelError as `labels.draw.drawings`."""
    return outlined(drawings(label, dpi=paper.DPI)[side])


def pdf(labels: Sequence[Label], *, page: str | Sheet = "A4", start: int = 0) -> bytes:
    """Labels of one layout as a PDF, see `labels.sheet.sheet` and `labels.pdf.write`.

    Raises LabelError `page`, `start`, `no_labels`, and as `labels.draw.drawings`.
    """
    if not labels:
        raise LabelError("no_labels", "", message="there is no label to print")
    on = page if isinstance(page, Sheet) else sheet(labels[0].layout, page)
    out = BytesIO()
    drawn = (drawing for label in labels for drawing in drawings(label, dpi=paper.DPI))
    paper.write(drawn, out, on=on, start=start)
    return out.getvalue()


def zpl(labels: Iterable[Label], *, dpi: int, copies: int = 1) -> str:
    """Labels for a ZPL printer of 203, 300 or 600 dpi. Raises LabelError `dpi`, and as
    `labels.draw.drawings`."""
    return "".join(
        commanded(drawing, copies=copies)
        for label in labels
        for drawing in drawings(label, dpi=dpi)
    )
