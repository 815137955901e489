"""What a label says: fields checked, words set, codes made of whole dots with their quiet zones."""

from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from labels import font
from labels.content import label
from labels.draw import drawings
from labels.error import LabelError
from labels.layout_file import layout, shipped
from labels.marks import Code, Drawing, Grid, Picture, Text
from labels.raster import bitmap, coloured
from labels.status import INKS, WORDS, Status, sign
from labels.symbol import Kind, symbol
from tests.labels.samples import BASE_URL, SAMPLES, sample

STATUSES = list(WORDS)
DPIS = [203, 300, 600]


def drawn(name: str = "lot", dpi: int = 300, **changes: Any) -> Drawing:
    return drawings(sample(name, **changes), dpi=dpi)[0]


def codes_of(drawing: Drawing) -> list[Code]:
    return [mark for mark in drawing.marks if isinstance(mark, Code)]


def words_of(drawing: Drawing) -> str:
    return " ".join(mark.content for mark in drawing.marks if isinstance(mark, Text))


@pytest.mark.parametrize("dpi", DPIS)
@pytest.mark.parametrize("name", shipped())
def test_every_module_is_whole_dots_and_every_quiet_zone_is_free(name: str, dpi: int) -> None:
    changes = {"status": "emergency"} if "status" in SAMPLES[name] else {}
    drawing = drawn(name, dpi, **changes)
    image = bitmap(drawing).convert("L")
    assert codes_of(drawing)
    for code in codes_of(drawing):
        step = code.module if code.symbol.square else code.height
        for row, bits in enumerate(code.symbol.rows):
            y = code.y + row * step
            for column, bit in enumerate(bits):
                x = code.x + column * code.module
                module = image.crop((x, y, x + code.module, y + step))
                assert module.getextrema() == ((0, 0) if bit == "1" else (255, 255))
        quiet = code.symbol.quiet * code.module
        above = quiet if code.symbol.square else 0
        right, bottom = code.x + code.width, code.y + code.height
        zone = (code.x - quiet, code.y - above, right + quiet, bottom + above)
        assert zone[0] >= 0
        assert zone[1] >= 0
        assert zone[2] <= image.width
        assert zone[3] <= image.height
        around = image.crop(zone)
        around.paste(255, (quiet, above, quiet + code.width, above + code.height))
        assert around.getextrema() == (255, 255)


def test_bad_values_are_told_by_field() -> None:
    for changes, code, about in [
        ({"quantity": "many"}, "field_value", "quantity"),
        ({"quantity": "NaN"}, "field_value", "quantity"),
        ({"status": "fine"}, "field_value", "status"),
        ({"expires_on": "2027-02-30"}, "field_value", "expires_on"),
        ({"expires_on": "soon"}, "field_value", "expires_on"),
        ({"item_name_zh": "端\n盖"}, "field_value", "item_name_zh"),
        ({"item_name_zh": "\u202e盖"}, "field_value", "item_name_zh"),
        ({"supplier": "x" * 121}, "field_value", "supplier"),
        ({"lot_code": " "}, "field_missing", "lot_code"),
        ({"colour": "red"}, "field_unknown", "colour"),
        ({"gtin": "4006381333932"}, "gtin_check_digit", "4006381333932"),
    ]:
        with pytest.raises(LabelError) as caught:
            sample(**changes)
        assert (caught.value.code, caught.value.about) == (code, about)


def test_values_of_a_program_and_of_a_table_say_the_same() -> None:
    one = sample(quantity=Decimal("1250"), expires_on=date(2027, 11, 3), status="合格")
    other = sample(quantity="1250", expires_on="2027/11/3", status="Passed")
    assert one == other


@pytest.mark.parametrize("base_url", ["t.example", "https://t.example/app", "ftp://t.example"])
def test_a_base_url_is_scheme_and_host(base_url: str) -> None:
    with pytest.raises(LabelError) as caught:
        label(layout("lot"), SAMPLES["lot"], base_url=base_url)
    assert caught.value.code == "base_url"


