"""A drawing as a bitmap: dot for dot what a label printer gets, or in colour for a screen.

One colour means no grey: a printer driver would dither it. Letters stand where the other painters
put them, each at its own advance.
"""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from labels import font
from labels.font import Weight
from labels.marks import Box, Code, Drawing, Ink, Picture, Text
from labels.symbol import Symbol

BLACK, WHITE = 0, 255
THRESHOLD = 128
COLOURS_MAX = 64
# Of zlib: the higher ones save a tenth of the bytes for several times the time.
COMPRESSION = 3

Fill = int | tuple[int, int, int]


def png(drawing: Drawing, *, colour: bool = False) -> bytes:
    """The drawing as a PNG, one pixel per dot: of one bit, or of a few colours."""
    image = coloured(drawing).quantize(COLOURS_MAX) if colour else bitmap(drawing)
    bytes_out = BytesIO()
    image.save(bytes_out, "PNG", compress_level=COMPRESSION, dpi=(drawing.dpi, drawing.dpi))
    return bytes_out.getvalue()


def bitmap(drawing: Drawing) -> Image.Image:
    """The drawing in black (0) and white, one pixel per dot, mode "1"."""
    image = Image.new("L", (drawing.width, drawing.height), WHITE)
    _paint(image, drawing, colour=False)
    return two_toned(image)


def coloured(drawing: Drawing) -> Image.Image:
    """The drawing in its colours, letters smoothed, mode "RGB"."""
    image = Image.new("RGB", (drawing.width, drawing.height), (WHITE, WHITE, WHITE))
    _paint(image, drawing, colour=True)
    return image


def two_toned(image: Image.Image) -> Image.Image:
    """Grey from smoothed letters becomes black or white."""
    return image.point(lambda grey: WHITE if grey >= THRESHOLD else BLACK, mode="1")


def _paint(image: Image.Image, drawing: Drawing, *, colour: bool) -> None:
    brush = ImageDraw.Draw(image)
    for mark in drawing.marks:
        match mark:
            case Code():
                stamp = stamped(mark.symbol, mark.module, mark.height)
                image.paste(_fill_black(colour), (mark.x, mark.y), stamp)
            case Box(x, y, width, height, ink):
                if colour or ink.black:
                    area = (x, y, x + width - 1, y + height - 1)
                    brush.rectangle(area, fill=_fill(ink, colour=colour))
            case Picture(shapes):
                for shape in shapes:
                    brush.polygon(shape.points, fill=_fill(shape.ink, colour=colour))
            case Text():
                write(image, mark, fill=_fill(mark.ink, colour=colour))


def _fill(ink: Ink, *, colour: bool) -> Fill:
    if colour:
        return (ink.red, ink.green, ink.blue)
    return BLACK if ink.black else WHITE


def _fill_black(colour: bool) -> Fill:
    return (BLACK, BLACK, BLACK) if colour else BLACK


@lru_cache(maxsize=8)
def stamped(symbol: Symbol, module: int, height: int) -> Image.Image:
    """A code's dark modules as a mask in its size on the label."""
    rows = len(symbol.rows)
    dark = "".join(symbol.rows).translate({48: 0, 49: 255}).encode("latin-1")
    small = Image.frombytes("L", (symbol.columns, rows), dark)
    return small.resize((symbol.columns * module, height), Image.Resampling.NEAREST)


def write(image: Image.Image, text: Text, *, fill: Fill) -> None:
    """One line of text, each letter at its own advance, on the nearest whole dot."""
    x, y = text.x, round(text.baseline)
    face = font.face(text.weight)
    scale = text.size / face.em
    for character in text.content:
        mask, left, above = _letter(text.weight, text.size, character)
        if mask:
            image.paste(fill, (round(x) + left, y + above), mask)
        x += face.advances[ord(character)] * scale


@lru_cache(maxsize=4096)
def _letter(weight: Weight, size: float, character: str) -> tuple[Image.Image | None, int, int]:
    """A letter's ink, and where that begins from its place on the baseline."""
    letters = _letters(weight, size)
    left, above, right, below = (round(edge) for edge in letters.getbbox(character, anchor="ls"))
    if right <= left or below <= above:
        return None, 0, 0
    mask = Image.new("L", (right - left, below - above), 0)
    brush = ImageDraw.Draw(mask)
    brush.text((-left, -above), character, font=letters, fill=255, anchor="ls")
    return mask, left, above


@lru_cache(maxsize=64)
def _letters(weight: Weight, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font.path(weight), size, layout_engine=ImageFont.Layout.BASIC)
