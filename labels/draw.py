"""A label drawn: its layout's elements become marks on the grid of a printer's dots.

One function an element. Codes are made of whole dots and keep their quiet zones; text shrinks,
wraps, and is refused where it does not fit. The tables are `labels.draw_table`'s.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from labels import status
from labels.coded import content, filled
from labels.content import Label, Row
from labels.draw_table import Ruled, pages_of, table
from labels.error import LabelError
from labels.layout import (
    AnyElement,
    BoxElement,
    CodeElement,
    Element,
    FactElement,
    FrameElement,
    InkName,
    SignElement,
    TableElement,
    TextElement,
    condition_of,
    field_of,
)
from labels.marks import BLACK, GREY, Box, Code, Drawing, Grid, Ink, Mark, Picture
from labels.symbol import Symbol, symbol
from labels.text import Area, Style, set_text

# Below, modules of whole dots get too large for a label; above, there are no printers.
DPI_MIN, DPI_MAX = 150, 1200
# What cameras of phones resolve at some 30 cm without care.
COMFORTABLE_MM = 0.42


@dataclass(frozen=True)
class Page:
    """One side of a label while it is drawn: the texts that templates name, the codes by name and
    the rows that stand on it."""

    label: Label
    grid: Grid
    names: Mapping[str, str]
    symbols: Mapping[str, Symbol]
    rows: tuple[Row, ...]


def drawings(label: Label, *, dpi: int) -> list[Drawing]:
    """The label as marks for a printer of `dpi` dots per inch; more than one where the rows of its
    table need more room than one has.

    Raises LabelError `dpi`, `glyph_missing`, `text_too_long`, `code_too_wide`, `code_character`,
    `code_empty`, `base_url`, `font_missing`, or as `labels.gs1.require_value`.
    """
    if not DPI_MIN <= dpi <= DPI_MAX:
        raise LabelError("dpi", str(dpi), message=f"dpi is {DPI_MIN} to {DPI_MAX}")
    grid = Grid(dpi)
    names, symbols = _names(label, grid)
    tabled = next((e for e in label.layout.elements if isinstance(e, TableElement)), None)
    parts = pages_of(tabled, label.rows[tabled.rows]) if tabled else [()]
    return [
        _drawing(Page(label, grid, {**names, "page": str(number), "pages": str(len(parts))},
                      symbols, rows))
        for number, rows in enumerate(parts, 1)
    ]  # fmt: skip


def _names(label: Label, grid: Grid) -> tuple[dict[str, str], dict[str, Symbol]]:
    """All that templates may name, and the symbols of the codes that are on this label."""
    names = {**label.values, "base_url": label.base_url}
    if state := status.of(label.values.get("status", "")):
        names["status.zh"], names["status.en"] = status.WORDS[state]
    symbols: dict[str, Symbol] = {}
    for element in label.layout.elements:
        if isinstance(element, CodeElement) and _holds(element, label):
            with _told(element, label):
                text, names[f"hri.{element.name}"] = content(element, names)
                symbols[element.name] = _symbol(element, text, grid)
    return names, symbols


def _symbol(element: CodeElement, text: str, grid: Grid) -> Symbol:
    """A QR code with the most error correction that leaves its modules large enough for a phone
    at arm's length: a label that gets dirty should lose a fifth of its code and still be read."""
    if element.code == "qr":
        for level in ("H", "Q"):
            made = symbol("qr", text, level)
            if grid.mm(_module(element, made, grid)) >= COMFORTABLE_MM:
                return made
    return symbol(element.code, text)


