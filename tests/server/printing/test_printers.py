"""The printers' file: what it says, and what is wrong with it, by name and place."""

from pathlib import Path

import pytest

from server.printing.printers import printers_of
from sync.problem import Problem

GOOD = """
- {name: zebra, site: SZ, zh: 斑马, en: Zebra, zpl: 10.0.0.61, dpi: 203, layouts: [lot, status]}
- {name: office, site: SZ, zh: 办公室, en: Office, ipp: "ipp://cups.plant.example/printers/office"}
- {name: van, site: HD, zh: 车, en: Van, zpl: "[fe80::1]:6101"}
"""


def file(folder: Path, text: str) -> Path:
    path = folder / "printers.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_printers_are_read_with_how_each_is_reached(tmp_path: Path):
    zebra, office, van = printers_of(file(tmp_path, GOOD))
    assert (zebra.key, zebra.technique, zebra.place) == (
        "printer/SZ:zebra", "zpl", ("10.0.0.61", 9100),
    )  # fmt: skip
    assert (office.technique, office.dpi, office.layouts) == ("ipp", 300, ())
    assert van.place == ("fe80::1", 6101)
    assert zebra.label == {"zh": "斑马", "en": "Zebra"}


def test_without_a_file_and_in_an_empty_one_there_is_none(tmp_path: Path):
    assert printers_of(None) == printers_of(file(tmp_path, "")) == []


ONE = "name: z, site: SZ, zh: z, en: z"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- {" + ONE + "}", "either zpl or ipp"),
        ("- {" + ONE + ", zpl: a, ipp: 'ipp://a/b'}", "either zpl or ipp"),
        ("- {" + ONE + ", zpl: 'a:99999'}", "1.zpl: "),
        ("- {" + ONE + ", ipp: 'http://a/b'}", "1.ipp: "),
        ("- {" + ONE + ", ipp: 'ipp://me:secret@a/b'}", "1.ipp: "),
        ("- {" + ONE + ", zpl: a, dpi: 250}", "1.dpi: "),
        ("- {" + ONE + ", zpl: a, layouts: [poster]}", "1.layouts.0: "),
        ("- {" + ONE + ", zpl: a, colour: red}", "1.colour: "),
        ("- {" + ONE + ", zpl: a}\n- {" + ONE + ", zpl: b}", "printer/SZ:z is there twice"),
        ("printers: []", "a list of"),
        ("- [", "line"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, why: str):
    with pytest.raises(Problem) as raised:
        printers_of(file(tmp_path, text))
    assert raised.value.code == "printers_file"
    assert why in raised.value.params["why"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(Problem) as raised:
        printers_of(tmp_path / "none.yaml")
    assert "none.yaml" in raised.value.params["file"]
