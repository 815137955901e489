"""A drawing as SVG: sizes in millimetres, letters as outlines, so that it needs no font anywhere.

The words stand in the title besides, for those who listen instead of looking.
"""

from functools import lru_cache
from xml.sax.saxutils import escape

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from labels import font
from labels.font import Weight
from labels.marks import MM_PER_INCH, Box, Code, Drawing, Picture, Text


def svg(drawing: Drawing) -> str:
    """The drawing in colour, one user unit per dot."""
    letters: dict[str, str] = {}
    parts = [_mark(mark, letters) for mark in drawing.marks]
    words = " · ".join(mark.content for mark in drawing.marks if isinstance(mark, Text))
    width, height = (length * drawing.dpi / MM_PER_INCH
                     for length in (drawing.width_mm, drawing.height_mm))  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'width="{drawing.width_mm:g}mm" height="{drawing.height_mm:g}mm" '
        f'viewBox="0 0 {width:.4f} {height:.4f}">\n<title>{escape(words)}</title>\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n'
        f"<defs>{''.join(letters.values())}</defs>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _mark(mark: Code | Box | Picture | Text, letters: dict[str, str]) -> str:
    match mark:
        case Code():
            return f'<path shape-rendering="crispEdges" d="{_modules(mark)}"/>'
        case Box(x, y, width, height, ink):
            return f'<path fill="{ink.hex}" d="M{x} {y}h{width}v{height}h{-width}z"/>'
        case Picture(shapes):
            return "".join(
                f'<polygon fill="{shape.ink.hex}" '
                f'points="{" ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)}"/>'
                for shape in shapes
            )
        case Text():
            return _text(mark, letters)


def _modules(code: Code) -> str:
    """Dark runs, row by row."""
    step = code.module if code.symbol.square else code.height
    runs = []
    for number, row in enumerate(code.symbol.rows):
        y, column = code.y + number * step, 0
        while (column := row.find("1", column)) >= 0:
            end = row.find("0", column)
            end = len(row) if end < 0 else end
            width = (end - column) * code.module
            runs.append(f"M{code.x + column * code.module} {y}h{width}v{step}h{-width}z")
            column = end
    return "".join(runs)


def _text(text: Text, letters: dict[str, str]) -> str:
    """Outlines are defined once and used at their places, in units of the font."""
    face = font.face(text.weight)
    scale = text.size / face.em
    placed, x = [], 0
    for character in text.content:
        name = f"{text.weight[0]}{ord(character):x}"
        outline = _outline(text.weight, ord(character))
        if outline:
            letters.setdefault(name, f'<path id="{name}" d="{outline}"/>')
            placed.append(f'<use href="#{name}" x="{x}"/>')
        x += face.advances[ord(character)]
    return (
        f'<g fill="{text.ink.hex}" transform="matrix({scale:.5f} 0 0 {-scale:.5f} '
        f'{text.x:.3f} {text.baseline:.3f})">{"".join(placed)}</g>'
    )


@lru_cache(maxsize=4096)
def _outline(weight: Weight, character: int) -> str:
    font_file = _opened(weight)
    pen = SVGPathPen(None, ntos=lambda number: f"{number:.0f}")
    font_file.getGlyphSet()[font_file.getBestCmap()[character]].draw(pen)
    return str(pen.getCommands())


@lru_cache
def _opened(weight: Weight) -> TTFont:
    return TTFont(font.path(weight), lazy=True)
