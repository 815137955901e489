"""Letters on a bitmap: the faces' glyphs as FreeType draws them, each at its own advance."""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from labels import font
from labels.font import Weight
from labels.marks import Text

BLACK, WHITE = 0, 255
THRESHOLD = 128

Fill = int | tuple[int, int, int]


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


def two_toned(image: Image.Image) -> Image.Image:
    """Grey from smoothed letters becomes black or white."""
    return image.point(lambda grey: WHITE if grey >= THRESHOLD else BLACK, mode="1")


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
