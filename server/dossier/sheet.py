"""The paper: A4 with a head and a foot, paragraphs, tables that break over pages, and pictures."""

from collections.abc import Iterator
from io import BytesIO
from itertools import zip_longest

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, VAlign
from fpdf.fonts import FontFace
from fpdf.table import Table
from PIL import Image, ImageOps

from labels.font import face, path
from server.dossier.facts import Block

MARGIN_MM, LABEL_MM, HEADING_MM = 18, 48, 25
PHOTO_MM, PHOTO_PIXELS, PHOTO_QUALITY = 70, 900, 80
SIGNATURE_MM, SIGNATURE_PIXELS = 50, 600
LINE_MM, TEXT_PT, SMALL_PT = 4.6, 9, 5.2
GAP_MM, SLACK_MM = 0.5, 0.1
CELL_LINES_MAX = 30
SOFT, LINE, BLACK = (96, 104, 108), (211, 206, 194), (0, 0, 0)
WIDE_FROM = 0x2E80  # from here on characters stand without spaces between them
HANGS = frozenset("，。、；：？！）》」』”’…—·％℃")
OPENS = frozenset("（《「『“‘")


class Sheet(FPDF):
    """Pages with the dossier's name on top and the page's number at the foot."""

    def __init__(self, title: str, foot: str) -> None:
        super().__init__(format="A4")
        self._head, self._foot = title, foot
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM)
        self.add_font("noto", "", path("regular"))
        self.add_font("noto", "B", path("bold"))
        self.set_title(title)
        self.alias_nb_pages()
        self.add_page()

    def header(self) -> None:
        """On every page but the first, whose title says it."""
        if self.page_no() > 1:
            self.say(self._head, size_pt=8, color=SOFT)
            self.ln(2)

    def footer(self) -> None:
        """Where the pages belong, and how many there are."""
        self.set_y(-MARGIN_MM + 4)
        self.set_text_color(*SOFT)
        self.set_font("noto", "", 7)
        self.cell(0, 4, drawable(f"{self._foot} · {self.page_no()} / {{nb}}"), align="R")

    def say(
        self, text: str, *, size_pt: float = 10, style: str = "", color: tuple[int, ...] = BLACK
    ) -> None:
        """A paragraph."""
        self.set_font("noto", style, size_pt)
        self.set_text_color(*color)
        shown = self.fitted(text, self.epw)
        self.multi_cell(0, size_pt * 0.5, shown, align="L", new_x="LMARGIN", new_y="NEXT")

    def heading(self, text: str, *, size_pt: float = 12, keep_mm: float = HEADING_MM) -> None:
        """A title that stays with the first so many millimetres of what follows."""
        if self.will_page_break(keep_mm):
            self.add_page()
        self.say(text, size_pt=size_pt, style="B")
        self.ln(0.8)

    def block(self, block: Block) -> None:
        """A table under its title; nothing where nothing is in it."""
        if not block.lines:
            return
        widths = self._widths(block)
        if block.title:
            self.heading(block.title, keep_mm=HEADING_MM + self._first_mm(block, widths))
        self.set_font("noto", "", TEXT_PT)
        self.set_text_color(*BLACK)
        self.set_draw_color(*LINE)
        with self.table(
            col_widths=widths,
            first_row_as_headings=bool(block.head),
            headings_style=FontFace(emphasis="BOLD", color=SOFT),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            line_height=LINE_MM,
            padding=(0.8, GAP_MM, 0.8, 0),
            text_align="LEFT",
            v_align=VAlign.T,
        ) as table:
            if block.head:
                table.row([self.fitted(*one) for one in zip(block.head, widths, strict=True)])
            for line in block.lines:
                self._line(table, block, line, widths)
        self.ln(4)

    def _first_mm(self, block: Block, widths: tuple[float, ...]) -> float:
        """How high the first line is, about."""
        self.set_font("noto", "", TEXT_PT)
        cells = zip(block.lines[0], widths, strict=True)
        lines = max(self.fitted(*one).count("\n") for one in cells)
        return min(lines, CELL_LINES_MAX) * LINE_MM

    def _widths(self, block: Block) -> tuple[float, ...]:
        columns = len(block.lines[0])
        if not block.head:
            return LABEL_MM, self.epw - LABEL_MM
        shares = block.shares or (1,) * columns
        return tuple(share * self.epw / sum(shares) for share in shares)

    def _line(
        self, table: Table, block: Block, line: tuple[str, ...], widths: tuple[float, ...]
    ) -> None:
        """In as many rows as its longest text needs: a row does not break over pages."""
        styles = [_style(block, column) for column in range(len(line))]
        parts = []
        for text, width, style in zip(line, widths, styles, strict=True):
            self.set_font("noto", "", style.size_pt or TEXT_PT)
            lines = self.fitted(text, width).split("\n")
            starts = range(0, len(lines), CELL_LINES_MAX)
            parts.append(["\n".join(lines[at : at + CELL_LINES_MAX]) for at in starts])
        for texts in zip_longest(*parts, fillvalue=""):
            row = table.row()
            for text, style in zip(texts, styles, strict=True):
                row.cell(text, style=style)

    def fitted(self, text: str, width_mm: float) -> str:
        """Broken into lines of this width, also where Chinese has no spaces to break at."""
        room, lines = width_mm - GAP_MM - 2 * self.c_margin - SLACK_MM, []
        for paragraph in drawable(text).split("\n"):
            line = ""
            for token in self._tokens(paragraph, room):
                if line and self.get_string_width(line + token.rstrip()) > room:
                    lines.append(line.rstrip())
                    line = ""
                line += token
            lines.append(line.rstrip())
        return "\n".join(lines)

    def _tokens(self, paragraph: str, room_mm: float) -> Iterator[str]:
        """Words; one that is wider than a line, in parts."""
        for word in _words(paragraph):
            wide = self.get_string_width(word)
            chars = len(word) if wide <= room_mm else int(len(word) * room_mm / wide)
            yield from (word[at : at + chars] for at in range(0, len(word), max(chars, 1)))

    def photo(self, content: bytes, caption: str) -> None:
        """A photo, upright and reduced: a record of twenty is still sent by mail."""
        with Image.open(BytesIO(content)) as image:
            image.draft("RGB", (PHOTO_PIXELS, PHOTO_PIXELS))
            turned = ImageOps.exif_transpose(image)
            small = turned.convert("RGB")
        small.thumbnail((PHOTO_PIXELS, PHOTO_PIXELS))
        kept = BytesIO()
        small.save(kept, "JPEG", quality=PHOTO_QUALITY)
        self._place(kept, small.size, PHOTO_MM)
        self.say(caption, size_pt=7, color=SOFT)
        self.ln(3)

    def drawing(self, content: bytes) -> None:
        """What somebody drew on the glass, on white."""
        with Image.open(BytesIO(content)) as image:
            drawn = image.convert("RGBA")
        drawn.thumbnail((SIGNATURE_PIXELS, SIGNATURE_PIXELS))
        white = Image.new("RGBA", drawn.size, "white")
        white.alpha_composite(drawn)
        kept = BytesIO()
        white.convert("L").save(kept, "PNG")
        self._place(kept, drawn.size, SIGNATURE_MM)

    def _place(self, picture: BytesIO, size: tuple[int, int], side_mm: int) -> None:
        """Within a square of this side, on one page."""
        scale = side_mm / max(size)
        width, height = (one * scale for one in size)
        if self.will_page_break(height):
            self.add_page()
        self.image(picture, w=width, h=height)
        self.ln(2)


def _style(block: Block, column: int) -> FontFace:
    if column in block.small:
        return FontFace(size_pt=SMALL_PT, color=SOFT)
    return FontFace(color=SOFT if not block.head and column == 0 else BLACK)


def drawable(text: str) -> str:
    """What the font lacks is written as its code: nothing is left out silently."""
    known = face("regular").advances
    return "".join(c if c in "\n{}" or ord(c) in known else f"[U+{ord(c):04X}]" for c in text)


def _words(paragraph: str) -> Iterator[str]:
    """What stays together on a line: a word with the spaces after it, a Chinese character with the
    punctuation that belongs to it.
    """
    token = ""
    for here in paragraph:
        if token and _breaks(token[-1], here):
            yield token
            token = ""
        token += here
    yield token


def _breaks(before: str, here: str) -> bool:
    if here in HANGS or before in OPENS or here == " ":
        return False
    return before == " " or ord(before) >= WIDE_FROM or ord(here) >= WIDE_FROM
