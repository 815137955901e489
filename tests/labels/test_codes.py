"""Codes: what a label's link says, and what every text of the shared vectors is read as."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import biip
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels import gs1
from labels.code import Reading, read
from labels.coded import digital_link_path
from labels.gs1_table import PATTERNS
from tests.labels import gs1_vectors

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "codes.json").read_text(encoding="utf-8")
)
LOT_CODES = st.text("ABCXYZabcxyz0123456789!\"%&'()*+,-./:;<=>?_", min_size=1, max_size=20)


def spoken(reading: Reading) -> dict[str, Any]:
    """The reading as the vectors write it: without empty fields, dates as ISO text."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in vars(reading).items()
        if value is not None
    }


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_text_is_read_as_the_vectors_say(vector: dict[str, Any]) -> None:
    assert spoken(read(vector["text"])) == vector["reading"]


def test_the_vectors_have_names_of_their_own() -> None:
    names = [vector["name"] for vector in VECTORS]
    assert len(set(names)) == len(names)


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_reading_never_raises_and_a_reason_comes_with_invalid_alone(text: str) -> None:
    reading = read(text)
    assert (reading.kind == "invalid") == (reading.reason is not None)


@given(LOT_CODES)
@settings(max_examples=100, deadline=None)
def test_a_digital_link_is_read_back_as_its_gtin_and_lot(lot_code: str) -> None:
    link = digital_link_path([("01", "04006381333931"), ("10", lot_code)])
    assert read(f"https://traveler.example{link}") == Reading(
        "gs1", gtin="04006381333931", lot=lot_code
    )


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=3, max_size=40))
@settings(max_examples=100, deadline=None)
def test_our_own_link_is_read_back_as_its_lot(lot_id: str) -> None:
    assert read(f"http://10.0.0.7:8000/lots/{quote(lot_id, safe='')}") == Reading(
        "own", type="lot", id=lot_id
    )


@pytest.mark.parametrize("gtin", ["4006381333931", "96385074", "036000291452", "10614141000415"])
def test_one_changed_digit_makes_a_gtin_wrong(gtin: str) -> None:
    assert gs1.gtin_valid(gtin)
    for place, digit in enumerate(gtin):
        changed = gtin[:place] + str((int(digit) + 1) % 10) + gtin[place + 1 :]
        assert not gs1.gtin_valid(changed)


GS1_VECTORS = json.loads(gs1_vectors.FILE.read_text(encoding="utf-8"))


def test_the_vectors_of_identifiers_are_those_of_the_table() -> None:
    """After a change of the table: `python -m tests.labels.gs1_vectors`."""
    assert gs1_vectors.FILE.read_text(encoding="utf-8") == gs1_vectors.text()


def test_the_right_value_of_every_identifier_fits_and_others_do_not() -> None:
    assert len(GS1_VECTORS) > 800
    for name, pattern in PATTERNS.items():
        known = name.replace("*", "3")
        assert gs1.value_fits(known, gs1_vectors.right(pattern))
        assert not gs1.value_fits(known, "")
        assert not gs1.value_fits(known, "é")


LOTS = st.text("ABCabc0123456789-/.", min_size=1, max_size=20)


@given(lot=LOTS, serial=LOTS, day=st.dates(date(2000, 1, 1), date(2049, 12, 31)))
@settings(max_examples=100, deadline=None)
def test_biip_reads_from_an_element_string_what_we_read(lot: str, serial: str, day: date) -> None:
    pairs = [("01", "04006381333931"), ("17", f"{day:%y%m%d}"), ("10", lot), ("21", serial)]
    string, line = gs1.written(pairs)
    ours = gs1.element_string(string)
    theirs = biip.parse("]d2" + string).gs1_message
    assert theirs is not None
    found = {element.ai.ai: element for element in theirs.element_strings}
    assert [ours.gtin, ours.lot, ours.serial] == [found[ai].value for ai in ("01", "10", "21")]
    assert found["17"].date == ours.expiry == day
    assert read("]d2" + string) == read(line.replace("\u200b", ""))