def _module(element: CodeElement, made: Symbol, grid: Grid) -> int:
    """The largest whole number of dots with which the code fits its box."""
    width, height = (grid.dots_down(length) for length in element.size)
    module = min(width // made.columns, grid.dots_down(element.module_mm[1]))
    return min(module, height // len(made.rows)) if made.square else module


def _holds(element: Element, label: Label) -> bool:
    if element.when is None:
        return True
    turned, name, wanted = condition_of(element.when)
    value = label.values.get(name) or ("rows" if label.rows.get(name) else "")
    return turned != (value == wanted if wanted else bool(value))


def _drawing(page: Page) -> Drawing:
    layout, grid = page.label.layout, page.grid
    marks: list[Mark] = []
    for element in layout.elements:
        if _holds(element, page.label):
            with _told(element, page.label):
                marks.extend(_drawn(element, page))
    width_mm, height_mm = layout.size
    return Drawing(
        grid.dots_down(width_mm), grid.dots_down(height_mm), grid.dpi, width_mm, height_mm,
        tuple(marks),
    )  # fmt: skip


@contextmanager
def _told(element: AnyElement, label: Label) -> Iterator[None]:
    """What cannot be drawn is told with the field whose text it is."""
    try:
        yield
    except LabelError as error:
        named = (name for name, value in label.values.items() if value == error.about != "")
        error.field = error.field or next(named, field_of(element, label.layout))
        if rule := label.layout.fields.get(error.field):
            error.heading = {"zh": rule.zh, "en": rule.en}
        raise


def _drawn(element: AnyElement, page: Page) -> Iterator[Mark]:
    match element:
        case TextElement():
            return _text(element, page)
        case FactElement():
            return _fact(element, page)
        case CodeElement():
            return _code(element, page)
        case SignElement():
            return _sign(element, page)
        case BoxElement():
            return _box(element, page)
        case FrameElement():
            return _frame(element, page)
        case TableElement():
            area = Ruled(page.grid, _area(element, page.grid))
            return table(element, area, page.rows)


def _area(element: Element, grid: Grid) -> Area:
    return Area(
        x=grid.dots(element.at[0]),
        y=grid.dots(element.at[1]),
        width=grid.dots_down(element.size[0]),
        height=grid.dots_down(element.size[1]),
    )


def _ink(name: InkName, page: Page) -> Ink:
    if name in ("status", "panel"):
        state = status.of(page.label.values.get("status", ""))
        panel, sign = status.INKS[state] if state else (GREY, BLACK)
        return panel if name == "panel" else sign
    return GREY if name == "grey" else BLACK


def _text(element: TextElement, page: Page) -> Iterator[Mark]:
    text = filled(element.text, page.names)
    style = Style(
        element.weight, *element.points, element.lines, element.align, element.stand,
        _ink(element.ink, page),
    )  # fmt: skip
    if text:
        yield from set_text(text, style, area=_area(element, page.grid), grid=page.grid)


def _fact(element: FactElement, page: Page) -> Iterator[Mark]:
    """The caption takes what its size needs, the value all below it."""
    text, grid = filled(element.text, page.names), page.grid
    if not text:
        return
    area = _area(element, grid)
    above = 1.05 * grid.size(element.caption_points[0])
    caption = Style("regular", *element.caption_points, ink=GREY)
    yield from set_text(
        element.caption, caption, area=Area(area.x, area.y, area.width, above), grid=grid
    )
    below = Area(area.x, area.y + above, area.width, area.height - above)
    value = Style(element.weight, *element.points, element.lines)
    yield from set_text(text, value, area=below, grid=grid)


def _code(element: CodeElement, page: Page) -> Iterator[Mark]:
    """The code in its box, against the edges that the layout names."""
    made, grid = page.symbols[element.name], page.grid
    width, height = (grid.dots_down(length) for length in element.size)
    module = _module(element, made, grid)
    if grid.mm(module) < element.module_mm[0] - 1e-6:
        raise LabelError(
            "code_too_wide", made.text,
            message=f"{made.text[:60]!r} is too long for the {element.code} code on this label",
        )  # fmt: skip
    taken = module * len(made.rows) if made.square else height
    share = {"left": 0, "top": 0, "center": 0.5, "middle": 0.5, "right": 1, "bottom": 1}
    x = grid.dots(element.at[0]) + int((width - module * made.columns) * share[element.align])
    y = grid.dots(element.at[1]) + int((height - taken) * share[element.stand])
    yield Code(x, y, module, taken, made)


def _sign(element: SignElement, page: Page) -> Iterator[Mark]:
    area = _area(element, page.grid)
    side = min(area.width, area.height)
    state = status.of(page.label.values.get("status", ""))
    if state:
        yield Picture(tuple(status.sign(state, x=area.x, y=area.y, side=side)))


def _box(element: BoxElement, page: Page) -> Iterator[Mark]:
    area, grid, ink = _area(element, page.grid), page.grid, _ink(element.ink, page)
    x, y = int(area.x), int(area.y)
    width, height = max(1, int(area.width)), max(1, int(area.height))
    if element.line_mm is None:
        yield Box(x, y, width, height, ink)
    else:
        line = max(1, grid.dots(element.line_mm))
        yield Box(x, y, width, line, ink)
        yield Box(x, y + height - line, width, line, ink)
        yield Box(x, y + line, line, height - 2 * line, ink)
        yield Box(x + width - line, y + line, line, height - 2 * line, ink)


def _frame(element: FrameElement, page: Page) -> Iterator[Mark]:
    grid, area = page.grid, _area(element, page.grid)
    yield Picture(
        tuple(
            status.hatched_frame(
                area, band=grid.dots(element.band_mm), pitch=grid.dots(element.pitch_mm)
            )
        )
    )