def test_a_link_without_base_url_is_refused() -> None:
    with pytest.raises(LabelError) as caught:
        drawings(label(layout("lot"), SAMPLES["lot"]), dpi=300)
    assert caught.value.code == "base_url"


@pytest.mark.parametrize(
    ("changes", "link"),
    [
        ({}, "/lots/SZ%3AM-1001%3AL2611-03"),
        ({"gtin": "4006381333931"}, "/01/04006381333931/10/L2611-03"),
        ({"gtin": "4006381333931", "lot_code": "L/26"}, "/01/04006381333931/10/L%2F26"),
        # What GS1 cannot carry gets our own link.
        ({"gtin": "4006381333931", "lot_code": "批次-1"}, "/lots/SZ%3AM-1001%3AL2611-03"),
        ({"gtin": "4006381333931", "lot_code": "L" * 21}, "/lots/SZ%3AM-1001%3AL2611-03"),
    ],
)
def test_a_link_is_a_digital_link_where_gs1_can_carry_it(
    changes: dict[str, Any], link: str
) -> None:
    qr = next(code for code in codes_of(drawn(**changes)) if code.symbol.kind == "qr")
    assert qr.symbol.text == BASE_URL + link


def test_the_human_readable_line_stands_as_gs1_asks() -> None:
    expected = "(01)04006381333931(17)271103(10)L2611-03(21)S0001"
    for name in ("material", "package"):
        assert expected in words_of(drawn(name))


@pytest.mark.parametrize("dpi", [0, 96, 5000])
def test_a_printer_that_cannot_be_is_refused(dpi: int) -> None:
    with pytest.raises(LabelError) as caught:
        drawn(dpi=dpi)
    assert caught.value.code == "dpi"


@pytest.mark.parametrize(("one", "other"), list(combinations(STATUSES, 2)))
def test_two_statuses_differ_in_black_and_white(one: Status, other: Status) -> None:
    signs = []
    for status in (one, other):
        drawing = drawn("status", status=status)
        picture = next(m for m in drawing.marks if isinstance(m, Picture) and len(m.shapes) < 20)
        alone = Drawing(drawing.width, drawing.height, 300, 100, 70, (picture,))
        side = [Grid(300).dots(mm) for mm in (8, 7, 36, 35)]
        signs.append(bitmap(alone).convert("L").crop((side[0], side[1], side[2], side[3])))
    differing = ImageChops.difference(*signs).histogram()[255]
    assert differing > 0.15 * signs[0].width * signs[0].height


