"""Black and white as packed bits, and their PNG: every mark dot by dot, also over an edge."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from labels.draw import drawings
from labels.layout_file import shipped
from labels.letters import two_toned, write
from labels.marks import GREY, WHITE, Box, Code, Drawing, Mark, Picture, Polygon, Text
from labels.raster import bitmap, png, stamped
from labels.symbol import symbol
from tests.labels.samples import SAMPLES, sample

SIDE = st.integers(-30, 150)
EXTENT = st.integers(1, 50)
BOXES = st.builds(Box, SIDE, SIDE, EXTENT, EXTENT, st.sampled_from([GREY, WHITE]))
TEXTS = st.builds(
    Text,
    st.integers(-40, 300).map(lambda halves: halves / 2),
    st.integers(-10, 60).map(float),
    st.sampled_from(["A", "料号 Item", "gjÅ|", " "]),
    st.sampled_from([9.0, 16.67, 25.0]),
    st.sampled_from(["regular", "bold"]),
    st.just(0.0),
)
CODES = st.builds(
    lambda x, y, module: Code(x, y, module, 21 * module, symbol("qr", "7", "M")),
    SIDE, SIDE, st.integers(1, 3),
)  # fmt: skip
PICTURES = st.builds(
    lambda x, y, side: Picture((
        Polygon(((x, y), (x + side, y), (x, y + side))),
        Polygon(((x + 2, y + 2), (x + side / 2, y + 2), (x + 2, y + side / 2)), WHITE),
    )),
    SIDE, SIDE, st.integers(8, 40),
)  # fmt: skip


def drawing(width: int, height: int, *marks: Mark) -> Drawing:
    return Drawing(width, height, 300, width / 11.8, height / 11.8, marks)


def painted(drawing: Drawing) -> Image.Image:
    """The same dot by dot, each mark on a sheet of its own."""
    whole = Image.new("1", (drawing.width, drawing.height), 255)
    for mark in drawing.marks:
        sheet = Image.new("L", whole.size, 255)
        brush = ImageDraw.Draw(sheet)
        match mark:
            case Box(x, y, width, height, ink):
                area = (x, y, x + width - 1, y + height - 1)
                brush.rectangle(area, fill=0 if ink.black else 255)
            case Text():
                write(sheet, mark, fill=0)
            case Code(x, y, module, height, made):
                sheet.paste(0, (x, y), stamped(made, module, height))
            case Picture(shapes):
                for shape in shapes:
                    brush.polygon(shape.points, fill=0 if shape.ink.black else 255)
        whole = ImageChops.logical_and(whole, two_toned(sheet))
    return whole


@settings(deadline=None)  # the first one loads the fonts
@given(
    width=st.integers(120, 160),  # no line of a label is wider than the label
    height=st.integers(1, 50),
    marks=st.lists(BOXES | TEXTS | CODES | PICTURES, max_size=5),
)
def test_every_mark_has_its_dots_and_what_reaches_over_an_edge_is_cut_off_there(
    width: int, height: int, marks: list[Mark]
) -> None:
    made = drawing(width, height, *marks)
    assert bitmap(made).tobytes() == painted(made).tobytes()


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("name", shipped())
def test_the_file_holds_the_same_dots_and_says_how_large_they_are(name: str, dpi: int) -> None:
    changes = {"status": "emergency"} if "status" in SAMPLES[name] else {}
    (made, *_) = drawings(sample(name, **changes), dpi=dpi)
    file = Image.open(BytesIO(png(made)))
    assert (file.mode, file.size) == ("1", (made.width, made.height))
    assert file.tobytes() == bitmap(made).tobytes()
    assert [round(dots) for dots in file.info["dpi"]] == [dpi, dpi]
