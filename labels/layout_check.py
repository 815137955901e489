"""What a layout must be beyond its form: everything on the label, quiet zones free, names known.

Each problem comes with its place in the file, as the path of keys and numbers that leads there.
"""

from collections.abc import Iterator

from labels.gs1_table import identifier
from labels.layout import (
    PLACEHOLDER,
    CodeElement,
    Element,
    FactElement,
    FrameElement,
    Layout,
    SignElement,
    TableElement,
    TextElement,
    condition_of,
)
from labels.symbol import GS1_KINDS, QUIET, TWO_DIMENSIONAL

Place = tuple[str | int, ...]
Rectangle = tuple[float, float, float, float]
# What every text may name besides the layout's own fields.
GIVEN = {"base_url", "page", "pages"}
STATUS_WORDS = {"status.zh", "status.en"}
SLACK_MM = 0.01


def problems(layout: Layout) -> Iterator[tuple[Place, str]]:
    """All that is wrong with a well-formed layout: place and what is said there."""
    yield from _fields(layout)
    for number, element in enumerate(layout.elements):
        place = ("elements", number)
        yield from ((place + where, what) for where, what in _element(layout, element))
    yield from _quiet_zones(layout)


def _fields(layout: Layout) -> Iterator[tuple[Place, str]]:
    for name, rule in layout.fields.items():
        if (rule.type == "rows") != bool(rule.columns):
            yield ("fields", name), "a field of rows has columns, no other field has"
        if rule.type == "status" and name != "status":
            yield ("fields", name), "the field of type status is called status"


def _element(layout: Layout, element: Element) -> Iterator[tuple[Place, str]]:
    (x, y), (width, height) = element.at, element.size
    if x + width > layout.width_mm + SLACK_MM or y + height > layout.height_mm + SLACK_MM:
        yield (
            ("size",),
            (
                f"ends at {x + width:g} × {y + height:g} mm, "
                f"the label at {layout.width_mm:g} × {layout.height_mm:g} mm"
            ),
        )
    if element.when and condition_of(element.when)[1] not in layout.fields:
        yield ("when",), f"there is no field {condition_of(element.when)[1]!r}"
    for where, text, known in _texts(layout, element):
        for name in PLACEHOLDER.findall(text):
            if name not in known:
                yield where, f"there is no field {name!r}"
    if isinstance(element, SignElement) and "status" not in layout.fields:
        yield ("kind",), "a sign needs the field status"
    if isinstance(element, CodeElement):
        yield from _code(element)
    if isinstance(element, TableElement):
        yield from _table(layout, element)


def _texts(layout: Layout, element: Element) -> Iterator[tuple[Place, str, set[str]]]:
    """All templates of an element: place, text, and the names that it may use."""
    words = STATUS_WORDS if "status" in layout.fields else set()
    codes = {f"hri.{code.name}" for code in layout.elements if isinstance(code, CodeElement)}
    known = {*layout.fields, *GIVEN, *words, *codes}
    if isinstance(element, TextElement | FactElement):
        yield ("text",), element.text, known
    elif isinstance(element, CodeElement):
        for key in ("text", "link"):
            yield (key,), getattr(element, key) or "", known
        for name, value in (element.gs1 or {}).items():
            yield ("gs1", name), value, known
        for name, value in (element.query or {}).items():
            yield ("query", name), value, known
    elif isinstance(element, TableElement) and element.rows in layout.fields:
        for number, column in enumerate(element.columns):
            names = set(layout.fields[element.rows].columns)
            yield ("columns", number, "text"), column.text, names


def _code(element: CodeElement) -> Iterator[tuple[Place, str]]:
    if element.module_mm[0] > element.module_mm[1]:
        yield ("module_mm",), "the smallest module comes first, the largest second"
    for name in element.gs1 or {}:
        if identifier(name) is None:
            yield ("gs1", name), "is no application identifier of GS1"
    if element.code in GS1_KINDS:
        if not element.gs1 or element.text is not None or element.link is not None:
            yield ("code",), f"{element.code} needs gs1 and nothing else"
    elif (element.text is None) == (element.link is None):
        yield ("code",), "a code has either a text or a link"
    elif element.gs1 and element.link is None:
        yield ("gs1",), "goes with a link or with a GS1 code"
    if element.link is not None and not element.link.startswith("/"):
        yield ("link",), "is a path that starts with /"
    if element.query and element.link is None:
        yield ("query",), "goes with a link"


def _table(layout: Layout, element: TableElement) -> Iterator[tuple[Place, str]]:
    rule = layout.fields.get(element.rows)
    if rule is None or rule.type != "rows":
        yield ("rows",), f"there is no field {element.rows!r} of type rows"
    taken = sum(column.width for column in element.columns)
    if taken > element.size[0] + SLACK_MM:
        yield ("columns",), f"are {taken:g} mm wide, the table is {element.size[0]:g} mm"
    if element.header_mm + (element.free_rows + 1) * element.row_mm > element.size[1] + SLACK_MM:
        yield ("size",), "has no room for the header, one row and the free rows"


def _quiet_zones(layout: Layout) -> Iterator[tuple[Place, str]]:
    """A code's quiet zone stays on the label and clear of all else that may stand there."""
    for number, code in enumerate(layout.elements):
        if not isinstance(code, CodeElement):
            continue
        zone = _zone(code)
        if (zone[0] < -SLACK_MM or zone[1] < -SLACK_MM
                or zone[2] > layout.width_mm + SLACK_MM
                or zone[3] > layout.height_mm + SLACK_MM):  # fmt: skip
            yield ("elements", number, "at"), "the quiet zone of the code leaves the label"
        for other_number, other in enumerate(layout.elements):
            if other is code or _exclude(code, other) or getattr(other, "ink", "") == "panel":
                continue
            if any(_overlap(zone, taken) for taken in _rectangles(other)):
                yield (
                    ("elements", number, "at"),
                    f"the quiet zone of the code reaches into elements[{other_number}]",
                )


def _zone(code: CodeElement) -> Rectangle:
    (x, y), (width, height) = code.at, code.size
    beside = QUIET[code.code] * code.module_mm[1]
    above = beside if code.code in TWO_DIMENSIONAL else 0
    return x - beside, y - above, x + width + beside, y + height + above


def _rectangles(element: Element) -> list[Rectangle]:
    (x, y), (width, height) = element.at, element.size
    right, bottom = x + width, y + height
    if isinstance(element, FrameElement):
        band = element.band_mm
        return [(x, y, right, y + band), (x, bottom - band, right, bottom),
                (x, y, x + band, bottom), (right - band, y, right, bottom)]  # fmt: skip
    line = getattr(element, "line_mm", None)
    if line:
        return [(x, y, right, y + line), (x, bottom - line, right, bottom),
                (x, y, x + line, bottom), (right - line, y, right, bottom)]  # fmt: skip
    return [(x, y, right, bottom)]


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > SLACK_MM
        and min(one[3], other[3]) - max(one[1], other[1]) > SLACK_MM
    )


def _exclude(one: Element, other: Element) -> bool:
    """Whether the two never stand on the same label."""
    if not one.when or not other.when:
        return False
    (turned, name, value), (turned_too, other_name, other_value) = (
        condition_of(one.when),
        condition_of(other.when),
    )
    return name == other_name and value == other_value and turned != turned_too
