"""Labels: each print has its number, a second one its reason, and what is void is known."""

from typing import Any

import pytest

from server.domain.label import Label, Print, print_code
from server.domain.label_thing import label_key
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from tests.server.domain.floor import Floor, M

LABELS = label_key(M)
OTHER = "lot/SZ:M-1:L2"
ZEBRA = "printer/SZ:zebra"


def of(*lots: str, **body: Any) -> dict[str, Any]:
    return {"things": [{"thing": lot} for lot in lots or [M]], **body}


def again(floor: Floor, **body: Any) -> dict[str, Any]:
    """By somebody who sees what was printed."""
    return {"things": [{"thing": M, "base": floor.version(LABELS)}], **body}


def prints(floor: Floor, key: str = LABELS) -> list[Print]:
    labels = floor.documents[key]
    assert isinstance(labels, Label)
    return labels.prints


def why(floor: Floor) -> str | None:
    told = prints(floor)[0].why
    return told.code if told else None


def printed(floor: Floor, body: dict[str, Any] | None = None) -> str:
    """A print that stands; its code."""
    floor.given("label.printed", LABELS, body or of(), by="chen.jing")
    return prints(floor)[0].code


def zebra(floor: Floor, *layouts: str) -> None:
    body = {"name": {"zh": "仓库", "en": "Store"}, "technique": "zpl", "layouts": layouts}
    floor.given("printer.installed", ZEBRA, body, by=SYSTEM, session=SETUP_SESSION)


def report(floor: Floor, code: str, state: str, number: int = 0, **more: Any) -> None:
    body = {"print": code, "round": number, "state": state, **more}
    floor.given("label.reported", LABELS, body, by=SYSTEM, session=SETUP_SESSION)


def test_the_code_of_a_print_is_the_end_of_its_entry():
    assert print_code("01900000-0000-7000-8000-000000000000") == "00000000"
    assert print_code("01900000-0000-7000-8000-ffffffffffff") == "ZZZZZZZZ"
    assert print_code("0199a2b1-7c3d-7e4f-9a1b-2c3d4e5f6071") == "7N75YR3H"


def test_a_first_print_needs_no_reason_and_tells_who_what_and_how_many(floor: Floor):
    floor.received()
    result = floor.do("label.printed", LABELS, of(copies="3"), by="chen.jing")
    [one] = prints(floor)
    assert result.outcome.status == "applied"
    assert (one.layout, one.copies, one.count, one.state) == ("lot", 3, 3, "here")
    assert (one.by_name, one.status, one.code) == ("陈静", "to_inspect", print_code(one.entry))


def test_serials_are_numbered_as_wide_as_they_were_written(floor: Floor):
    floor.received()
    body = of(layout="package", first="0098", last="101", copies=2)
    floor.do("label.printed", LABELS, body, by="chen.jing")
    [one] = prints(floor)
    assert one.serials == ["0098", "0099", "0100", "0101"]
    assert one.count == 8


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"layout": "package", "first": "9", "last": "8"}, "serials_wrong"),
        ({"layout": "lot", "first": "1", "last": "8"}, "serials_not_here"),
        ({"layout": "package", "first": "1", "last": "201"}, "too_many_labels"),
        ({"layout": "package", "first": "1", "last": "101", "copies": 2}, "too_many_labels"),
        ({"things": [{"thing": M}] * 11, "copies": 50}, "too_many_labels"),
        ({"copies": 0}, "body_malformed"),
        ({"copies": "ten"}, "body_malformed"),
        ({"layout": "poster"}, "body_malformed"),
        ({"things": []}, "body_malformed"),
        ({"first": "1a"}, "body_malformed"),
        ({"things": [{"thing": "lot/HD:M-1:S1"}]}, "foreign_site"),
        ({"things": [{"thing": "lot/SZ:M-1:L9"}]}, "unknown_document"),
        ({"printer": "printer/HD:zebra"}, "foreign_site"),
    ],
)
def test_what_can_t_be_printed_is_refused(floor: Floor, more: dict[str, Any], code: str):
    floor.received()
    result = floor.do("label.printed", LABELS, of() | more, by="chen.jing")
    assert result.outcome.code == code
    assert LABELS not in floor.documents


