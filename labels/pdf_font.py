"""The label's faces in a PDF: only the glyphs that are used, searchable and copied as text
(ISO 32000-1, §9.7 composite fonts, §9.10.3 ToUnicode).
"""

from array import array
from io import BytesIO
from sys import byteorder

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from labels import font
from labels.font import Weight
from labels.pdf_file import PdfFile

# Layout rules and vertical metrics: one glyph a character, from left to right.
UNUSED_TABLES = ["BASE", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx", "gasp", "prep", "DSIG"]
ITEMS_MAX = 100  # of one block of a CMap (Adobe Technical Note 5014)


class PdfFont:
    """A face that notes which of its characters are written. Codes in the text are the font
    file's own glyph numbers, so that pages can go out before the subset is made."""

    def __init__(self, weight: Weight, number: int) -> None:
        self.face = font.face(weight)
        self.number = number
        self.name = f"F{number}"
        self._used: dict[int, int] = {}
        self._codes: dict[str, str] = {}

    def codes(self, text: str) -> str:
        """`text` as hexadecimal glyph codes."""
        known = self._codes
        try:
            return "".join([known[character] for character in text])
        except KeyError:
            for character in text:
                glyph = self.face.glyphs[ord(character)]
                self._used.setdefault(glyph, ord(character))
                known[character] = f"{glyph:04x}"
            return "".join([known[character] for character in text])

    def embed(self, file: PdfFile) -> None:
        """Writes the font with the glyphs that were used."""
        if not self._used:
            file.add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", self.number)
            return
        content, places = self._subset()
        program = file.stream(content, b"/Length1 %d" % len(content))
        name = b"ABCDEF+NotoSansSC-" + self.face.weight.capitalize().encode()
        descriptor = file.add(
            b"<< /Type /FontDescriptor /FontName /%b /Flags 4 /FontBBox [-1000 -500 3000 1500]"
            b" /ItalicAngle 0 /Ascent 1160 /Descent -288 /CapHeight 733 /StemV 80"
            b" /FontFile2 %d 0 R >>" % (name, program)
        )
        shapes = file.stream(places)
        described = file.add(
            b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%b /CIDSystemInfo"
            b" << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R"
            b" /DW 1000 /W [%b] /CIDToGIDMap %d 0 R >>" % (name, descriptor, self._widths(), shapes)
        )
        words = file.stream(self._unicode().encode())
        file.add(
            b"<< /Type /Font /Subtype /Type0 /BaseFont /%b /Encoding /Identity-H"
            b" /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>" % (name, described, words),
            self.number,
        )

    def _subset(self) -> tuple[bytes, bytes]:
        """The font program, and for every code the glyph in it (two bytes each)."""
        options = Options(hinting=False, layout_features=[], name_IDs=[], glyph_names=False)
        with TTFont(font.path(self.face.weight), lazy=True) as program:
            for table in UNUSED_TABLES:
                if table in program:
                    del program[table]
            subsetter = Subsetter(options)
            subsetter.populate(unicodes=self._used.values())
            subsetter.subset(program)
            out = BytesIO()
            program.save(out)
            names = program.getBestCmap()
            places = array("H", bytes(2 * (max(self._used) + 1)))
            for code, character in self._used.items():
                places[code] = program.getGlyphID(names[character])
        if byteorder == "little":
            places.byteswap()
        return out.getvalue(), places.tobytes()

    def _widths(self) -> bytes:
        scale = 1000 / self.face.em
        return b" ".join(
            b"%d [%g]" % (code, self.face.advances[character] * scale)
            for code, character in sorted(self._used.items())
        )

    def _unicode(self) -> str:
        """The CMap from codes to text."""
        lines = [
            f"<{code:04x}> <{chr(character).encode('utf-16-be').hex()}>"
            for code, character in sorted(self._used.items())
        ]
        blocks = [lines[at : at + ITEMS_MAX] for at in range(0, len(lines), ITEMS_MAX)]
        body = "\n".join(
            "\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"]) for block in blocks
        )
        return (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "/CMapName /Label-UCS2 def /CMapType 2 def\n"
            "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            f"{body}\nendcmap CMapName currentdict /CMap defineresource pop end end\n"
        )
