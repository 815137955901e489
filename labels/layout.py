"""A layout: what a kind of label says and where it stands, in millimetres. Data, no drawing.

A layout is read from a YAML file (`labels.layout_file`) and checked there; `docs/labels.md` tells
how to write one. `labels.content` holds what one label says, `labels.draw` puts it on the grid.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from labels.font import Weight
from labels.symbol import Kind
from labels.text import Align, Stand

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)?)\}")
_CONDITION = re.compile(r"(!?)([a-z][a-z0-9_]*)(?:=([^=]+))?\Z")
LONGEST_MM = 1000

FieldType = Literal["text", "date", "number", "status", "gtin", "rows"]
Mm = Annotated[float, Field(ge=0, le=LONGEST_MM)]
Extent = Annotated[float, Field(gt=0, le=LONGEST_MM)]
InkName = Literal["black", "grey", "status", "panel"]


def _condition(text: str) -> str:
    if not _CONDITION.match(text):
        raise ValueError("a condition is a field, !field or field=value")
    return text


def _points(points: tuple[float, float]) -> tuple[float, float]:
    if points[1] > points[0]:
        raise ValueError("the size comes first, the limit that it shrinks to second")
    return points


Condition = Annotated[str, AfterValidator(_condition)]
Points = Annotated[
    tuple[Annotated[float, Field(ge=4, le=200)], Annotated[float, Field(ge=4, le=200)]],
    AfterValidator(_points),
]


class Part(BaseModel):
    """What all parts of a layout have: nothing beyond what is declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldRule(Part):
    """One thing that a label says: its names as heading of a table, its type, whether it must be
    there; of `rows` the columns."""

    zh: str
    en: str
    type: FieldType = "text"
    required: bool = False
    longest: Annotated[int, Field(ge=1, le=2000)] = 120
    columns: tuple[str, ...] = ()


class Element(Part):
    """Something that stands at a place: left and top, width and height, in mm; drawn where its
    condition holds."""

    at: tuple[Mm, Mm]
    size: tuple[Extent, Extent]
    when: Condition | None = None


class TextElement(Element):
    """A line or lines of text. `points`: the size, and the limit to which it shrinks to fit."""

    kind: Literal["text"]
    text: str
    weight: Weight = "regular"
    points: Points
    lines: Annotated[int, Field(ge=1, le=20)] = 1
    align: Align = "left"
    stand: Stand = "bottom"
    ink: InkName = "black"


class FactElement(Element):
    """A small caption with its value below; nothing at all where the value is empty."""

    kind: Literal["fact"]
    caption: str
    text: str
    weight: Weight = "bold"
    points: Points = (10.5, 4.75)
    caption_points: Points = (6.25, 5)
    lines: Annotated[int, Field(ge=1, le=20)] = 2


class CodeElement(Element):
    """A code; `size` is what its dark modules may take, the quiet zone comes on top.

    One of `text`, `gs1` (identifier: value) and `link` (a path below the base URL); a link with
    `gs1` becomes a GS1 Digital Link where there is a GTIN and GS1 can carry the values; `query`
    adds names and values behind its `?`, those that are not empty.
    `module_mm`: the smallest module that is printed, and the largest.
    """

    kind: Literal["code"]
    code: Kind
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")] = "code"
    text: str | None = None
    gs1: dict[str, str] | None = None
    link: str | None = None
    query: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], str] | None = None
    module_mm: tuple[Extent, Extent]
    align: Align = "left"
    stand: Stand = "top"


class SignElement(Element):
    """The sign of the inspection status, in the square of its width."""

    kind: Literal["sign"]


class BoxElement(Element):
    """A rule, a filled box or, with `line_mm`, an outline."""

    kind: Literal["box"]
    line_mm: Extent | None = None
    ink: InkName = "black"


class FrameElement(Element):
    """Slanting stripes all around: released before it was verified."""

    kind: Literal["frame"]
    band_mm: Extent = 1.7
    pitch_mm: Extent = 3.4


class Column(Part):
    """A column of a table; without text it is left free for entries by hand."""

    title: str
    width: Extent
    text: str = ""
    align: Align = "left"
    points: Points = (8.5, 5.5)


class TableElement(Element):
    """A ruled table of the rows of a field; free rows fill what they leave."""

    kind: Literal["table"]
    rows: str
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    header_mm: Extent = 7
    row_mm: Extent = 9
    free_rows: Annotated[int, Field(ge=0, le=100)] = 0


AnyElement = Annotated[
    TextElement
    | FactElement
    | CodeElement
    | SignElement
    | BoxElement
    | FrameElement
    | TableElement,
    Field(discriminator="kind"),
]


class Layout(Part):
    """A kind of label. `gap_mm`: what a sheet leaves between two of them, across and down."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    zh: str
    en: str
    size: tuple[Annotated[float, Field(ge=10, le=LONGEST_MM)],
                Annotated[float, Field(ge=10, le=LONGEST_MM)]]  # fmt: skip
    gap_mm: tuple[Mm, Mm] = (2, 2)
    fields: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], FieldRule]
    elements: Annotated[tuple[AnyElement, ...], Field(min_length=1)]

    @property
    def width_mm(self) -> float:
        return self.size[0]

    @property
    def height_mm(self) -> float:
        return self.size[1]


def condition_of(text: str) -> tuple[bool, str, str | None]:
    """Whether it is turned around, the field, and the value it asks for, if any."""
    found = _CONDITION.match(text)
    assert found
    return found[1] == "!", found[2], found[3]


def field_of(element: AnyElement, layout: Layout) -> str:
    """Whose text the element shows: the first field in it; empty where it shows none."""
    if isinstance(element, TableElement):
        return element.rows
    for name in PLACEHOLDER.findall(_templates(element)):
        if name in layout.fields:
            return str(name)
        for code in layout.elements:
            if isinstance(code, CodeElement) and name == f"hri.{code.name}":
                return field_of(code, layout)
    return ""


def _templates(element: AnyElement) -> str:
    """All templates of an element, one after the other."""
    if isinstance(element, TextElement | FactElement):
        return element.text
    if not isinstance(element, CodeElement):
        return ""
    return " ".join([element.text or "", element.link or "", *(element.gs1 or {}).values()])
