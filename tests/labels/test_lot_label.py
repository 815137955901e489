"""The lot label as a bitmap: a reader reads what was printed, dot by dot as the standards ask."""

import random
from io import BytesIO
from itertools import combinations
from typing import get_args

import pytest
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter

from labels import font
from labels.error import LabelError
from labels.lot import HEIGHT_MM, WIDTH_MM, layout
from labels.marks import Drawing, Grid, Modules, Text
from labels.raster import bitmap, png
from labels.status import WORDS, Status, sign
from tests.labels.labels_to_test import lot_label

STATUSES = get_args(Status)
WORD = st.text("ABCDEFXYZabcxyz0123456789._/+-", min_size=1, max_size=14).map(lambda t: "L" + t)
LETTERS = st.sampled_from("端盖轴承密封圈（件），。 abcdeilmW-/50")
NAME = st.text(LETTERS, min_size=1, max_size=60).filter(str.strip)


def read_codes(image: Image.Image) -> dict[str, str]:
    """Text by symbology of all that a reader finds."""
    return {str(code.format): code.text for code in zxingcpp.read_barcodes(image.convert("L"))}


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_a_reader_reads_both_codes_of_the_png(dpi: int) -> None:
    label = lot_label(gtin="4006381333931")
    assert read_codes(opened(png(label, dpi=dpi))) == {
        "QR Code": "https://traveler.example/01/04006381333931/10/L2611-03",
        "Code 128": "SZ:M-1001:L2611-03",
    }


@given(item=WORD, lot=WORD, name=NAME, status=st.sampled_from(STATUSES), gs1=st.booleans())
@example(item="M", lot="12345678901", name="端", status="passed", gs1=False)
@settings(max_examples=40, deadline=None)
def test_whatever_is_on_the_label_both_codes_are_read_back(
    item: str, lot: str, name: str, status: str, gs1: bool
) -> None:
    label = lot_label(
        lot_id=f"S:{item}:{lot}",
        item_code=item,
        lot_code=lot,
        item_name_zh=name,
        status=status,
        gtin="4006381333931" if gs1 else None,
    )
    codes = read_codes(bitmap(layout(label, dpi=300)))
    assert codes == {"QR Code": label.link, "Code 128": label.lot_id}


def test_a_blurred_tilted_and_noisy_print_is_still_read() -> None:
    label = lot_label(status="emergency")
    image = bitmap(layout(label, dpi=300)).convert("L")
    image = image.rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    image = image.filter(ImageFilter.GaussianBlur(1.3))
    noise = Image.frombytes("L", image.size, random.Random(7).randbytes(image.width * image.height))
    image = Image.blend(image, noise, 0.25)
    assert read_codes(image) == {"QR Code": label.link, "Code 128": label.lot_id}


def test_the_png_has_two_tones_and_the_size_of_the_label() -> None:
    image = opened(png(lot_label(), dpi=300))
    assert image.mode == "1"
    assert image.size == (int(WIDTH_MM * 300 / 25.4), int(HEIGHT_MM * 300 / 25.4))
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)


LOT_IDS = ["S:M:1", "SZ:M-1001:L2611-03", "SZ:STEEL-316L-DN50:L-2611-3"]


