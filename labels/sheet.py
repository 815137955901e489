"""Many labels at once: a table of lots in, a PDF or PNGs out. Behind the command `traveler labels`.

The table is CSV as a spreadsheet saves it: UTF-8 or GB 18030, commas, semicolons or tabs, a
heading row in English or Chinese. A row that cannot become a label is told with its line and does
not stop the others.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from pydantic import ValidationError

from labels import status
from labels.code import lot_link
from labels.error import LabelError
from labels.lot import LotLabel, layout
from labels.page import DPI, pdf
from labels.raster import png

COLUMNS = {
    "lot_id": "批次标识",
    "lot_code": "批号",
    "item_code": "料号",
    "item_name_zh": "中文名称",
    "item_name_en": "英文名称",
    "quantity": "数量",
    "unit": "单位",
    "status": "状态",
    "gtin": "GTIN",
    "received_on": "收货日期",
    "produced_on": "生产日期",
    "expires_on": "有效期至",
    "supplier": "供应商",
}
REQUIRED = ("lot_id", "lot_code", "item_code", "quantity", "unit", "status")
_FIELDS = {heading.casefold(): field for field, heading in COLUMNS.items()} | {
    field: field for field in COLUMNS
}
_STATUSES = {word.casefold(): key for key, words in status.WORDS.items() for word in words}
_SEPARATORS = ",;\t"

Problems = list[tuple[int, str]]


@dataclass(frozen=True)
class Written:
    """The files, how many labels are in them, and (line, problem) of the rows left out."""

    files: list[Path]
    labels: int
    problems: Problems


def write(
    table: bytes | str,
    out: Path,
    *,
    base_url: str,
    page: str = "A4",
    start: int = 0,
    dpi: int = DPI,
) -> Written:
    """Labels of all good rows of `table` into `out`: one PDF for `.pdf`, else PNGs.

    Several PNGs are numbered: lots.png becomes lots-1.png, lots-2.png … `page` and `start` are the
    PDF's, `dpi` the PNG's. Writes nothing where no row is good. Raises LabelError `base_url`,
    `dpi`, `page`, `start` or `font_missing`.
    """
    is_pdf = out.suffix.lower() == ".pdf"
    labels, problems = read_csv(table, base_url=base_url, dpi=DPI if is_pdf else dpi)
    files: list[Path] = []
    if labels and is_pdf:
        out.write_bytes(pdf(labels, page=page, start=start))
        files.append(out)
    elif labels:
        for number, label in enumerate(labels, 1):
            name = out.name if len(labels) == 1 else f"{out.stem}-{number}{out.suffix}"
            out.with_name(name).write_bytes(png(label, dpi=dpi))
            files.append(out.with_name(name))
    return Written(files, len(labels), problems)


def read_csv(
    table: bytes | str, *, base_url: str, dpi: int = DPI
) -> tuple[list[LotLabel], Problems]:
    """Labels of the rows that a printer of `dpi` can print, and (line, problem) of the others.

    Line 1 is the heading. The link is made from `base_url` and the row's GTIN, if it has one.
    Raises LabelError `base_url`, `dpi` or `font_missing`, which no row is to blame for.
    """
    text = (table if isinstance(table, str) else _decoded(table)).removeprefix("\ufeff")
    heading = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=heading.count)
    try:
        (_, names), *rows = [*_numbered(text, separator)] or [(1, list[str]())]
    except csv.Error as error:
        return [], [(1, f"this is no CSV table: {error}")]
    fields = [_FIELDS.get(name.strip().casefold(), "") for name in names]
    missing = [field for field in REQUIRED if field not in fields]
    if missing:
        return [], [(1, f"the heading lacks {', '.join(missing)}")]
    labels: list[LotLabel] = []
    problems: Problems = []
    for line, row in rows:
        try:
            labels.append(_label(dict(zip(fields, row, strict=False)), base_url=base_url, dpi=dpi))
        except ValidationError as error:
            problems.append((line, _spoken(error)))
        except LabelError as error:
            if error.code in ("base_url", "dpi", "font_missing"):
                raise
            problems.append((line, str(error)))
    return labels, problems


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


def _label(row: dict[str, str], *, base_url: str, dpi: int) -> LotLabel:
    """The label of one row. Raises LabelError or ValidationError where it cannot be printed."""
    cells = {field: cell.strip() for field, cell in row.items() if field and cell.strip()}
    link = lot_link(
        base_url,
        cells.get("lot_id", ""),
        gtin=cells.pop("gtin", None),
        lot_code=cells.get("lot_code", ""),
    )
    if "status" in cells:
        cells["status"] = _STATUSES.get(cells["status"].casefold(), cells["status"])
    for field in ("received_on", "produced_on", "expires_on"):
        if field in cells:
            cells[field] = cells[field].replace("/", "-").replace(".", "-")
    label = LotLabel.model_validate({**cells, "link": link})
    layout(label, dpi=dpi)
    return label


def _spoken(error: ValidationError) -> str:
    return "; ".join(
        ": ".join([*(str(part) for part in problem["loc"]), problem["msg"]])
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    )
