"""Labels on paper, in a printer's language and on a screen: the same dots, codes that read."""

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M, ERROR_CORRECT_Q

from labels import printing
from labels.draw import drawings
from labels.error import LabelError
from labels.layout_file import layout, shipped
from labels.marks import Code, Grid
from labels.qr import qr
from labels.raster import bitmap
from labels.sheet import PAPERS_MM, sheet
from tests.labels.samples import SAMPLES, sample

LEVELS = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}


def rasterised(document: bytes, folder: Path) -> list[Image.Image]:
    """The pages of a PDF at 300 dpi as a printer without grey paints them."""
    (folder / "labels.pdf").write_bytes(document)
    command = ["pdftoppm", "-r", "300", "-gray", "-aaVector", "no", "labels.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    return [Image.open(file) for file in sorted(folder.glob("page-*.pgm"))]


def told(folder: Path, *command: str) -> str:
    run = subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    return run.stdout.decode()


@given(st.text(min_size=1, max_size=60) | st.text("0123456789ABC $%*+-./:", min_size=1))
@settings(max_examples=60, deadline=None)
def test_a_qr_code_is_the_one_that_qrcode_makes_with_the_mask_of_least_penalty(text: str) -> None:
    made = qr(text)
    best: list[tuple[float, tuple[str, ...]]] = []
    for mask in range(8):
        code = QRCode(
            version=made.version,
            error_correction=LEVELS[made.level],
            mask_pattern=mask,
            border=0,
        )
        code.add_data(text.encode(), optimize=0)
        code.make(fit=False)
        rows = tuple("".join("1" if dark else "0" for dark in row) for row in code.modules)
        best.append((float(_lost(code)), rows))
    assert made.rows == min(best, key=lambda one: one[0])[1]


def _lost(code: "QRCode[object]") -> int:
    from qrcode.util import lost_point  # noqa: PLC0415 - the reference, used here alone

    return int(lost_point(code.modules))


def test_a_sheet_prints_the_same_dots_as_the_bitmap(tmp_path: Path) -> None:
    labels = [
        sample(lot_id=f"SZ:M-1001:L{number}", lot_code=f"L{number}", status=status)
        for number, status in enumerate(["passed", "emergency", "failed"])
    ]
    (page,) = rasterised(printing.pdf(labels, start=3), tmp_path)
    assert page.size == (2481, 3508)
    on = sheet(layout("lot"))
    for place, label in enumerate(labels, 3):
        drawing = drawings(label, dpi=300)[0]
        expected = bitmap(drawing).convert("L")
        left, top = (Grid(300).dots(mm) for mm in on.place_mm(place))
        for code in (mark for mark in drawing.marks if isinstance(mark, Code)):
            area = (code.x - 4, code.y - 4, code.x + code.width + 4, code.y + code.height + 4)
            printed = page.crop((left + area[0], top + area[1], left + area[2], top + area[3]))
            assert printed.tobytes() == expected.crop(area).tobytes()


def test_a_reader_reads_both_codes_of_every_label_on_the_sheet(tmp_path: Path) -> None:
    labels = [
        sample(lot_id=f"SZ:M-1001:L{number}", lot_code=f"L{number}", gtin=gtin)
        for number, gtin in enumerate([None, "4006381333931", "96385074"])
    ]
    pages = rasterised(printing.pdf(labels, start=6), tmp_path)
    read = [{code.text for code in zxingcpp.read_barcodes(page)} for page in pages]
    meant = [
        {mark.symbol.text for mark in drawings(label, dpi=300)[0].marks if isinstance(mark, Code)}
        for label in labels
    ]
    assert read == [meant[0] | meant[1], meant[2]]


@pytest.mark.parametrize("name", shipped())
def test_a_page_for_a_roll_has_the_exact_size_of_the_label(name: str, tmp_path: Path) -> None:
    (tmp_path / "one.pdf").write_bytes(printing.pdf([sample(name)], page="label"))
    made = layout(name)
    size = next(line for line in told(tmp_path, "pdfinfo", "one.pdf").splitlines()
                if line.startswith("Page size:")).split()  # fmt: skip
    assert float(size[2]) * 25.4 / 72 == pytest.approx(made.width_mm, abs=0.001)
    assert float(size[4]) * 25.4 / 72 == pytest.approx(made.height_mm, abs=0.001)


def test_words_in_the_pdf_can_be_searched_and_only_their_glyphs_are_embedded(
    tmp_path: Path,
) -> None:
    document = printing.pdf([sample(supplier="东莞市长安精密压铸有限公司")])
    (tmp_path / "labels.pdf").write_bytes(document)
    text = told(tmp_path, "pdftotext", "-layout", "labels.pdf", "-")
    assert "东莞市长安精密压铸有限公司" in text
    assert "Die-cast aluminium end cap" in text
    fonts = told(tmp_path, "pdffonts", "labels.pdf").splitlines()[2:]
    assert len(fonts) == 2
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts)
    assert len(document) < 40_000


