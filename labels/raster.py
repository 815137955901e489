"""A drawing as a bitmap: dot for dot what a label printer gets, or in colour for a screen.

One colour means no grey: a printer driver would dither it. Letters stand where the other painters
put them, each at its own advance. Black and white is `labels.dots`'.
"""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw

from labels import png as one_bit
from labels.dots import packed, row_bytes
from labels.letters import BLACK, WHITE, write
from labels.marks import Box, Code, Drawing, Ink, Picture, Text
from labels.symbol import Symbol

COLOURS_MAX = 64
# Of zlib: the higher ones save a tenth of the bytes for several times the time.
COMPRESSION = 3


def png(drawing: Drawing, *, colour: bool = False) -> bytes:
    """The drawing as a PNG, one pixel per dot: of one bit, or of a few colours."""
    if not colour:
        return one_bit.png(packed(drawing), (drawing.width, drawing.height), dpi=drawing.dpi)
    bytes_out = BytesIO()
    image = coloured(drawing).quantize(COLOURS_MAX)
    image.save(bytes_out, "PNG", compress_level=COMPRESSION, dpi=(drawing.dpi, drawing.dpi))
    return bytes_out.getvalue()


def bitmap(drawing: Drawing) -> Image.Image:
    """The drawing in black (0) and white, one pixel per dot, mode "1"."""
    size = row_bytes(drawing) * 8, drawing.height
    image = ImageChops.invert(Image.frombytes("1", size, packed(drawing)))
    return image.crop((0, 0, drawing.width, drawing.height))


def coloured(drawing: Drawing) -> Image.Image:
    """The drawing in its colours, letters smoothed, mode "RGB"."""
    image = Image.new("RGB", (drawing.width, drawing.height), (WHITE, WHITE, WHITE))
    brush = ImageDraw.Draw(image)
    for mark in drawing.marks:
        match mark:
            case Code():
                stamp = stamped(mark.symbol, mark.module, mark.height)
                image.paste((BLACK, BLACK, BLACK), (mark.x, mark.y), stamp)
            case Box(x, y, width, height, ink):
                brush.rectangle((x, y, x + width - 1, y + height - 1), fill=_fill(ink))
            case Picture(shapes):
                for shape in shapes:
                    brush.polygon(shape.points, fill=_fill(shape.ink))
            case Text():
                write(image, mark, fill=_fill(mark.ink))
    return image


def _fill(ink: Ink) -> tuple[int, int, int]:
    return (ink.red, ink.green, ink.blue)


@lru_cache(maxsize=8)
def stamped(symbol: Symbol, module: int, height: int) -> Image.Image:
    """A code's dark modules as a mask in its size on the label."""
    rows = len(symbol.rows)
    dark = "".join(symbol.rows).translate({48: 0, 49: 255}).encode("latin-1")
    small = Image.frombytes("L", (symbol.columns, rows), dark)
    return small.resize((symbol.columns * module, height), Image.Resampling.NEAREST)
