"""Every layout and every code with generated contents, through every output and both readers.

A content is printed as PNG, as PDF (rasterised by pdftoppm at 300 dpi) and as ZPL (rendered by
zpl-renderer-js); what zxing-cpp reads from the whole label, and zxing-wasm in Chromium and the
app's own worker from each code with what stands around it, is compared to the bit with what was
meant, and GS1 with what biip makes of it. A content that does not fit a label must be refused with
a code of its own; it may never come out clipped or unreadable.
"""

import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any, get_args

import biip
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from PIL import Image

from labels import gs1, layout_file, pdf
from labels.content import label
from labels.draw import drawings
from labels.error import LabelError
from labels.marks import Code, Drawing, Grid
from labels.raster import bitmap
from labels.sheet import Sheet
from labels.symbol import GS1_KINDS, Kind, Symbol, symbol
from labels.zpl import zpl
from tests.labels_check import contents
from tests.labels_check.chromium_reader import APP_MARKS, Chromium
from tests.labels_check.readers import Printer, read

BASE_URL = "https://traveler.example"
DPIS = (203, 300, 600)
REFUSALS = {"code_too_wide", "text_too_long", "code_character"}
SMALLEST_MM = {True: 0.35, False: 0.165}  # of square codes and of bars
AHEAD = 2  # labels that the ZPL printer works on while others are read
BARS_MM, PAPER_MM = 12.0, 400.0
CARD_MM2 = 20_000
# What a camera sees around a code that it is held to.
AROUND_MM = 3.0
OUTPUTS = ("PNG", "PDF", "ZPL")
READERS = ("zxing-cpp", "Chromium", "app")


@dataclass
class Tally:
    """What became of the contents of one layout or code."""

    name: str
    contents: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """One drawing per resolution; the PDF's is that of 300 dpi."""

    dpi: int
    printed: Drawing
    paper: Drawing


def examples(strategy: st.SearchStrategy[Any], count: int, number: int) -> list[Any]:
    """`count` values that Hypothesis makes from `number`, the odd ones among them."""
    made: list[Any] = []

    @seed(number)
    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(strategy)
    def collect(value: Any) -> None:
        made.append(value)

    collect()
    return made


@dataclass(frozen=True)
class Means:
    """Who prints ZPL, and the browser that reads."""

    printer: Printer
    chromium: Chromium


def layouts(means: Means, count: int, number: int) -> Iterator[Tally]:
    for name in layout_file.shipped():
        made = layout_file.layout(name)
        tally = Tally(name)
        cases = []
        for turn, given_ in enumerate(examples(contents.of_layout(made), count, number)):
            tally.contents += 1
            # Nobody prints a card on a label printer of 600 dpi.
            dpi = DPIS[turn % (2 if made.width_mm * made.height_mm > CARD_MM2 else 3)]
            try:
                one = label(made, given_, base_url=BASE_URL)
                cases += [Case(dpi, *sides) for sides in zip(
                    drawings(one, dpi=dpi), drawings(one, dpi=pdf.DPI), strict=True)]  # fmt: skip
            except LabelError as error:
                tally.refused[error.code] += 1
                if error.code not in REFUSALS:
                    tally.faults.append(f"refused with {error.code}: {error}")
        check(tally, cases, means)
        yield tally


def codes(means: Means, count: int, number: int) -> Iterator[Tally]:
    for kind in get_args(Kind):
        tally = Tally(kind)
        cases = []
        for turn, text in enumerate(examples(contents.of_code(kind), count, number)):
            tally.contents += 1
            dpi = DPIS[turn % len(DPIS)]
            made = symbol(kind, text)
            cases.append(Case(dpi, alone(made, dpi), alone(made, pdf.DPI)))
        check(tally, cases, means)
        yield tally


def alone(made: Symbol, dpi: int, module_mm: float = 0) -> Drawing:
    """One code and its quiet zone, of the smallest module that a label of ours may have."""
    grid = Grid(dpi)
    module = ceil((module_mm or SMALLEST_MM[made.square]) * dpi / 25.4 - 1e-6)
    height = module * len(made.rows) if made.square else grid.dots(BARS_MM)
    quiet = made.quiet * module
    code = Code(quiet, max(quiet, 12), module, height, made)
    width, tall = code.width + 2 * quiet, height + 2 * max(quiet, 12)
    return Drawing(width, tall, dpi, grid.mm(width), grid.mm(tall), (code,))


