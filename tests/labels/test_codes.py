"""Codes: what a label's link says, and what every text of the shared vectors is read as."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels import gs1
from labels.code import Reading, lot_link, read
from labels.error import LabelError

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
    link = lot_link("https://traveler.example", "SZ:M:L", gtin="4006381333931", lot_code=lot_code)
    assert read(link) == Reading("gs1", gtin="04006381333931", lot=lot_code)


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=3, max_size=40))
@settings(max_examples=100, deadline=None)
def test_our_own_link_is_read_back_as_its_lot(lot_id: str) -> None:
    link = lot_link("http://10.0.0.7:8000/", lot_id, gtin=None, lot_code="L1")
    assert read(link) == Reading("own", type="lot", id=lot_id)


def test_a_digital_link_is_written_as_gs1_asks() -> None:
    link = lot_link("https://traveler.example/", "SZ:M:L", gtin="4006381333931", lot_code="L/26")
    assert link == "https://traveler.example/01/04006381333931/10/L%2F26"


@pytest.mark.parametrize("lot_code", ["批次-1", "A B", "L" * 21])
def test_a_lot_code_that_gs1_cannot_carry_gets_our_own_link(lot_code: str) -> None:
    link = lot_link("https://t.example", "SZ:M:1", gtin="4006381333931", lot_code=lot_code)
    assert link == "https://t.example/lots/SZ%3AM%3A1"


@pytest.mark.parametrize("base_url", ["", "t.example", "https://t.example/app", "ftp://t.example"])
def test_a_base_url_is_scheme_and_host(base_url: str) -> None:
    with pytest.raises(LabelError) as caught:
        lot_link(base_url, "SZ:M:1", gtin=None, lot_code="1")
    assert caught.value.code == "base_url"


def test_a_link_is_not_made_from_a_wrong_gtin() -> None:
    with pytest.raises(LabelError) as caught:
        lot_link("https://t.example", "SZ:M:1", gtin="4006381333932", lot_code="1")
    assert caught.value.code == "gtin_check_digit"


@pytest.mark.parametrize("gtin", ["4006381333931", "96385074", "036000291452", "10614141000415"])
def test_one_changed_digit_makes_a_gtin_wrong(gtin: str) -> None:
    assert gs1.gtin_valid(gtin)
    for place, digit in enumerate(gtin):
        changed = gtin[:place] + str((int(digit) + 1) % 10) + gtin[place + 1 :]
        assert not gs1.gtin_valid(changed)
