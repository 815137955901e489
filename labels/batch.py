"""Many labels at once: a table in, one PDF or ZPL file or numbered images out. Behind the command
`traveler labels`.

The table is CSV as a spreadsheet saves it: UTF-8 or GB 18030, commas, semicolons or tabs, a
heading row with the fields' names in English or Chinese. A row that cannot become a label is told
with its line and does not stop the others. Labels go out one by one; memory does not grow with
their number.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from itertools import chain, islice
from pathlib import Path

from labels import pdf
from labels.content import label
from labels.draw import drawings
from labels.error import LabelError
from labels.layout import Layout
from labels.marks import Drawing
from labels.raster import png
from labels.sheet import Sheet, sheet
from labels.svg import svg
from labels.zpl import zpl

_SEPARATORS = ",;\t"
# What no row is to blame for: these stop everything.
_NOT_THE_ROWS = {"base_url", "dpi", "font_missing", "page", "start"}
SUFFIXES = (".pdf", ".zpl", ".png", ".svg")

Problems = list[tuple[int, str]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Batch:
    """How a table becomes labels. `page`, `start`, `margin_mm` and `gap_mm` are a PDF's, `dpi` a
    PNG's and ZPL's; `strict` writes nothing where any row is bad."""

    layout: Layout
    base_url: str = ""
    page: str = "A4"
    start: int = 0
    margin_mm: tuple[float, float] | None = None
    gap_mm: tuple[float, float] | None = None
    dpi: int = 300
    strict: bool = False

    def on(self) -> Sheet:
        return sheet(self.layout, self.page, margin_mm=self.margin_mm, gap_mm=self.gap_mm)


@dataclass
class Written:
    """The files, how many labels are in them, and (line, problem) of the rows left out."""

    files: list[Path] = field(default_factory=list)
    labels: int = 0
    problems: Problems = field(default_factory=list)


def write(
    table: bytes | str, out: Path, batch: Batch, progress: Progress = lambda _done, _of: None
) -> Written:
    """Labels of all good rows of `table` into `out`, in the form that its suffix names.

    Several images are numbered: lots.png becomes lots-1.png, lots-2.png … `progress` is told the
    rows done and how many there are. Where nothing can be written, a PDF or ZPL file stays as it
    was. Raises LabelError `output` for an unknown suffix, and `base_url`, `dpi`, `page`, `start`
    or `font_missing`.
    """
    suffix = out.suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise LabelError("output", out.name, message=f"{out.name} ends in none of {known}")
    written = Written()
    drawn = _Rows(table, batch, pdf.DPI if suffix in (".pdf", ".svg") else batch.dpi, written,
                  progress)  # fmt: skip
    if suffix in (".png", ".svg"):
        _images(drawn, out, written, suffix)
    else:
        _one_file(drawn, out, batch, written)
    if batch.strict and written.problems:
        for file in written.files:
            file.unlink(missing_ok=True)
        return Written(problems=written.problems)
    return written


class _Rows:
    """The drawings of the good rows, one by one; what is wrong with the others is noted."""

    def __init__(
        self, table: bytes | str, batch: Batch, dpi: int, written: Written, progress: Progress
    ) -> None:
        self._text = (table if isinstance(table, str) else _decoded(table)).removeprefix("\ufeff")
        self._batch, self._dpi = batch, dpi
        self._written, self._progress = written, progress

    def __iter__(self) -> Iterator[Drawing]:
        heading = self._text.partition("\n")[0]
        separator = max(_SEPARATORS, key=heading.count)
        try:
            total = sum(1 for _ in _numbered(self._text, separator)) - 1
            rows = _numbered(self._text, separator)
            _, names = next(rows, (1, []))
        except csv.Error as error:
            self._written.problems.append((1, f"this is no CSV table: {error}"))
            return
        fields = self._fields(names)
        if fields is None:
            return
        for done, (line, row) in enumerate(rows, 1):
            given = {name: cell for name, cell in zip(fields, row, strict=False) if name}
            yield from self._row(line, given)
            self._progress(done, total)

    def _fields(self, names: list[str]) -> list[str] | None:
        """The field of each column, "" for a column that is none; None where required ones lack."""
        rules = self._batch.layout.fields
        known = {
            heading.casefold(): name
            for name, rule in rules.items()
            for heading in (rule.zh, rule.en, name)
        }
        fields = [known.get(name.strip().casefold(), "") for name in names]
        missing = [name for name, rule in rules.items() if rule.required and name not in fields]
        if missing:
            self._written.problems.append((1, f"the heading lacks {', '.join(missing)}"))
            return None
        return fields

    def _row(self, line: int, given: dict[str, str]) -> Iterator[Drawing]:
        try:
            made = label(self._batch.layout, given, base_url=self._batch.base_url)
            sides = drawings(made, dpi=self._dpi)
        except LabelError as error:
            if error.code in _NOT_THE_ROWS:
                raise
            self._written.problems.append((line, str(error)))
            return
        self._written.labels += 1
        yield from sides


def _one_file(drawn: _Rows, out: Path, batch: Batch, written: Written) -> None:
    """Into a file beside `out` that takes its place once it is whole."""
    partial = out.with_name(f".{out.name}.part")
    try:
        if out.suffix.lower() == ".pdf":
            with partial.open("wb") as pages:
                pdf.write(drawn, pages, on=batch.on(), start=batch.start)
        else:
            with partial.open("w", encoding="utf-8", newline="\n") as commands:
                commands.writelines(zpl(drawing) for drawing in drawn)
        if written.labels and not (batch.strict and written.problems):
            partial.replace(out)
            written.files.append(out)
    except LabelError as error:
        if error.code != "no_labels":
            raise
    finally:
        partial.unlink(missing_ok=True)


def _images(drawn: _Rows, out: Path, written: Written, suffix: str) -> None:
    """One file a drawing, numbered where there are several."""
    images = iter(drawn)
    first = list(islice(images, 2))
    several = len(first) > 1
    for number, drawing in enumerate(chain(first, images), 1):
        name = f"{out.stem}-{number}{out.suffix}" if several else out.name
        file = out.with_name(name)
        written.files.append(file)
        if suffix == ".png":
            file.write_bytes(png(drawing))
        else:
            file.write_text(svg(drawing), encoding="utf-8")


def _decoded(table: bytes) -> str:
    """UTF-8, or what a Chinese spreadsheet saves where it is not."""
    try:
        return table.decode()
    except UnicodeDecodeError:
        return table.decode("gb18030", errors="replace")


def _numbered(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with the line they start on: a quoted cell may run over several."""
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
    line = 1
    for row in rows:
        if any(cell.strip() for cell in row):
            yield line, row
        line = rows.line_num + 1
