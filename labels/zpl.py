"""A drawing in ZPL II, the language of Zebra's printers and of many others.

Codes are the printer's own, told to make the same modules; Latin text is set in its scalable font
0, no wider than the label's; all else (Chinese, signs, frames) goes as compressed bitmaps.
References: ZPL II Programming Guide, ^BC, ^BX, ^BQ, ^BE, ^B2, ^B3, ^GF, ^FH, ^CI.
"""

from base64 import b64encode
from binascii import crc_hqx
from collections.abc import Iterator
from functools import lru_cache
from math import ceil, floor
from zlib import compress

from PIL import Image, ImageChops, ImageDraw

from labels.error import LabelError
from labels.font import ASCENT, DESCENT, Weight
from labels.gs1 import FNC1
from labels.letters import BLACK, WHITE, two_toned, write
from labels.linear import Linear
from labels.marks import Box, Code, Drawing, Picture, Text
from labels.raster import stamped
from labels.symbol import Kind

DPIS = (203, 300, 600)
# A printer moves a QR code down by the bar height of ^BY, so that is set and taken off again.
QR_SHIFT_DOTS = 10
# What ^BC takes for commands or leaves out: invocation codes; brackets and blanks in mode D.
_AMBIGUOUS: dict[Kind, set[str]] = {"code128": {">"}, "gs1-128": set(">() ")}
# Their commands could not be tried on anything that prints; their modules are as exact this way.
BITMAPS: tuple[Kind, ...] = ("ean8", "upca", "codabar")
# Widths of letters that are wider than half the size, rather too large, in font 0 and in what
# printers of other makes put in its place.
_EMS = dict.fromkeys("MWmw@%", 0.85) | dict.fromkeys("ABCDEGHKNOPQRSTUVXYZ&#", 0.58) | {"-": 1.0}
# Stands before function characters of ^BX; doubled where it stands for itself.
ESCAPE = "|"


def zpl(drawing: Drawing, *, copies: int = 1) -> str:
    """The drawing for a printer of its dpi. Raises LabelError `dpi` for one that is none of
    203, 300 and 600."""
    if drawing.dpi not in DPIS:
        raise LabelError("dpi", str(drawing.dpi), message="a ZPL printer has 203, 300 or 600 dpi")
    fields = "\n".join(_fields(drawing))
    return f"^XA^CI28^LH0,0^PW{drawing.width}^LL{drawing.height}\n{fields}\n^PQ{copies}^XZ\n"


def _fields(drawing: Drawing) -> Iterator[str]:
    for mark in drawing.marks:
        match mark:
            case Code():
                yield _code(mark)
            case Box(x, y, width, height, ink):
                if ink.black:
                    line = min(width, height)
                    yield f"^FO{x},{y}^GB{width},{height},{line}^FS"
            case Picture():
                yield _picture(mark)
            case Text():
                yield _text(mark)


def _code(mark: Code) -> str:
    """The printer's own command for a code; a bitmap where ZPL's would be ambiguous."""
    symbol, module, height = mark.symbol, mark.module, mark.height
    place = f"^FO{mark.x},{mark.y}"
    if symbol.kind == "qr":
        place = f"^BY{module},3,{QR_SHIFT_DOTS}^FO{mark.x},{mark.y - QR_SHIFT_DOTS}"
        return f"{place}^BQN,2,{module}{_data(f'{symbol.level}A,{symbol.text}')}"
    if symbol.kind == "datamatrix" or symbol.kind == "gs1-datamatrix":  # noqa: PLR1714
        content = _escaped(symbol.text, gs1=symbol.kind == "gs1-datamatrix")
        side = symbol.columns
        return f"{place}^BXN,{module},200,{side},{side},,{ESCAPE},1{_data(content)}"
    if symbol.kind in BITMAPS or _AMBIGUOUS.get(symbol.kind, set()) & set(symbol.text):
        stamp = ImageChops.invert(stamped(symbol, module, height))
        return f"{place}{_cut(two_toned(stamp))[0]}"
    command, ratio, content = _bars(symbol.kind, symbol.text, height)
    return f"^BY{module},{ratio},{height}{place}{command}{_data(content)}"