def check(tally: Tally, cases: list[Case], means: Means) -> None:
    papers = rasterised([case.paper for case in cases])
    for case in cases[:AHEAD]:
        _start(means.printer, case)
    for place, (case, paper) in enumerate(zip(cases, papers, strict=True)):
        for one in cases[place + AHEAD : place + AHEAD + 1]:
            _start(means.printer, one)
        _biip(tally, case.printed)
        _read(tally, "PNG", case.printed, bitmap(case.printed).convert("L"), means.chromium)
        _read(tally, "PDF", case.paper, paper, means.chromium)
        _read(tally, "ZPL", case.printed, means.printer.printed(), means.chromium)


def _start(printer: Printer, case: Case) -> None:
    size_mm = case.printed.width_mm, case.printed.height_mm
    printer.start(zpl(case.printed), size_mm=size_mm, dpi=case.dpi)


def _read(
    tally: Tally, output: str, drawing: Drawing, image: Image.Image, chromium: Chromium
) -> None:
    """By all three readers, code by code."""
    whole = read(image)
    for mark in drawing.marks:
        if not isinstance(mark, Code):
            continue
        kind, text = mark.symbol.kind, mark.symbol.text
        is_for_app = kind in APP_MARKS
        seen = chromium.read(image.crop(_around(mark, drawing)), app=is_for_app)
        found: dict[str, set[str | None]] = {"zxing-cpp": {*whole}, "Chromium": {seen.page}}
        if is_for_app:
            found["app"] = {seen.app.removeprefix(APP_MARKS[kind]) if seen.app else None}
        for reader, texts in found.items():
            tally.codes[f"{output} {reader}"] += 1
            # A UPC-A is an EAN-13 that begins with zero, and is read as one.
            if {text, f"0{text}"} & texts:
                tally.read[f"{output} {reader}"] += 1
            else:
                told = f"{output} {drawing.dpi} dpi {reader}: meant {text!r}, read {texts}"
                tally.faults.append(told)


def _around(code: Code, drawing: Drawing) -> tuple[int, int, int, int]:
    """A code, its quiet zone, and what a camera sees beside it."""
    beside = round(AROUND_MM * drawing.dpi / 25.4) + code.symbol.quiet * code.module
    return (
        max(0, code.x - beside),
        max(0, code.y - beside),
        min(drawing.width, code.x + code.width + beside),
        min(drawing.height, code.y + code.height + beside),
    )


def rasterised(papers: Iterable[Drawing]) -> Iterator[Image.Image]:
    """Each drawing as pdftoppm paints its page: one PDF for all, a page as large as the largest."""
    drawn = list(papers)
    if not drawn:
        return
    width_mm = max(drawing.width_mm for drawing in drawn) + 1
    height_mm = max(drawing.height_mm for drawing in drawn) + 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "all.pdf"
        with file.open("wb") as out:
            pdf.write(drawn, out, on=Sheet(width_mm, height_mm, width_mm, height_mm))
        command = ["pdftoppm", "-r", "300", "-gray", "-aaVector", "no", str(file), f"{folder}/p"]
        subprocess.run(command, check=True, timeout=600)
        for page, drawing in zip(sorted(Path(folder).glob("p-*.pgm")), drawn, strict=True):
            with Image.open(page) as image:
                yield image.crop((0, 0, drawing.width, drawing.height))


def _biip(tally: Tally, drawing: Drawing) -> None:
    """A second opinion on every GS1 element string."""
    for mark in drawing.marks:
        if not isinstance(mark, Code) or mark.symbol.kind not in GS1_KINDS:
            continue
        text = mark.symbol.text
        theirs = biip.parse("]d2" + text).gs1_message
        ours = gs1.element_string(text)
        said = {e.ai.ai: e.value for e in theirs.element_strings} if theirs else {}
        mine = {"01": ours.gtin, "10": ours.lot, "21": ours.serial}
        if {name: said.get(name) for name in mine} != mine:
            tally.faults.append(f"biip reads {said} from {text!r}, we {mine}")
