"""A drawing as a bitmap of pure black and white: what a label printer gets, dot for dot.

No grey: a printer driver would dither it. Letters stand where the page of `labels.page` puts them,
each at its own advance.
"""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from labels import font
from labels.font import Weight
from labels.lot import LotLabel, layout
from labels.marks import Drawing, Modules, Polygon, Text

BLACK, WHITE = 0, 255
THRESHOLD = 128


def png(label: LotLabel, *, dpi: int = 300) -> bytes:
    """The label as a PNG of one bit per dot, for a printer of `dpi` dots per inch.

    Raises LabelError as `labels.lot.layout`.
    """
    bytes_out = BytesIO()
    bitmap(layout(label, dpi=dpi)).save(bytes_out, "PNG", optimize=True, dpi=(dpi, dpi))
    return bytes_out.getvalue()


def bitmap(drawing: Drawing) -> Image.Image:
    """The drawing in black (0) and white, one pixel per dot, mode "1"."""
    image = Image.new("L", (drawing.width, drawing.height), WHITE)
    brush = ImageDraw.Draw(image)
    for mark in drawing.marks:
        match mark:
            case Modules(boxes=boxes):
                for x, y, width, height in boxes:
                    brush.rectangle((x, y, x + width - 1, y + height - 1), fill=BLACK)
            case Polygon(points, white):
                brush.polygon(points, fill=WHITE if white else BLACK)
            case Text():
                _write(brush, mark)
    return image.point(lambda grey: WHITE if grey >= THRESHOLD else BLACK, mode="1")


def _write(brush: ImageDraw.ImageDraw, text: Text) -> None:
    letters, face = _letters(text.weight, text.size), font.face(text.weight)
    x = text.x
    for character in text.content:
        brush.text((x, text.baseline), character, font=letters, fill=BLACK, anchor="ls")
        x += face.width(character, text.size)


@lru_cache(maxsize=64)
def _letters(weight: Weight, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font.path(weight), size, layout_engine=ImageFont.Layout.BASIC)