@pytest.mark.parametrize("name", shipped())
@pytest.mark.parametrize("page", PAPERS_MM)
def test_labels_of_a_sheet_neither_overlap_nor_leave_it(name: str, page: str) -> None:
    made = layout(name)
    if name == "card-a4" and page != "A4":
        with pytest.raises(LabelError, match="no label of 210"):
            sheet(made, page)
        return
    on = sheet(made, page)
    places = [on.place_mm(place) for place in range(on.places)]
    assert all(-0.01 <= x <= on.width_mm - made.width_mm + 0.01 for x, _ in places)
    assert all(-0.01 <= y <= on.height_mm - made.height_mm + 0.01 for _, y in places)
    assert on.columns == 1 or on.pitch_x_mm >= made.width_mm
    assert on.rows == 1 or on.pitch_y_mm >= made.height_mm


def test_the_lot_label_stands_on_the_sheet_of_eight_that_is_sold_everywhere() -> None:
    on = sheet(layout("lot"))
    assert (on.columns, on.rows) == (2, 4)
    assert on.place_mm(0) == pytest.approx((4.65, 13.1))
    assert on.place_mm(7) == pytest.approx((4.65 + 101.6, 13.1 + 3 * 67.7))


def test_a_sheet_has_margins_and_gaps_of_its_own() -> None:
    on = sheet(layout("gauge"), "A4", margin_mm=(10, 12), gap_mm=(3, 4))
    assert (on.columns, on.rows) == (3, 7)
    assert on.place_mm(4) == pytest.approx((10 + 63, 12 + 39))


def test_a_print_dialog_is_told_not_to_shrink_the_page() -> None:
    assert b"/PrintScaling /None" in printing.pdf([sample()])


@pytest.mark.parametrize(("page", "start", "code"), [("B5", 0, "page"), ("A4", 8, "start")])
def test_a_sheet_that_is_not_there_is_refused(page: str, start: int, code: str) -> None:
    with pytest.raises(LabelError) as caught:
        printing.pdf([sample()], page=page, start=start)
    assert caught.value.code == code


def test_no_labels_are_refused() -> None:
    with pytest.raises(LabelError) as caught:
        printing.pdf([])
    assert caught.value.code == "no_labels"


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_a_png_has_two_tones_and_the_size_of_the_label(dpi: int) -> None:
    image = Image.open(BytesIO(printing.png(sample(), dpi=dpi)))
    assert image.mode == "1"
    assert image.size == (int(99.1 * dpi / 25.4), int(67.7 * dpi / 25.4))
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.01)


def test_a_png_for_a_screen_has_colours() -> None:
    image = Image.open(BytesIO(printing.png(sample(), colour=True)))
    assert image.mode == "P"


def test_zpl_has_the_printers_own_codes_and_bitmaps_for_what_its_font_lacks() -> None:
    text = printing.zpl([sample("package"), sample()], dpi=203)
    assert text.count("^XA") == text.count("^XZ") == 2
    assert "^FD01040063813339311727110310L2611-03>821S0001^FS" in text
    assert "^BQN,2," in text
    assert ":Z64:" in text
    assert "^FDDie-cast aluminium end cap^FS" in text
    assert all(ord(character) < 128 for character in text)


def test_zpl_keeps_signs_that_are_commands_out_of_its_data() -> None:
    text = printing.zpl([sample(supplier="a^FS~JA\\b")], dpi=203)
    assert "a^FS" not in text.replace("\\5EFS", "")
    assert "~" not in text


def test_zpl_is_for_the_resolutions_that_printers_have() -> None:
    with pytest.raises(LabelError) as caught:
        printing.zpl([sample()], dpi=250)
    assert caught.value.code == "dpi"


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_an_svg_has_its_size_in_millimetres_and_needs_no_font(name: str) -> None:
    text = printing.svg(sample(name))
    made = layout(name)
    assert f'width="{made.width_mm:g}mm" height="{made.height_mm:g}mm"' in text
    assert "<text" not in text
    assert "font-family" not in text
