"""A drawing in black and white, dot for dot what a label printer gets, as packed bits.

The whole label is one integer: a row of whole bytes after the other, the first dot of the first row
in the highest bit, black is 1. Every mark is an integer of the same kind, laid over the others by
one `or`; what labels have in common (captions, names, signs, rules) is made once. Painting letter
by letter on an image and packing that took most of the time of a PNG.
"""

from functools import lru_cache
from math import ceil, floor

from PIL import Image, ImageChops, ImageDraw

from labels.font import ASCENT, DESCENT, Weight
from labels.letters import BLACK, WHITE, two_toned, write
from labels.marks import Box, Code, Drawing, Picture, Text

# Of the size: room for what reaches beyond a line of Chinese, and for letters that lean out.
OVER = 0.4


def packed(drawing: Drawing) -> bytes:
    """Rows of whole bytes, black is 1; the last bits of a row beyond its width are 0."""
    stride = row_bytes(drawing) * 8
    whole = 0
    for mark in drawing.marks:
        for mask, x, y in _laid(mark, stride):
            whole |= _placed(mask, x, y, drawing=drawing, stride=stride)
    return whole.to_bytes(drawing.height * stride // 8, "big")


def row_bytes(drawing: Drawing) -> int:
    """How many bytes a row of dots takes."""
    return (drawing.width + 7) // 8


class Mask:
    """Dots as an integer with rows of `stride` bits, `width` of them used, from the left."""

    __slots__ = ("bits", "height", "width")

    def __init__(self, bits: int, width: int, height: int) -> None:
        self.bits, self.width, self.height = bits, width, height


Laid = list[tuple[Mask, int, int]]


def _laid(mark: Box | Code | Picture | Text, stride: int) -> Laid:
    """The masks of a mark, and where their top left corners lie."""
    match mark:
        case Code():
            return [(_code(mark, stride), mark.x, mark.y)]
        case Box(x, y, width, height, ink):
            return [(_box(width, height, stride), x, y)] if ink.black else []
        case Picture():
            return _picture(mark, stride)
        case Text(x, baseline, content, size, weight, ink=ink):
            if not ink.black:
                return []
            left = 2 * floor(x / 2)  # halves are rounded to even dots, so evenness counts
            mask, dx, dy = _line(content, size, weight, lean=x - left, stride=stride)
            return [(mask, left + dx, round(baseline) + dy)]


def _placed(mask: Mask, x: int, y: int, *, drawing: Drawing, stride: int) -> int:
    """The mask at its place; what would lie outside of the label is cut off."""
    bits, height = mask.bits, mask.height
    if y < 0 or y + height > drawing.height:
        below = max(0, y + height - drawing.height)
        bits >>= below * stride
        height -= below
        if y < 0:
            height = max(0, height + y)
            bits &= (1 << height * stride) - 1
            y = 0
    if x < 0 or x + mask.width > drawing.width:
        bits &= _columns(max(0, -x), min(mask.width, drawing.width - x), height, stride=stride)
    shift = (drawing.height - y - height) * stride - x
    return bits << shift if shift >= 0 else bits >> -shift


@lru_cache(maxsize=64)
def _columns(first: int, end: int, height: int, *, stride: int) -> int:
    """All dots of the columns from `first` to before `end`."""
    row = ((1 << max(0, end - first)) - 1) << stride - max(first, end)
    return row * _ones(height, stride)


@lru_cache(maxsize=512)
def _ones(height: int, stride: int) -> int:
    """The last dot of each row: times a row, that row so many times."""
    return sum(1 << row * stride for row in range(height))


@lru_cache(maxsize=256)
def _box(width: int, height: int, stride: int) -> Mask:
    return Mask((((1 << width) - 1) << stride - width) * _ones(height, stride), width, height)


@lru_cache(maxsize=8)
def _code(mark: Code, stride: int) -> Mask:
    """Rows of modules, each as high as a module or as the bars are."""
    high = mark.module if mark.symbol.square else mark.height
    wide = {ord(module): module * mark.module for module in "01"}
    length, rest = stride // 8, stride - mark.width
    rows = [(int(row.translate(wide), 2) << rest).to_bytes(length, "big") * high
            for row in mark.symbol.rows]  # fmt: skip
    return Mask(int.from_bytes(b"".join(rows), "big"), mark.width, high * len(rows))


@lru_cache(maxsize=64)
def _picture(mark: Picture, stride: int) -> Laid:
    """White shapes cut out of the black ones below them."""
    corners = [point for shape in mark.shapes for point in shape.points]
    left, top = floor(min(x for x, _ in corners)), floor(min(y for _, y in corners))
    right, bottom = ceil(max(x for x, _ in corners)), ceil(max(y for _, y in corners))
    image = Image.new("L", (right - left + 1, bottom - top + 1), WHITE)
    brush = ImageDraw.Draw(image)
    for shape in mark.shapes:
        moved = [(x - left, y - top) for x, y in shape.points]
        brush.polygon(moved, fill=BLACK if shape.ink.black else WHITE)
    mask, dx, dy = _mask(two_toned(image), stride)
    return [(mask, left + dx, top + dy)]


@lru_cache(maxsize=256)
def _line(
    content: str, size: float, weight: Weight, *, lean: float, stride: int
) -> tuple[Mask, int, int]:
    """A line of text that begins `lean` dots right of an even one; where its ink begins, from
    there and from the baseline."""
    beside, above = 2 * ceil(OVER * size / 2), ceil((ASCENT + OVER) * size)
    image = Image.new("L", (ceil((len(content) + 2 * OVER) * size) + 2 * beside,
                            above + ceil((DESCENT + OVER) * size)), WHITE)  # fmt: skip
    write(image, Text(beside + lean, above, content, size, weight, 0), fill=BLACK)
    mask, dx, dy = _mask(two_toned(image), stride)
    return mask, dx - beside, dy - above


def _mask(image: Image.Image, stride: int) -> tuple[Mask, int, int]:
    """The black dots of an image of mode "1", cut to where they are, and where that is. No mark is
    wider than the label."""
    black = ImageChops.invert(image)
    extent = black.getbbox()
    if extent is None:
        return Mask(0, 0, 0), 0, 0
    part = black.crop((*extent[:2], min(extent[2], extent[0] + stride), extent[3]))
    length = (part.width + 7) // 8
    rest, content = bytes(stride // 8 - length), part.tobytes()
    rows = [content[at : at + length] + rest for at in range(0, len(content), length)]
    return Mask(int.from_bytes(b"".join(rows), "big"), part.width, part.height), *extent[:2]
