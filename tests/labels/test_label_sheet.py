"""Labels on paper and from a table: exact places, codes that read, rows that are told."""

import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from labels.error import LabelError
from labels.lot import HEIGHT_MM, WIDTH_MM, layout
from labels.marks import Grid, Modules
from labels.page import PAGES, Page, pdf
from labels.raster import bitmap
from labels.sheet import read_csv, write
from tests.labels.labels_to_test import BASE_URL, lot_label

HEADING = (
    "lot_id,lot_code,item_code,item_name_zh,item_name_en,quantity,unit,status,gtin,expires_on\n"
)
GOOD = "SZ:M-1:L1,L1,M-1,端盖,End cap,250,pcs,passed,4006381333931,2027-11-03\n"


def rasterised(document: bytes, folder: Path) -> list[Image.Image]:
    """The pages of a PDF at 300 dpi as a printer without grey paints them."""
    (folder / "labels.pdf").write_bytes(document)
    command = ["pdftoppm", "-r", "300", "-gray", "-aaVector", "no", "labels.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    return [Image.open(file) for file in sorted(folder.glob("page-*.pgm"))]


def test_a_sheet_prints_the_same_dots_as_the_bitmap(tmp_path: Path) -> None:
    labels = [
        lot_label(lot_id=f"SZ:M-1001:L{number}", lot_code=f"L{number}", status=status)
        for number, status in enumerate(["passed", "emergency", "failed"])
    ]
    (page,) = rasterised(pdf(labels, start=3), tmp_path)
    assert page.size == (2481, 3508)
    for place, label in enumerate(labels, 3):
        drawing = layout(label, dpi=300)
        expected = bitmap(drawing).convert("L")
        left, top = (Grid(300).dots(mm) for mm in PAGES["A4"].place_mm(place))
        for code in (mark for mark in drawing.marks if isinstance(mark, Modules)):
            x, y = min(box[0] for box in code.boxes), min(box[1] for box in code.boxes)
            right = max(box[0] + box[2] for box in code.boxes)
            bottom = max(box[1] + box[3] for box in code.boxes)
            printed = page.crop((left + x - 4, top + y - 4, left + right + 4, top + bottom + 4))
            meant = expected.crop((x - 4, y - 4, right + 4, bottom + 4))
            assert printed.tobytes() == meant.tobytes()


def test_a_reader_reads_both_codes_of_every_label_on_the_sheet(tmp_path: Path) -> None:
    labels = [
        lot_label(lot_id=f"SZ:M-1001:L{number}", lot_code=f"L{number}", gtin=gtin)
        for number, gtin in enumerate([None, "4006381333931", "96385074"])
    ]
    pages = rasterised(pdf(labels, start=6), tmp_path)
    read = [{code.text for code in zxingcpp.read_barcodes(page)} for page in pages]
    assert read == [
        {text for label in labels[:2] for text in (label.link, label.lot_id)},
        {labels[2].link, labels[2].lot_id},
    ]


def test_a_page_for_a_roll_has_the_size_of_the_label(tmp_path: Path) -> None:
    pages = rasterised(pdf([lot_label(), lot_label()], page="label"), tmp_path)
    assert len(pages) == 2
    width, height = pages[0].size
    assert width == pytest.approx(WIDTH_MM * 300 / 25.4, abs=1)
    assert height == pytest.approx(HEIGHT_MM * 300 / 25.4, abs=1)


def test_words_in_the_pdf_can_be_searched_and_only_their_glyphs_are_embedded(
    tmp_path: Path,
) -> None:
    document = pdf([lot_label(supplier="东莞市长安精密压铸有限公司")])
    (tmp_path / "labels.pdf").write_bytes(document)
    command = ["pdftotext", "-layout", "labels.pdf", "-"]
    text = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert "东莞市长安精密压铸有限公司" in text.stdout.decode()
    assert "Die-cast aluminium end cap" in text.stdout.decode()
    assert len(document) < 100_000


def test_labels_of_a_sheet_neither_overlap_nor_leave_it() -> None:
    sheet = PAGES["A4"]
    places = [sheet.place_mm(place) for place in range(sheet.columns * sheet.rows)]
    assert all(0 <= x <= sheet.width_mm - WIDTH_MM for x, _ in places)
    assert all(0 <= y <= sheet.height_mm - HEIGHT_MM for _, y in places)
    assert sheet.pitch_x_mm >= WIDTH_MM
    assert sheet.pitch_y_mm >= HEIGHT_MM


def test_a_print_dialog_is_told_not_to_shrink_the_page() -> None:
    assert b"/PrintScaling /None" in pdf([lot_label()])


@pytest.mark.parametrize(("page", "start", "code"), [("A5", 0, "page"), ("A4", 8, "start")])
def test_a_sheet_that_is_not_there_is_refused(page: str, start: int, code: str) -> None:
    with pytest.raises(LabelError) as caught:
        pdf([lot_label()], page=page, start=start)
    assert caught.value.code == code


def test_a_sheet_may_have_measures_of_its_own() -> None:
    assert pdf([lot_label()], page=Page(width_mm=100, height_mm=70, left_mm=0.4)).startswith(
        b"%PDF"
    )


def test_a_table_becomes_labels_with_links() -> None:
    labels, problems = read_csv(HEADING + GOOD, base_url=BASE_URL)
    assert problems == []
    assert labels[0].link == "https://traveler.example/01/04006381333931/10/L1"
    assert labels[0].item_name_zh == "端盖"


def test_a_bad_row_is_told_with_its_line_and_stops_no_other() -> None:
    bad_rows = [
        "SZ:M-1:L2,L2,M-1,端盖,,many,pcs,passed,,\n",
        '"SZ:M-1:L3",L3,M-1,"端盖\nB",,1,pcs,passed,,\n',
        "SZ:M-1:L4,L4,M-1,端盖,,1,pcs,fine,,\n",
        "SZ:M-1:L5,L5,M-1,端盖,,1,pcs,passed,4006381333932,\n",
        "SZ:M-1:L6,L6,M-1,泵😀,,1,pcs,passed,,\n",
        "SZ:M-1:L7,L7,M-1,,,1,pcs,passed,,\n",
        "SZ:M-1:L8,L8\n",
    ]
    labels, problems = read_csv(HEADING + GOOD + "\n" + "".join(bad_rows) + GOOD, base_url=BASE_URL)
    assert len(labels) == 2
    assert [line for line, _ in problems] == [4, 5, 7, 8, 9, 10, 11]
    for (_, problem), word in zip(
        problems,
        ["quantity", "item_name_zh", "status", "check digit", "U+1F600", "name", "item_code"],
        strict=True,
    ):
        assert word in problem


def test_a_table_from_a_chinese_spreadsheet_is_read() -> None:
    heading = "批次标识;批号;料号;中文名称;数量;单位;状态;有效期至\n"
    table = heading + "SZ:M:1;1;M;端盖;5;件;紧急放行;2027/11/03\n"
    labels, problems = read_csv(table.encode("gb18030"), base_url=BASE_URL)
    assert problems == []
    assert (labels[0].status, labels[0].unit, str(labels[0].expires_on)) == (
        "emergency",
        "件",
        "2027-11-03",
    )


@pytest.mark.parametrize("table", ["", "lot_id,quantity\nSZ:M:1,5\n"])
def test_a_heading_that_lacks_columns_is_told(table: str) -> None:
    labels, problems = read_csv(table, base_url=BASE_URL)
    assert labels == []
    assert problems[0][0] == 1
    assert "item_code" in problems[0][1]


def test_a_table_is_written_as_one_pdf_or_as_numbered_pngs(tmp_path: Path) -> None:
    table = (HEADING + GOOD + GOOD + "SZ:M-1:L2\n").encode("utf-8-sig")
    written = write(table, tmp_path / "lots.pdf", base_url=BASE_URL)
    assert [file.name for file in written.files] == ["lots.pdf"]
    assert (written.labels, len(written.problems)) == (2, 1)
    written = write(table, tmp_path / "lots.png", base_url=BASE_URL, dpi=203)
    assert [file.name for file in written.files] == ["lots-1.png", "lots-2.png"]
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in written.files)


def test_a_row_too_long_for_a_coarse_printer_is_told_before_anything_is_written(
    tmp_path: Path,
) -> None:
    long = "SZ:SS-316L-DN50-PN16-KIT-A:LOT-2611-000123,L1,M-1,端盖,End cap,250,pcs,passed,,\n"
    written = write(HEADING + long, tmp_path / "lots.png", base_url=BASE_URL, dpi=203)
    assert (written.files, [line for line, _ in written.problems]) == ([], [2])
    written = write(HEADING + long, tmp_path / "lots.png", base_url=BASE_URL, dpi=300)
    assert (len(written.files), written.problems) == (1, [])
