"""What stands on a lot's label, and what a scan of its number is told."""

from server.pages.label_fields import label_fields, label_said, numbered
from tests.server.domain.floor import Floor, M
from tests.server.domain.test_labels import LABELS, again, of, printed
from tests.server.pages import label_vectors


def said(floor: Floor, number: str) -> str:
    told = label_said(floor.documents[LABELS].as_json(), number)
    assert told is not None
    return str(told["state"])


def test_the_vectors_for_the_device_are_what_this_side_says() -> None:
    out_of_date = "out of date: python -m tests.server.pages.label_vectors"
    assert label_vectors.FILE.read_text("utf-8") == label_vectors.text(), out_of_date


def test_the_vectors_have_every_state_of_a_label() -> None:
    told = [said for one in label_vectors.vectors()["said"] for said in one["said"].values()]
    states = {one and one["state"] for one in told}
    assert states >= {None, "good", "voided", "superseded", "cancelled", "old", "unknown"}


def test_a_lot_that_nobody_has_looked_at_has_no_inspector_on_its_label() -> None:
    floor = Floor()
    floor.received()
    told = label_fields(floor.lot().as_json())
    assert (told["inspector"], told["decided_on"], told["location"]) == ("", "", "RECV")
    floor.given("lot.held", M, {"reason": "a crack"}, by="liu.yang")
    told = label_fields(floor.lot().as_json())
    assert (told["inspector"], told["reason"]) == ("刘洋", "a crack")


def test_a_unit_s_label_is_of_one() -> None:
    floor = Floor()
    floor.received()
    assert label_fields(floor.lot().as_json(), serial="0017")["quantity"] == "1"


def test_each_copy_of_each_serial_has_a_number_of_its_own() -> None:
    floor = Floor()
    floor.received()
    code = printed(floor, of(layout="package", first="7", last="8", copies=2))
    told = numbered(floor.documents[LABELS].as_json()["prints"][0])
    assert [(one["number"], one["serial"]) for one in told] == [
        (f"{code}-1", "7"),
        (f"{code}-2", "7"),
        (f"{code}-3", "8"),
        (f"{code}-4", "8"),
    ]


def test_a_scan_says_what_became_of_the_label() -> None:
    floor = Floor()
    floor.received()
    code = printed(floor, of(copies=2))
    assert said(floor, f"{code}-2") == "good"
    assert said(floor, f"{code}-3") == "unknown"
    assert said(floor, "ABCDEFGH-1") == "unknown"
    void = {"print": code, "number": 2, "reason": "smeared"}
    floor.given("label.voided", LABELS, void, by="chen.jing")
    assert [said(floor, f"{code}-{n}") for n in (1, 2)] == ["good", "voided"]
    printed(floor, again(floor, reason="lost", replaces=True))
    assert [said(floor, f"{code}-{n}") for n in (1, 2)] == ["superseded", "voided"]
