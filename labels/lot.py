"""The label of a lot: what it says and where everything stands on it.

99.1 × 67.7 mm: the sheet of eight on A4 sold everywhere, and the 100 × 70 mm roll of a thermal
printer. Two columns: words on the left, link and status on the right, the lot's id as Code 128
below both. Places stay the same from label to label, so that an eye finds the quantity without
reading.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Self
from unicodedata import normalize

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from labels import code, status
from labels.error import LabelError
from labels.marks import Drawing, Grid, Mark
from labels.status import Status
from labels.symbol import code128, qr
from labels.text import Area, Style, set_text

WIDTH_MM = 99.1
HEIGHT_MM = 67.7
MARGIN_MM = 5.0
# Below, modules of whole dots get too large for the label; above, there are no printers.
DPI_MIN, DPI_MAX = 200, 1200
# The hatched frame ends where the quiet zones of both codes begin.
FRAME_INSET_MM, FRAME_BAND_MM, FRAME_PITCH_MM = 0.5, 1.7, 3.4

LEFT_MM, LEFT_WIDTH_MM, GAP_MM = MARGIN_MM, 60.1, 2.0
THIRD_MM = (LEFT_WIDTH_MM - 2 * GAP_MM) / 3
RIGHT_MM = WIDTH_MM - MARGIN_MM
RIGHT_WIDTH_MM = 25.1

CAPTION = Style("regular", 6.25, 5)
LOT_CODE = Style("bold", 25, 9, lines_max=2)
NAME_ZH = Style("bold", 13.5, 7, lines_max=2)
NAME_EN = Style("regular", 10, 6, lines_max=2)
VALUE = Style("bold", 10.5, 4.75, lines_max=2)
SUPPLIER = Style("regular", 7.5, 4.5, lines_max=2)
STATUS_ZH = Style("bold", 16, 9)
STATUS_EN = Style("regular", 8.5, 6, lines_max=2)
ID = Style("regular", 9, 5)
GTIN = Style("regular", 7, 7)


def _composed(text: object) -> object:
    """One code point per accented letter, as the fonts have them."""
    return normalize("NFC", text) if isinstance(text, str) else text


Line = Annotated[
    str,
    BeforeValidator(_composed),
    StringConstraints(strip_whitespace=True, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
Word = Annotated[Line, Field(min_length=1)]


class LotLabel(BaseModel):
    """What a lot's label says. One of the two names may be empty; dates and supplier may be absent.

    `lot_id` goes into the Code 128, `link` (see `labels.code.lot_link`) into the QR code.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lot_id: Word
    link: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=300)]
    item_code: Word
    item_name_zh: Line = ""
    item_name_en: Line = ""
    lot_code: Word
    quantity: Decimal = Field(ge=0, max_digits=15, allow_inf_nan=False)
    unit: Word
    status: Status
    received_on: date | None = None
    produced_on: date | None = None
    expires_on: date | None = None
    supplier: Line = ""

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if not self.item_name_zh and not self.item_name_en:
            raise ValueError("the item has a name in neither language")
        return self


def layout(label: LotLabel, *, dpi: int) -> Drawing:
    """The label as marks on the grid of a printer of `dpi` dots per inch, 200 to 1200.

    Raises LabelError `dpi`, `glyph_missing`, `text_too_long`, `code_too_wide`, `code128_character`,
    `link_too_long` or `font_missing`.
    """
    if not DPI_MIN <= dpi <= DPI_MAX:
        raise LabelError("dpi", str(dpi), message=f"dpi is {DPI_MIN} to {DPI_MAX}")
    grid = Grid(dpi)
    marks: list[Mark] = [*_frame(label, grid)]
    for part in (_words, _facts, _link, _status, _id):
        marks.extend(part(label, grid))
    return Drawing(grid.dots_down(WIDTH_MM), grid.dots_down(HEIGHT_MM), dpi, tuple(marks))


def _frame(label: LotLabel, grid: Grid) -> Iterator[Mark]:
    if label.status == "emergency":
        yield from status.hatched_frame(
            grid.dots_down(WIDTH_MM),
            grid.dots_down(HEIGHT_MM),
            inset=grid.dots(FRAME_INSET_MM),
            band=grid.dots(FRAME_BAND_MM),
            pitch=grid.dots(FRAME_PITCH_MM),
        )


def _area(grid: Grid, x_mm: float, *, y_mm: float, width_mm: float, height_mm: float) -> Area:
    return Area(
        x=grid.dots(x_mm),
        y=grid.dots(y_mm),
        width=grid.dots_down(width_mm),
        height=grid.dots_down(height_mm),
    )


