"""A PDF file written from front to back: objects go out as they are made, so that a thousand pages
need no more memory than one (ISO 32000-1, §7.5).
"""

from typing import BinaryIO
from zlib import compress

CATALOG, PAGES, INFO = 1, 2, 3


class PdfFile:
    """Numbers objects, writes them, and closes with their places. `out` needs no seek."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._at = 0
        self._places: dict[int, int] = {}
        self._next = INFO + 1
        self._pages: list[int] = []
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._at += len(content)

    def reserve(self) -> int:
        """The number of an object that is written later."""
        self._next += 1
        return self._next - 1

    def add(self, content: bytes, number: int | None = None) -> int:
        """Writes an object and returns its number."""
        number = self.reserve() if number is None else number
        self._places[number] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, content))
        return number

    def stream(self, content: bytes, more: bytes = b"", number: int | None = None) -> int:
        """Writes a compressed stream with `more` in its dictionary."""
        packed = compress(content, 6)
        head = b"<< /Length %d /Filter /FlateDecode %b >>" % (len(packed), more)
        return self.add(b"%b\nstream\n%b\nendstream" % (head, packed), number)

    def page(self, content: bytes, *, width_pt: float, height_pt: float, resources: int) -> None:
        """Writes a page that paints `content`."""
        painted = self.stream(content)
        self._pages.append(
            self.add(
                b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %.4f %.4f] /Resources %d 0 R"
                b" /Contents %d 0 R >>" % (PAGES, width_pt, height_pt, resources, painted)
            )
        )

    def close(self, *, title: str) -> None:
        """Catalog, page tree, cross-reference table and trailer."""
        kids = b" ".join(b"%d 0 R" % page for page in self._pages)
        self.add(b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(self._pages), kids), PAGES)
        self.add(b"<< /Title <%b> >>" % title.encode("utf-16").hex().encode(), INFO)
        # Print dialogs would otherwise fit the page to the printer's margins and shrink modules.
        self.add(
            b"<< /Type /Catalog /Pages %d 0 R"
            b" /ViewerPreferences << /PrintScaling /None >> >>" % PAGES,
            CATALOG,
        )
        start, count = self._at, self._next
        table = b"".join(b"%010d 00000 n \n" % self._places[number] for number in range(1, count))
        self._write(b"xref\n0 %d\n0000000000 65535 f \n%b" % (count, table))
        self._write(
            b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
            % (count, CATALOG, INFO, start)
        )
