"""The ruled table of a card: a header, the rows that are known, free rows for a pen.

Rows that need more room than one page has go on to a next one; every page repeats the header.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from labels.coded import filled
from labels.content import Row
from labels.layout import Column, TableElement
from labels.marks import BLACK, GREY, Box, Grid, Ink, Mark
from labels.text import Area, Style, set_text

RULE_MM, STRONG_RULE_MM, PADDING_MM = 0.12, 0.35, 0.9
TITLE = Style("bold", 7.5, 4.5, lines_max=2, stand="middle")


@dataclass(frozen=True)
class Ruled:
    """Where a table stands."""

    grid: Grid
    area: Area


def pages_of(element: TableElement, rows: tuple[Row, ...]) -> list[tuple[Row, ...]]:
    """The rows of each page, at least one page."""
    capacity = _places(element) - element.free_rows
    starts = range(0, max(1, len(rows)), capacity)
    return [rows[start : start + capacity] for start in starts]


def _places(element: TableElement) -> int:
    """How many rows a page has below its header."""
    return int((element.size[1] - element.header_mm) / element.row_mm + 1e-6)


def table(element: TableElement, ruled: Ruled, rows: tuple[Row, ...]) -> Iterator[Mark]:
    """The table with `rows` first and free rows below. Raises LabelError `text_too_long` or
    `glyph_missing`."""
    grid, area = ruled.grid, ruled.area
    places = _places(element)
    edges = [grid.dots(element.at[1] + element.header_mm + number * element.row_mm)
             for number in range(places + 1)]  # fmt: skip
    lefts = [element.at[0]]
    for column in element.columns:
        lefts.append(lefts[-1] + column.width)
    for column, left_mm in zip(element.columns, lefts, strict=False):
        header = _cell(grid, left_mm, column.width, top=area.y, bottom=edges[0])
        yield from set_text(column.title, _titled(column), area=header, grid=grid)
        for number, row in enumerate(rows):
            text = filled(column.text, row)
            cell = _cell(grid, left_mm, column.width, top=edges[number], bottom=edges[number + 1])
            if text:
                yield from set_text(text, _style(column), area=cell, grid=grid)
    yield from _rules(ruled, edges, [grid.dots(left) for left in lefts])


def _cell(grid: Grid, left_mm: float, width_mm: float, *, top: float, bottom: float) -> Area:
    return Area(
        grid.dots(left_mm + PADDING_MM),
        top,
        grid.dots_down(width_mm - 2 * PADDING_MM),
        bottom - top,
    )


def _style(column: Column) -> Style:
    return Style("regular", *column.points, lines_max=2, align=column.align, stand="middle")


def _titled(column: Column) -> Style:
    return Style(TITLE.weight, TITLE.size_pt, TITLE.limit_pt, lines_max=TITLE.lines_max,
                 align=column.align, stand=TITLE.stand)  # fmt: skip


def _rules(ruled: Ruled, edges: list[int], lefts: list[int]) -> Iterator[Mark]:
    """Hairlines between rows and columns, stronger ones around and below the header."""
    grid, left, right = ruled.grid, lefts[0], lefts[-1]
    top, bottom = int(ruled.area.y), edges[-1]
    for y in edges[1:-1]:
        yield _rule(grid, left, y, right - left, GREY)
    for x in lefts[1:-1]:
        yield Box(x, top, max(1, grid.dots(RULE_MM)), bottom - top, GREY)
    strong = max(2, grid.dots(STRONG_RULE_MM))
    for y in (top, edges[0], bottom - strong):
        yield Box(left, y, right - left, strong, BLACK)
    for x in (left, right - strong):
        yield Box(x, top, strong, bottom - top, BLACK)


def _rule(grid: Grid, x: int, y: int, width: int, ink: Ink) -> Box:
    return Box(x, y, width, max(1, grid.dots(RULE_MM)), ink)