def extent(code: Modules) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a code without its quiet zone."""
    return (
        min(x for x, _, _, _ in code.boxes),
        min(y for _, y, _, _ in code.boxes),
        max(x + width for x, _, width, _ in code.boxes),
        max(y + height for _, y, _, height in code.boxes),
    )


def qr_and_code128(drawing: Drawing) -> tuple[Modules, Modules]:
    square, wide = (mark for mark in drawing.marks if isinstance(mark, Modules))
    return square, wide


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("lot_id", LOT_IDS)
def test_every_module_is_black_or_white_through_and_through(dpi: int, lot_id: str) -> None:
    drawing = layout(lot_label(lot_id=lot_id), dpi=dpi)
    image = bitmap(drawing).convert("L")
    square, wide = qr_and_code128(drawing)
    for code, height in ((square, square.module), (wide, extent(wide)[3] - extent(wide)[1])):
        left, top, right, bottom = extent(code)
        assert (right - left) % code.module == 0
        for y in range(top, bottom, height):
            for x in range(left, right, code.module):
                module = image.crop((x, y, x + code.module, y + height))
                assert module.getextrema() in {(0, 0), (255, 255)}


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("lot_id", LOT_IDS)
@pytest.mark.parametrize("status", STATUSES)
def test_nothing_is_printed_in_the_quiet_zones(dpi: int, lot_id: str, status: Status) -> None:
    drawing = layout(lot_label(lot_id=lot_id, status=status, supplier="东莞长安精密"), dpi=dpi)
    image = bitmap(drawing).convert("L")
    square, wide = qr_and_code128(drawing)
    left, top, right, bottom = extent(wide)
    zones = [(left - 10 * wide.module, top, left, bottom)]
    zones.append((right, top, right + 10 * wide.module, bottom))
    left, top, right, bottom = extent(square)
    quiet = 4 * square.module
    zones.append((left - quiet, top - quiet, left, bottom + quiet))
    zones.append((right, top - quiet, right + quiet, bottom + quiet))
    zones.append((left, top - quiet, right, top))
    zones.append((left, bottom, right, bottom + quiet))
    for zone in zones:
        assert 0 <= zone[0] < zone[2] <= image.width
        assert image.crop(zone).getextrema() == (255, 255)


@pytest.mark.parametrize("dpi", [0, 96, 5000])
def test_a_printer_that_cannot_be_is_refused(dpi: int) -> None:
    with pytest.raises(LabelError) as caught:
        png(lot_label(), dpi=dpi)
    assert caught.value.code == "dpi"


@pytest.mark.parametrize(("one", "other"), list(combinations(STATUSES, 2)))
def test_two_statuses_differ_in_black_and_white(one: Status, other: Status) -> None:
    area = (Grid(300).dots(69), Grid(300).dots(34.6), Grid(300).dots(79.6), Grid(300).dots(45.2))
    first, second = (
        bitmap(layout(lot_label(status=status), dpi=300)).convert("L").crop(area)
        for status in (one, other)
    )
    differing = ImageChops.difference(first, second).histogram()[255]
    assert differing > 0.15 * first.width * first.height


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_stands_on_the_label_in_both_languages(status: Status) -> None:
    marks = layout(lot_label(status=status), dpi=300).marks
    words = " ".join(mark.content for mark in marks if isinstance(mark, Text))
    chinese, english = WORDS[status]
    assert chinese in words
    assert english in words


def test_only_an_emergency_release_has_a_frame_around_it() -> None:
    for status in STATUSES:
        image = bitmap(layout(lot_label(status=status), dpi=300)).convert("L")
        edge = image.crop((0, 0, image.width, Grid(300).dots(2.2)))
        assert (edge.getextrema()[0] == 0) == (status == "emergency")


def test_a_sign_stays_in_its_square() -> None:
    for status in STATUSES:
        for shape in sign(status, x=10, y=20, side=100):
            assert all(9.9 <= x <= 110.1 and 19.9 <= y <= 120.1 for x, y in shape.points)


LONG_ZH = "高强度耐腐蚀不锈钢法兰盘（带密封槽，DN50，PN16，双面加工，含垫片与紧固件）"
LONG_EN = "High-strength corrosion-resistant stainless steel flange with sealing groove, DN50 PN16"


@given(
    zh=st.text(st.sampled_from("高强度法兰（，DN50)"), min_size=1, max_size=50),
    en=st.text(st.sampled_from("Wide flange-50 mm"), max_size=70),
)
@example(zh=LONG_ZH, en=LONG_EN)
@settings(max_examples=60, deadline=None)
def test_no_word_leaves_its_column_and_none_is_lost(zh: str, en: str) -> None:
    label = lot_label(item_name_zh=zh, item_name_en=en)
    texts = [mark for mark in layout(label, dpi=300).marks if isinstance(mark, Text)]
    names = [text for text in texts if text.x == Grid(300).dots(5) and 140 < text.baseline < 310]
    assert "".join("".join(text.content for text in names).split()) == "".join((zh + en).split())
    for text in names:
        width = font.face(text.weight).width(text.content, text.size)
        assert width <= Grid(300).dots(60.1)


def test_a_name_that_never_fits_is_refused_by_name() -> None:
    with pytest.raises(LabelError) as caught:
        layout(lot_label(item_name_zh="高强度" * 40), dpi=300)
    assert caught.value.code == "text_too_long"


@pytest.mark.parametrize(("name", "spoken"), [("泵😀", "U+1F600"), ("مضخة", "U+0645")])
def test_a_character_the_font_lacks_is_named(name: str, spoken: str) -> None:
    with pytest.raises(LabelError, match=spoken.replace("+", r"\+")) as caught:
        layout(lot_label(item_name_zh=name), dpi=300)
    assert caught.value.code == "glyph_missing"
    assert caught.value.about in name


def test_an_id_too_long_for_a_readable_code_128_is_refused() -> None:
    with pytest.raises(LabelError) as caught:
        layout(lot_label(lot_id="SZ:" + "M" * 40 + ":L1"), dpi=300)
    assert caught.value.code == "code_too_wide"


def test_an_id_that_code_128_cannot_carry_is_refused_with_the_character() -> None:
    with pytest.raises(LabelError) as caught:
        layout(lot_label(lot_id="SZ:M-1:批1"), dpi=300)
    assert (caught.value.code, caught.value.about) == ("code128_character", "批")


def test_a_link_too_long_for_the_label_is_refused() -> None:
    with pytest.raises(LabelError) as caught:
        layout(lot_label(link="https://traveler.example/lots/" + "A" * 260), dpi=300)
    assert caught.value.code == "link_too_long"


def test_a_missing_font_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(font, "FOLDER", tmp_path)
    with pytest.raises(LabelError, match="make setup") as caught:
        font.path("bold")
    assert caught.value.code == "font_missing"
