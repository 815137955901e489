"""Many labels from a table: rows that are told, files that are whole."""

from pathlib import Path
from typing import Any

import pytest

from labels.batch import Batch, Written, write
from labels.error import LabelError
from labels.layout_file import layout
from tests.labels.samples import BASE_URL

HEADING = (
    "lot_id,lot_code,item_code,item_name_zh,item_name_en,quantity,unit,status,gtin,expires_on\n"
)
GOOD = "SZ:M-1:L1,L1,M-1,端盖,End cap,250,pcs,passed,4006381333931,2027-11-03\n"
BAD = "SZ:M-1:L2,L2,M-1,端盖,,many,pcs,passed,,\n"


def written(table: str | bytes, out: Path, name: str = "lot", **options: Any) -> Written:
    batch = Batch(layout(name), BASE_URL, **options)
    return write(table, out, batch)


@pytest.mark.parametrize("suffix", ["pdf", "zpl", "png", "svg"])
def test_a_table_is_written_in_the_form_of_the_suffix(tmp_path: Path, suffix: str) -> None:
    done = written(HEADING + GOOD, tmp_path / f"lots.{suffix}")
    assert (done.labels, done.problems) == (1, [])
    start = {"pdf": b"%PDF", "zpl": b"^XA", "png": b"\x89PNG", "svg": b"<svg"}[suffix]
    (file,) = done.files
    assert file.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [file]


def test_several_images_are_numbered(tmp_path: Path) -> None:
    done = written((HEADING + GOOD * 3).encode("utf-8-sig"), tmp_path / "lots.png", dpi=203)
    assert [file.name for file in done.files] == ["lots-1.png", "lots-2.png", "lots-3.png"]


def test_a_bad_row_is_told_with_its_line_and_stops_no_other(tmp_path: Path) -> None:
    bad_rows = [
        BAD,
        '"SZ:M-1:L3",L3,M-1,"端盖\nB",,1,pcs,passed,,\n',
        "SZ:M-1:L4,L4,M-1,端盖,,1,pcs,fine,,\n",
        "SZ:M-1:L5,L5,M-1,端盖,,1,pcs,passed,4006381333932,\n",
        "SZ:M-1:L6,L6,M-1,泵😀,,1,pcs,passed,,\n",
        f"SZ:{'M' * 60}:L7,L7,M-1,泵,,1,pcs,passed,,\n",
        "SZ:M-1:L8,L8\n",
    ]
    table = HEADING + GOOD + "\n" + "".join(bad_rows) + GOOD
    done = written(table, tmp_path / "lots.pdf")
    assert done.labels == 2
    assert [line for line, _ in done.problems] == [4, 5, 7, 8, 9, 10, 11]
    words = [
        "quantity",
        "item_name_zh",
        "status",
        "check digit",
        "U+1F600",
        "too long",
        "item_code",
    ]
    for (_, problem), word in zip(done.problems, words, strict=True):
        assert word in problem


@pytest.mark.parametrize("suffix", ["pdf", "zpl", "png"])
def test_strict_writes_nothing_where_a_row_is_bad(tmp_path: Path, suffix: str) -> None:
    done = written(HEADING + GOOD + BAD, tmp_path / f"lots.{suffix}", strict=True)
    assert (done.files, done.labels, len(done.problems)) == ([], 0, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_there_stays_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "lots.pdf").write_text("before")
    assert written(HEADING + BAD, tmp_path / "lots.pdf").labels == 0
    assert (tmp_path / "lots.pdf").read_text() == "before"


def test_a_row_too_long_for_a_coarse_printer_is_told(tmp_path: Path) -> None:
    long = "SZ:SS-316L-DN50-PN16-KIT-A:LOT-2611-000123,L1,M-1,端盖,End cap,250,pcs,passed,,\n"
    coarse = written(HEADING + long, tmp_path / "lots.png", dpi=203)
    assert (coarse.files, [line for line, _ in coarse.problems]) == ([], [2])
    assert written(HEADING + long, tmp_path / "lots.png", dpi=300).labels == 1


def test_a_table_from_a_chinese_spreadsheet_is_read(tmp_path: Path) -> None:
    heading = "批次标识;批号;料号;中文名称;数量;单位;状态;有效期至\n"
    table = heading + "SZ:M:1;1;M;端盖;5;件;紧急放行;2027/11/03\n"
    done = written(table.encode("gb18030"), tmp_path / "lots.svg")
    assert done.problems == []
    assert "紧急放行" in done.files[0].read_text("utf-8")


@pytest.mark.parametrize("table", ["", "lot_id,quantity\nSZ:M:1,5\n"])
def test_a_heading_that_lacks_columns_is_told(tmp_path: Path, table: str) -> None:
    done = written(table, tmp_path / "lots.pdf")
    assert done.labels == 0
    assert done.problems[0][0] == 1
    assert "item_code" in done.problems[0][1]


@pytest.mark.parametrize(
    ("out", "options", "code"),
    [
        ("lots.doc", {}, "output"),
        ("lots.pdf", {"page": "B5"}, "page"),
        ("lots.pdf", {"start": 8}, "start"),
        ("lots.png", {"dpi": 9}, "dpi"),
        ("lots.zpl", {"dpi": 250}, "dpi"),
    ],
)
def test_what_no_row_is_to_blame_for_stops_everything(
    tmp_path: Path, out: str, options: dict[str, Any], code: str
) -> None:
    with pytest.raises(LabelError) as caught:
        written(HEADING + GOOD, tmp_path / out, **options)
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_row_by_row(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    batch = Batch(layout("lot"), BASE_URL)
    write(HEADING + GOOD * 2 + BAD, tmp_path / "lots.zpl", batch, lambda *so: heard.append(so))
    assert heard == [(1, 3), (2, 3), (3, 3)]