def test_who_sees_a_print_must_say_why_there_is_another(floor: Floor):
    floor.received()
    printed(floor)
    result = floor.do("label.printed", LABELS, again(floor), by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("parked", "reprint_needs_reason")
    assert len(prints(floor)) == 1
    result = floor.do("label.printed", LABELS, again(floor, reason="one more box"), by="wang.fang")
    assert result.outcome.status == "applied"
    assert [one.reason for one in prints(floor)] == ["one more box", ""]
    assert not prints(floor)[1].voids


def test_one_s_own_print_is_known_whatever_version_was_seen(floor: Floor):
    floor.received()
    printed(floor)
    result = floor.do("label.printed", LABELS, of(), by="chen.jing")
    assert result.outcome.code == "reprint_needs_reason"


def test_a_second_print_by_who_could_not_know_stands_and_its_reason_is_missing(floor: Floor):
    floor.received()
    first = printed(floor)
    result = floor.do("label.printed", LABELS, of(), by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("merged", "label_printed_twice")
    assert result.outcome.params["print"] == first
    second = prints(floor)[0]
    assert second.reason_missing
    explained = {"print": second.code, "reason": "both pallets have one"}
    assert floor.do("label.explained", LABELS, explained, by="wang.fang").outcome.status == (
        "applied"
    )
    assert not prints(floor)[0].reason_missing
    assert prints(floor)[0].reason == "both pallets have one"
    result = floor.do("label.explained", LABELS, explained, by="wang.fang")
    assert result.outcome.code == "label_explained_already"


def test_another_layout_or_other_serials_are_no_reprint(floor: Floor):
    floor.received()
    printed(floor)
    printed(floor, again(floor, layout="status"))
    printed(floor, again(floor, layout="package", first="1", last="10"))
    more = again(floor, layout="package", first="11", last="20")
    assert floor.do("label.printed", LABELS, more, by="chen.jing").outcome.status == "applied"
    printed(floor, again(floor, layout="package"))
    result = floor.do(
        "label.printed", LABELS, again(floor, layout="package", first="10", last="11"),
        by="chen.jing",
    )  # fmt: skip
    assert result.outcome.code == "reprint_needs_reason"


def test_after_the_status_changed_a_new_label_needs_no_reason(floor: Floor):
    floor.received()
    first = printed(floor)
    floor.given("lot.held", M, {"reason": "a crack"}, by="chen.jing")
    floor.do("label.printed", LABELS, again(floor, replaces=True), by="chen.jing")
    second = prints(floor)[0].code
    assert [one.code for one in prints(floor)] == [second, first]
    assert prints(floor)[1].voids[0].by_print == second


def test_a_lost_label_is_superseded_by_the_one_that_replaces_it(floor: Floor):
    floor.received()
    printed(floor, of(copies=2))
    body = again(floor, reason="lost", replaces="true", copies=2)
    floor.do("label.printed", LABELS, body, by="chen.jing")
    second = prints(floor)[0].code
    [void] = prints(floor)[1].voids
    assert (void.labels, void.by_print, void.reason) == ([], second, "lost")
    assert prints(floor)[1].is_void(2)


def test_only_the_serials_that_are_printed_again_are_superseded(floor: Floor):
    floor.received()
    printed(floor, of(layout="package", first="1", last="5", copies=2))
    body = again(floor, layout="package", first="2", last="3", replaces=True, reason="torn")
    floor.do("label.printed", LABELS, body, by="chen.jing")
    assert prints(floor)[1].voids[0].labels == [3, 4, 5, 6]


def test_what_nobody_could_see_is_not_superseded(floor: Floor):
    floor.received()
    seen = printed(floor)
    base = floor.version(LABELS)
    floor.given("label.printed", LABELS, of(), by="wang.fang")
    body = {"things": [{"thing": M, "base": base}], "reason": "lost", "replaces": True}
    floor.do("label.printed", LABELS, body, by="liu.yang")
    assert [bool(one.voids) for one in prints(floor)] == [False, False, True]
    assert prints(floor)[2].code == seen


def test_a_label_that_is_void_no_longer_asks_for_a_reason(floor: Floor):
    floor.received()
    code = printed(floor)
    void = {"print": code, "reason": "smeared"}
    assert floor.do("label.voided", LABELS, void, by="chen.jing").outcome.status == "applied"
    result = floor.do("label.printed", LABELS, again(floor), by="chen.jing")
    assert result.outcome.status == "applied"
    result = floor.do("label.voided", LABELS, void, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("merged", "label_void_already")


def test_one_label_of_a_print_is_voided_alone(floor: Floor):
    floor.received()
    code = printed(floor, of(copies=3))
    void = {"print": code, "number": "2", "reason": "smeared"}
    floor.do("label.voided", LABELS, void, by="chen.jing")
    assert [prints(floor)[0].is_void(number) for number in (1, 2, 3)] == [False, True, False]
    result = floor.do("label.voided", LABELS, void | {"number": 4}, by="chen.jing")
    assert result.outcome.code == "label_number_wrong"


def test_a_label_that_was_never_printed_can_t_be_voided(floor: Floor):
    floor.received()
    printed(floor)
    body = {"print": "ABCDEFGH", "reason": "torn"}
    for kind in ("label.voided", "label.explained"):
        assert floor.do(kind, LABELS, body, by="chen.jing").outcome.code == "label_unknown"


def test_an_operator_prints_and_does_not_void(floor: Floor):
    floor.received()
    code = printed(floor)
    result = floor.do("label.voided", LABELS, {"print": code, "reason": "x"}, by="wang.fang")
    assert result.outcome.code == "no_right"
    result = floor.do("label.printed", LABELS, of(), by="sun.hao")
    assert result.outcome.code == "no_right"


def test_all_lots_of_a_delivery_are_one_print_with_one_code(floor: Floor):
    floor.received()
    floor.received(OTHER)
    result = floor.do("label.printed", LABELS, of(M, OTHER, M), by="chen.jing")
    assert result.outcome.status == "applied"
    [first], [second] = prints(floor), prints(floor, label_key(OTHER))
    assert first.entry == second.entry
    assert first.code == second.code


def test_in_a_delivery_one_lot_that_has_its_label_asks_for_the_reason(floor: Floor):
    floor.received()
    floor.received(OTHER)
    printed(floor)
    result = floor.do("label.printed", label_key(OTHER), of(OTHER, M), by="chen.jing")
    assert result.outcome.code == "reprint_needs_reason"
    assert label_key(OTHER) not in floor.documents


def test_the_list_is_bounded_and_counts_what_it_lost(floor: Floor):
    floor.received()
    for number in range(41):
        printed(floor, of(layout="package", first=str(number)))
    floor.do("label.printed", LABELS, of(layout="package", first="41"), by="chen.jing")
    labels = floor.documents[LABELS]
    assert isinstance(labels, Label)
    assert (len(labels.prints), labels.left) == (40, 2)


def test_a_print_for_a_printer_waits_and_hears_what_became_of_it(floor: Floor):
    floor.received()
    zebra(floor)
    code = printed(floor, of(printer=ZEBRA))
    assert prints(floor)[0].state == "waiting"
    assert f"label.queues={ZEBRA}" in floor.documents[LABELS].terms()
    report(floor, code, "failed", why="printer_refused", params={"host": "10.0.0.9"})
    assert (prints(floor)[0].state, why(floor)) == ("failed", "printer_refused")
    result = floor.do("label.requeued", LABELS, {"print": code}, by="wang.fang")
    assert result.outcome.status == "applied"
    assert (prints(floor)[0].state, prints(floor)[0].round) == ("waiting", 1)
    report(floor, code, "sent")
    assert prints(floor)[0].state == "waiting", "that was the round before"
    report(floor, code, "sent", 1)
    assert prints(floor)[0].state == "sent"
    result = floor.do("label.requeued", LABELS, {"print": code}, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "label_not_to_repeat")


def test_what_failed_was_never_there_and_needs_no_reason_the_next_time(floor: Floor):
    floor.received()
    zebra(floor)
    report(floor, printed(floor, of(printer=ZEBRA)), "failed", why="printer_refused")
    assert floor.do("label.printed", LABELS, of(), by="chen.jing").outcome.status == "applied"


def test_what_waits_can_be_called_off_and_a_printer_that_was_faster_is_believed(floor: Floor):
    floor.received()
    zebra(floor)
    code = printed(floor, of(printer=ZEBRA))
    result = floor.do("label.cancelled", LABELS, {"print": code}, by="chen.jing")
    assert result.outcome.status == "applied"
    report(floor, code, "failed")
    assert prints(floor)[0].state == "cancelled"
    report(floor, code, "sent")
    assert prints(floor)[0].state == "sent"
    result = floor.do("label.cancelled", LABELS, {"print": code}, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "label_not_to_stop")


def test_a_printer_that_is_gone_fails_the_print_and_loses_nothing(floor: Floor):
    floor.received()
    result = floor.do("label.printed", LABELS, of(printer=ZEBRA), by="chen.jing")
    assert result.outcome.status == "applied"
    assert (prints(floor)[0].state, why(floor)) == ("failed", "printer_gone")
    zebra(floor)
    floor.given("printer.removed", ZEBRA, {}, by=SYSTEM, session=SETUP_SESSION)
    result = floor.do("label.printed", LABELS, of(printer=ZEBRA), by="wang.fang")
    assert prints(floor)[0].state == "failed"


def test_a_printer_without_the_stock_for_a_layout_is_not_asked_for_it(floor: Floor):
    floor.received()
    zebra(floor, "lot", "material")
    body = of(printer=ZEBRA, layout="package")
    result = floor.do("label.printed", LABELS, body, by="chen.jing")
    assert result.outcome.code == "printer_lacks_layout"
    zebra(floor)
    assert floor.do("label.printed", LABELS, body, by="chen.jing").outcome.status == "applied"