def _bars(kind: Linear, text: str, height: int) -> tuple[str, int, str]:
    """Command, ratio of wide to narrow, and data; a retail code's check digit is the printer's."""
    match kind:
        case "code128":
            return f"^BCN,{height},N,N,N,A", 2, text
        case "gs1-128":
            return f"^BCN,{height},N,N,N,D", 2, text.replace(FNC1, ">8")
        case "ean13":
            return f"^BEN,{height},N,N", 2, text[:-1]
        case "itf14":
            return f"^B2N,{height},N,N,N", 3, text
        case "code39":
            return f"^B3N,N,{height},N,N", 2, text
    raise AssertionError(f"{kind} is printed as a bitmap")


def _escaped(text: str, *, gs1: bool) -> str:
    """Content of a Data Matrix: the escape sign doubled, FNC1 first and between elements."""
    content = text.replace(ESCAPE, ESCAPE * 2)
    return f"{ESCAPE}1{content.replace(FNC1, f'{ESCAPE}1')}" if gs1 else content


def _data(text: str) -> str:
    """Field data; signs that are commands of ZPL as hexadecimal (^FH)."""
    hexed = "".join(f"\\{ord(sign):02X}" if sign in "^~\\" else sign for sign in text)
    return f"^FH\\^FD{hexed}^FS"


def _text(mark: Text) -> str:
    if not mark.content.isascii():
        return _written(mark)
    size = round(mark.size)
    across = int(min(size, mark.width / _ems(mark.content)))
    letters = f"^A0N,{size},{across}"
    x, y = round(mark.x), round(mark.baseline)
    if mark.align == "left":
        return f"^FT{x},{y}{letters}{_data(mark.content)}"
    # The block is twice as wide as the text: the printer's letters may not wrap in it.
    width = ceil(mark.width)
    left = x - width if mark.align == "right" else x - width // 2
    block = f"^FB{2 * width},1,0,{mark.align[0].upper()}"
    if left < 0:
        return _written(mark)
    return f"^FT{left},{y}{letters}{block}{_data(mark.content)}"


def _ems(content: str) -> float:
    """How wide a printer's font 0 may run at most, by size: it may not reach into a quiet zone."""
    return sum(_EMS.get(character, 0.5) for character in content)


def _written(mark: Text) -> str:
    top = round(mark.baseline) - ceil((ASCENT + 0.2) * mark.size)
    graphic, left, above = _letters(mark.content, mark.size, mark.weight)
    return f"^FO{max(0, round(mark.x) + left)},{max(0, top + above)}{graphic}" if graphic else ""


@lru_cache(maxsize=1024)
def _letters(content: str, size: float, weight: Weight) -> tuple[str, int, int]:
    """A line as a bitmap, cut to its ink, and where that begins."""
    height = ceil((ASCENT + DESCENT + 0.4) * size)
    width = ceil(size * (len(content) + 1))
    image = Image.new("L", (width, height), WHITE)
    baseline = ceil((ASCENT + 0.2) * size)
    line = Text(0, baseline, content, size, weight, width)
    write(image, line, fill=BLACK)
    return _cut(two_toned(image))


def _picture(mark: Picture) -> str:
    points = [point for shape in mark.shapes for point in shape.points]
    left, top = floor(min(x for x, _ in points)), floor(min(y for _, y in points))
    graphic, x, y = _drawn(mark, left, top)
    return f"^FO{left + x},{top + y}{graphic}"


@lru_cache(maxsize=64)
def _drawn(mark: Picture, left: int, top: int) -> tuple[str, int, int]:
    points = [point for shape in mark.shapes for point in shape.points]
    right, bottom = ceil(max(x for x, _ in points)), ceil(max(y for _, y in points))
    image = Image.new("L", (right - left + 1, bottom - top + 1), WHITE)
    brush = ImageDraw.Draw(image)
    for shape in mark.shapes:
        moved = [(x - left, y - top) for x, y in shape.points]
        brush.polygon(moved, fill=BLACK if shape.ink.black else WHITE)
    return _cut(two_toned(image))


def _cut(image: Image.Image) -> tuple[str, int, int]:
    """The black part of a bitmap as ^GFA in the Z64 form (zlib, base64, CRC), left and top."""
    black = ImageChops.invert(image)
    extent = black.getbbox()
    if extent is None:
        return "", 0, 0
    part = black.crop(extent)
    row = (part.width + 7) // 8
    packed = b64encode(compress(part.tobytes(), 9))
    total = row * part.height
    return (
        f"^GFA,{total},{total},{row},:Z64:{packed.decode()}:{crc_hqx(packed, 0):04X}^FS",
        extent[0],
        extent[1],
    )
