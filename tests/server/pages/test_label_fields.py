"""What stands on a thing's label, and what a scan of its number is told."""

from typing import Any

from server.pages.label_fields import label_fields, label_said, numbered
from tests.server.domain.floor import Floor, M
from tests.server.domain.test_labels import LABELS, again, of, printed
from tests.server.pages import label_vectors


def of_lot(floor: Floor, **more: str) -> dict[str, Any]:
    return label_fields(M, floor.lot().as_json(), facts={}, site="SZ", **more)


def said(floor: Floor, number: str) -> str:
    told = label_said([floor.documents[LABELS].as_json()], number)
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
    told = of_lot(floor)
    assert (told["inspector"], told["decided_on"], told["location"]) == ("", "", "RECV")
    floor.given("lot.held", M, {"reason": "a crack"}, by="liu.yang")
    told = of_lot(floor)
    assert (told["inspector"], told["reason"]) == ("刘洋", "a crack")


def test_a_unit_s_label_is_of_one() -> None:
    floor = Floor()
    floor.received()
    assert of_lot(floor, serial="0017")["quantity"] == "1"


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


def test_what_a_person_writes_never_takes_the_place_of_what_the_document_says() -> None:
    floor = Floor()
    floor.received()
    facts = {"lot_code": "L9", "purchase_order": "P-7"}
    told = label_fields(M, floor.lot().as_json(), facts=facts, site="SZ")
    assert (told["lot_code"], told["purchase_order"]) == (floor.lot().code, "P-7")


def test_a_card_has_a_line_for_each_step_and_for_each_number_to_be_measured() -> None:
    floor = Floor()
    floor.card()
    job = floor.job()
    rows = label_fields(job.key, job.as_json(), facts={}, site="SZ")["steps"]
    assert not isinstance(rows, str)
    steps = [row["step"] for row in rows if row["step"]]
    assert steps == [str(10 * n) for n in range(1, len(job.steps) + 1)]
    assert "25 – 25.021 mm" in [row["limits"] for row in rows]


def test_a_badge_says_what_its_person_is_at_that_site() -> None:
    person = Floor().documents["person/org:zhang.wei"].as_json()
    told = label_fields(person["key"], person, facts={}, site="HD")
    assert (told["role_zh"], told["role_en"], told["site"]) == ("主管", "Supervisor", "HD")


def test_a_code_without_a_number_says_which_labels_of_the_thing_are_void() -> None:
    floor = Floor()
    floor.received()
    code = printed(floor, of(copies=2))
    registers = [floor.documents[LABELS].as_json()]
    assert label_said(registers, "-") is None, "all are good, so there is nothing to say"
    void = {"print": code, "number": 2, "reason": "smeared"}
    floor.given("label.voided", LABELS, void, by="chen.jing")
    told = label_said([floor.documents[LABELS].as_json()], "-")
    assert told is not None
    assert (told["state"], told["ended"]) == ("unnumbered", [f"{code}-2"])