def _words(label: LotLabel, grid: Grid) -> Iterator[Mark]:
    """Lot code and names, from large to small."""
    yield from _line(label.lot_code, LOT_CODE, grid=grid, y_mm=3.2, height_mm=9.4)
    yield from _line(label.item_name_zh, NAME_ZH, grid=grid, y_mm=13.4, height_mm=6.4)
    yield from _line(label.item_name_en, NAME_EN, grid=grid, y_mm=19.8, height_mm=5.2)


def _line(
    content: str, style: Style, *, grid: Grid, y_mm: float, height_mm: float
) -> Iterator[Mark]:
    area = _area(grid, LEFT_MM, y_mm=y_mm, width_mm=LEFT_WIDTH_MM, height_mm=height_mm)
    yield from set_text(content, style, area=area, grid=grid)


def _facts(label: LotLabel, grid: Grid) -> Iterator[Mark]:
    """Item, quantity and dates in thirds of the left column; the supplier on a line of its own."""
    yield from _fact("料号 Item", label.item_code, grid=grid, third=0, y_mm=27.7, thirds=2)
    amount = f"{label.quantity:f} {label.unit}"
    yield from _fact("数量 Quantity", amount, grid=grid, third=2, y_mm=27.7)
    made = [("收货日期 Received", label.received_on), ("生产日期 Produced", label.produced_on)]
    for third, (caption, day) in enumerate((caption, day) for caption, day in made if day):
        yield from _fact(caption, day.isoformat(), grid=grid, third=third, y_mm=34.9)
    if label.expires_on:
        day = label.expires_on
        yield from _fact("有效期至 Expires", day.isoformat(), grid=grid, third=2, y_mm=34.9)
    if label.supplier:
        text = f"供应商 Supplier  {label.supplier}"
        yield from _line(text, SUPPLIER, grid=grid, y_mm=42.1, height_mm=3.6)


def _fact(
    caption: str, value: str, *, grid: Grid, third: int, y_mm: float, thirds: int = 1
) -> Iterator[Mark]:
    x_mm = LEFT_MM + third * (THIRD_MM + GAP_MM)
    width_mm = thirds * THIRD_MM + (thirds - 1) * GAP_MM
    above = _area(grid, x_mm, y_mm=y_mm, width_mm=width_mm, height_mm=2.25)
    below = _area(grid, x_mm, y_mm=y_mm + 2.1, width_mm=width_mm, height_mm=3.8)
    yield from set_text(caption, CAPTION, area=above, grid=grid)
    yield from set_text(value, VALUE, area=below, grid=grid)


def _link(label: LotLabel, grid: Grid) -> Iterator[Mark]:
    yield qr(
        label.link,
        grid,
        right=grid.dots(RIGHT_MM),
        y=grid.dots(MARGIN_MM),
        width_max=grid.dots_down(RIGHT_WIDTH_MM),
    )


def _status(label: LotLabel, grid: Grid) -> Iterator[Mark]:
    side_mm, y_mm = 10.6, 34.6
    x_mm = RIGHT_MM - RIGHT_WIDTH_MM
    yield from status.sign(
        label.status, x=grid.dots(x_mm), y=grid.dots(y_mm), side=grid.dots(side_mm)
    )
    chinese, english = status.WORDS[label.status]
    words_x_mm = x_mm + side_mm + 1.6
    width_mm = RIGHT_WIDTH_MM - side_mm - 1.6
    above = _area(grid, words_x_mm, y_mm=y_mm - 0.2, width_mm=width_mm, height_mm=5.7)
    below = _area(grid, words_x_mm, y_mm=y_mm + 5.9, width_mm=width_mm, height_mm=4.9)
    yield from set_text(chinese, STATUS_ZH, area=above, grid=grid)
    yield from set_text(english, STATUS_EN, area=below, grid=grid)


def _id(label: LotLabel, grid: Grid) -> Iterator[Mark]:
    """Code 128 with its text below; a GTIN in the link is written out beside it."""
    yield code128(
        label.lot_id,
        grid,
        x=grid.dots(MARGIN_MM),
        y=grid.dots(47.2),
        width_max=grid.dots_down(WIDTH_MM - 2 * MARGIN_MM),
        height=grid.dots(11.6),
    )
    gtin = code.read(label.link).gtin
    width_mm = WIDTH_MM - 2 * MARGIN_MM - (30 if gtin else 0)
    area = _area(grid, MARGIN_MM, y_mm=59.2, width_mm=width_mm, height_mm=3.8)
    yield from set_text(label.lot_id, ID, area=area, grid=grid)
    if gtin:
        beside = _area(grid, RIGHT_MM - 28, y_mm=59.2, width_mm=28, height_mm=3.8)
        yield from set_text(f"GTIN {gtin}", GTIN, area=beside, grid=grid, right=True)