def test_a_status_stands_on_its_colour_with_enough_contrast() -> None:
    def luminance(red: int, green: int, blue: int) -> float:
        parts = [part / 255 for part in (red, green, blue)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for panel, ink in INKS.values():
        light, dark = sorted(
            (luminance(c.red, c.green, c.blue) for c in (panel, ink)), reverse=True
        )
        assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_stands_on_the_label_in_words_and_colour(status: Status) -> None:
    for name in ("lot", "material", "status"):
        drawing = drawn(name, status=status)
        chinese, english = WORDS[status]
        assert chinese in words_of(drawing)
        assert english in words_of(drawing)
        panel = INKS[status][0]
        colours = coloured(drawing).getcolors(maxcolors=1 << 20) or []
        assert any(colour == (panel.red, panel.green, panel.blue) for _, colour in colours)


def test_only_an_emergency_release_has_a_frame_around_it() -> None:
    for status in STATUSES:
        image = bitmap(drawn(status=status)).convert("L")
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
    texts = [mark for mark in drawn(item_name_zh=zh, item_name_en=en).marks
             if isinstance(mark, Text)]  # fmt: skip
    names = [text for text in texts if text.x == Grid(300).dots(5) and 140 < text.baseline < 310]
    assert "".join("".join(text.content for text in names).split()) == "".join((zh + en).split())
    for text in names:
        width = font.face(text.weight).width(text.content, text.size)
        assert width <= Grid(300).dots(60.1)


def test_a_text_with_room_for_two_lines_is_not_made_small_to_keep_it_in_one() -> None:
    name = "首件检验 First-article inspection"
    steps = [{"step": "1", "name": name, "class": "", "limits": ""}]
    marks = drawn("card-a5", steps=steps).marks
    lines = [mark for mark in marks if isinstance(mark, Text) and mark.content in name]
    lines = [mark for mark in lines if len(mark.content) > 3]
    assert " ".join(mark.content for mark in lines) == name
    assert {mark.size for mark in lines} == {Grid(300).size(8.5)}


def test_a_text_that_is_hardly_too_long_stays_in_one_line() -> None:
    marks = drawn("card-a5", item_name_zh="减压阀" * 6, item_name_en="").marks
    lines = [mark for mark in marks if isinstance(mark, Text) and "减压阀减压阀" in mark.content]
    assert len(lines) == 1


def test_a_name_that_never_fits_is_refused_by_name() -> None:
    with pytest.raises(LabelError) as caught:
        drawn(item_name_zh="高强度" * 40)
    assert caught.value.code == "text_too_long"


@pytest.mark.parametrize(("name", "spoken"), [("泵😀", "U+1F600"), ("مضخة", "U+0645")])
def test_a_character_the_font_lacks_is_named(name: str, spoken: str) -> None:
    with pytest.raises(LabelError, match=spoken.replace("+", r"\+")) as caught:
        drawn(item_name_zh=name)
    assert caught.value.code == "glyph_missing"
    assert caught.value.about in name


@pytest.mark.parametrize(
    ("lot_id", "code"),
    [("SZ:" + "M" * 60 + ":L1", "code_too_wide"), ("SZ:M-1:批1", "code_character")],
)
def test_an_id_that_code_128_cannot_carry_is_refused(lot_id: str, code: str) -> None:
    with pytest.raises(LabelError) as caught:
        drawn(lot_id=lot_id)
    assert caught.value.code == code


def test_a_card_with_many_steps_goes_on_to_a_next_page() -> None:
    steps = [{"step": str(number), "name": f"工序 {number}"} for number in range(1, 41)]
    pages = drawings(sample("card-a5", steps=steps), dpi=203)
    words = [words_of(page) for page in pages]
    assert len(pages) == 4
    assert "1 / 4" in words[0]
    assert "4 / 4" in words[3]
    assert all(sum(f"工序 {number} " in f"{word} " for word in words) == 1
               for number in range(1, 41))  # fmt: skip


def test_steps_of_a_card_may_come_as_text() -> None:
    as_text = sample("card-a5", steps="10|来料检验|关键|AQL 1.0；20|车削")
    assert [row["name"] for row in as_text.rows["steps"]] == ["来料检验", "车削"]


def test_a_missing_font_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(font, "FOLDER", tmp_path)
    with pytest.raises(LabelError, match="make setup") as caught:
        font.path("bold")
    assert caught.value.code == "font_missing"


def test_the_codes_of_every_layout_are_read_back() -> None:
    for name in shipped():
        image: Image.Image = bitmap(drawn(name, 203)).convert("L")
        read = {code.bytes.decode() for code in zxingcpp.read_barcodes(image)}
        meant = {code.symbol.text for code in codes_of(drawn(name, 203))}
        assert meant <= read, name


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("code39", "X/Y", "code_character"),  # readers set to full ASCII take it for "X9"
        ("code39", "abc", "code_character"),
        ("codabar", "123", "code_character"),
        ("code128", "批1", "code_character"),
        ("ean13", "4006381333932", "gtin_check_digit"),
        ("ean8", "4006381333931", "element_string"),
        ("datamatrix", "a\x1db", "code_character"),
        ("qr", "x" * 3000, "code_too_wide"),
        ("gs1-datamatrix", "", "code_empty"),
    ],
)
def test_what_a_code_cannot_carry_is_refused(kind: Kind, text: str, code: str) -> None:
    with pytest.raises(LabelError) as caught:
        symbol(kind, text)
    assert caught.value.code == code
