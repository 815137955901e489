"""Material issued, returned and put away, also by two who could not know of each other."""

from decimal import Decimal

import pytest

from tests.server.domain.floor import REQUISITION, Floor, M, P


def issue(quantity: str, **rest: str) -> dict[str, str]:
    return {"quantity": quantity, **rest}


def test_issued_material_leaves_the_lot_and_the_stock(floor: Floor):
    floor.passed()
    result = floor.do("material.issued", M, issue("30.50"), by="chen.jing")
    lot = floor.lot()
    assert result.outcome.status == "applied"
    assert lot.on_hand == Decimal("69.5") == floor.item().on_hand
    assert (lot.movements[0].kind, lot.movements[0].source) == ("issue", "RECV")
    assert lot.timeline[0].data == {"quantity": "30.5", "unit": "pcs", "location": "RECV"}


def test_two_devices_that_take_more_than_there_is_make_one_case_that_names_both(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("material.issued", M, issue("70"), by="chen.jing", base=seen)
    result = floor.do("material.issued", M, issue("60"), by="wang.fang", base=seen)
    lot, case = floor.lot(), floor.case(result)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_overdrawn")
    assert result.outcome.params == {"lot": "L1", "on_hand": "-30", "unit": "pcs"}
    assert lot.on_hand == -30
    assert lot.open_case == case.key
    assert [(one.by, one.data["quantity"]) for one in case.entries] == [
        ("chen.jing", "70"),
        ("wang.fang", "60"),
    ]


def test_a_third_who_takes_too_much_is_named_in_the_same_case(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("material.issued", M, issue("70"), by="chen.jing", base=seen)
    second = floor.do("material.issued", M, issue("60"), by="wang.fang", base=seen)
    third = floor.do("material.issued", M, issue("5"), by="zhao.lei", base=seen)
    assert third.outcome.case == second.outcome.case
    assert [one.by for one in floor.case(third).entries] == ["chen.jing", "wang.fang", "zhao.lei"]
    assert floor.case(third).params["on_hand"] == "-35"
    assert len(floor.cases()) == 1


def test_what_the_person_could_see_to_be_too_much_is_refused(floor: Floor):
    floor.passed()
    result = floor.do("material.issued", M, issue("100.5"), by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "not_enough")
    assert result.outcome.params == {"lot": "L1", "on_hand": "100"}
    assert floor.lot().on_hand == 100


def test_what_others_took_unseen_counts_as_there_and_no_more(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("material.issued", M, issue("30"), by="chen.jing", base=seen)
    result = floor.do("material.issued", M, issue("101"), by="wang.fang", base=seen)
    assert (result.outcome.status, result.outcome.code) == ("parked", "not_enough")


def test_the_own_earlier_issue_counts_even_while_it_waited(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("material.issued", M, issue("70"), by="chen.jing", base=seen)
    result = floor.do("material.issued", M, issue("40"), by="chen.jing", base=seen)
    assert (result.outcome.status, result.outcome.code) == ("parked", "not_enough")


def test_material_is_taken_from_the_named_place_even_if_more_lies_elsewhere(floor: Floor):
    floor.passed()
    floor.given("material.put_away", M, {"quantity": "20", "target": "A-1"}, by="chen.jing")
    result = floor.do("material.issued", M, issue("15", location="A-1"), by="chen.jing")
    assert result.outcome.status == "applied"
    assert {h.location: h.quantity for h in floor.lot().holdings} == {"RECV": 80, "A-1": 5}


def test_more_than_lies_at_the_named_place_is_refused(floor: Floor):
    floor.passed()
    floor.given("material.put_away", M, {"quantity": "20", "target": "A-1"}, by="chen.jing")
    result = floor.do("material.issued", M, issue("25", location="A-1"), by="chen.jing")
    assert (result.outcome.code, result.outcome.params["on_hand"]) == ("not_enough", "20")


def test_without_a_place_the_fullest_is_emptied_first_and_then_the_next(floor: Floor):
    floor.passed()
    floor.given("material.put_away", M, {"quantity": "40", "target": "A-1"}, by="chen.jing")
    result = floor.do("material.issued", M, issue("70"), by="chen.jing")
    lot = floor.lot()
    assert result.outcome.status == "applied"
    assert [(h.location, h.quantity) for h in lot.holdings] == [("A-1", Decimal(30))]
    assert lot.movements[0].source == "RECV, A-1"


def test_two_who_move_the_same_material_to_two_places_make_a_case(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    move = {"quantity": "80", "source": "RECV"}
    floor.given("material.put_away", M, {**move, "target": "A-1"}, by="chen.jing", base=seen)
    result = floor.do("material.put_away", M, {**move, "target": "B-1"}, by="wang.fang", base=seen)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_overdrawn")
    assert result.outcome.params["on_hand"] == "-60"
    assert [one.kind for one in floor.case(result).entries] == ["material.put_away"] * 2
    assert floor.lot().on_hand == 100


def test_what_lies_nowhere_is_put_away_by_who_cannot_know_and_makes_a_case(floor: Floor):
    floor.passed()
    floor.given("material.issued", M, issue("100"), by="chen.jing")
    body = {"quantity": "2.5", "target": "A-1"}
    result = floor.do("material.put_away", M, body, by="wang.fang", base=None)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_overdrawn")
    assert [one.by for one in floor.case(result).entries] == ["wang.fang"]


@pytest.mark.parametrize("status", ["to_inspect", "on_hold"])
def test_a_lot_seen_to_be_stopped_is_not_issued(floor: Floor, status: str):
    floor.received()
    if status == "on_hold":
        floor.given("lot.held", M, {"reason": "有裂纹"}, by="liu.yang")
    result = floor.do("material.issued", M, issue("10"), by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "lot_not_usable")
    assert result.outcome.params == {"lot": "L1", "status": status}


def test_a_lot_stopped_meanwhile_was_issued_all_the_same_and_makes_a_case(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("lot.held", M, {"reason": "有裂纹"}, by="liu.yang", base=seen)
    result = floor.do("material.issued", M, issue("10"), by="chen.jing", base=seen)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_status_conflict")
    assert floor.case(result).entries[0].data["quantity"] == "10"
    assert floor.lot().on_hand == 90
    assert floor.lot().status == "on_hold"


def test_an_emergency_released_lot_may_be_issued(floor: Floor):
    floor.received()
    floor.given("lot.released", M, {"reason": "急用", "emergency": True}, by="li.na")
    assert floor.do("material.issued", M, issue("10"), by="chen.jing").outcome.status == "applied"


def test_an_issue_against_a_requisition_is_noted_on_its_line(floor: Floor):
    floor.passed()
    floor.approved(("item/SZ:M-1", "30"), ("item/SZ:M-2", "5"))
    body = issue("30", requisition=REQUISITION)
    result = floor.do("material.issued", M, body, by="chen.jing")
    requisition = floor.requisition()
    assert result.outcome.status == "applied"
    assert requisition.lines[0].issued == 30
    assert requisition.state == "approved"
    assert requisition.lines[0].issues[0].lot_code == "L1"
    assert floor.lot().movements[0].requisition == REQUISITION


def test_a_requisition_is_done_when_all_its_lines_are_issued(floor: Floor):
    floor.passed()
    floor.approved()
    floor.do("material.issued", M, issue("30", requisition=REQUISITION), by="chen.jing")
    assert floor.requisition().state == "issued"


def test_nothing_is_issued_before_the_approval(floor: Floor):
    floor.passed()
    floor.asked()
    body = issue("30", requisition=REQUISITION)
    result = floor.do("material.issued", M, body, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "requisition_not_approved")
    assert floor.lot().on_hand == 100


def test_only_what_was_asked_for_is_issued_against_a_requisition(floor: Floor):
    floor.passed()
    floor.approved(("item/SZ:M-2", "5"))
    body = issue("5", requisition=REQUISITION)
    result = floor.do("material.issued", M, body, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "item_not_asked_for")
    assert result.outcome.params["item"] == "M-1"


def test_an_issue_does_not_reach_into_another_site(floor: Floor):
    floor.passed()
    body = issue("5", requisition="requisition/HD:x1")
    result = floor.do("material.issued", M, body, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "foreign_site")


def test_an_unknown_lot_is_parked(floor: Floor):
    result = floor.do("material.issued", "lot/SZ:M-1:L9", issue("5"), by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "unknown_document")


@pytest.mark.parametrize("quantity", ["0", "-1", "1.2345678", "1e30", "abc", "1000000000000"])
def test_a_quantity_is_positive_with_at_most_six_decimals(floor: Floor, quantity: str):
    floor.passed()
    result = floor.do("material.issued", M, issue(quantity), by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "body_malformed")
    assert result.outcome.params["where"] == "quantity"


@pytest.mark.parametrize("quantity", [True, None, ["1"], {"a": "1"}, ""])
def test_what_is_no_number_is_no_quantity(floor: Floor, quantity: object):
    floor.passed()
    result = floor.do("material.issued", M, {"quantity": quantity}, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "body_malformed")


@pytest.mark.parametrize("quantity", [12, 0.5, " 7 ", "1e1"])
def test_a_number_may_be_written_in_several_ways(floor: Floor, quantity: object):
    floor.passed()
    result = floor.do("material.issued", M, {"quantity": quantity}, by="chen.jing")
    assert result.outcome.status == "applied"


def test_what_others_took_and_the_person_saw_is_gone(floor: Floor):
    floor.passed()
    floor.given("material.issued", M, issue("70"), by="chen.jing")
    result = floor.do("material.issued", M, issue("60"), by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("parked", "not_enough")
    assert result.outcome.params["on_hand"] == "30"


def test_surplus_comes_back_with_its_lot(floor: Floor):
    floor.passed()
    floor.given("material.issued", M, issue("100"), by="chen.jing")
    body = {"quantity": "7.25", "location": "A-1", "reason": "多领"}
    result = floor.do("material.returned", M, body, by="wang.fang")
    assert result.outcome.status == "applied"
    assert [(h.location, h.quantity) for h in floor.lot().holdings] == [("A-1", Decimal("7.25"))]
    assert floor.item().on_hand == Decimal("7.25")


def test_surplus_comes_back_to_a_place(floor: Floor):
    floor.passed()
    result = floor.do("material.returned", M, {"quantity": "1"}, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("parked", "body_malformed")
    assert result.outcome.params["where"] == "location"


def test_putting_away_moves_within_the_store(floor: Floor):
    floor.received()
    body = {"quantity": "40", "target": "A-1"}
    result = floor.do("material.put_away", M, body, by="chen.jing")
    assert result.outcome.status == "applied"
    assert {h.location: h.quantity for h in floor.lot().holdings} == {"RECV": 60, "A-1": 40}
    assert floor.item().on_hand == 100


def test_more_than_lies_there_is_not_put_away(floor: Floor):
    floor.received()
    body = {"quantity": "40", "source": "A-1", "target": "A-2"}
    result = floor.do("material.put_away", M, body, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "not_enough")
    assert result.outcome.params == {"lot": "L1", "on_hand": "0"}


def test_what_was_made_here_comes_into_stock_when_it_is_put_away(floor: Floor):
    floor.card()
    body = {"quantity": "12", "target": "FG-1"}
    result = floor.do("material.put_away", P, body, by="chen.jing")
    assert result.outcome.status == "applied"
    assert floor.lot(P).on_hand == floor.item("item/SZ:P-1").on_hand == 12


def test_only_the_newest_forty_movements_stay_on_the_lot(floor: Floor):
    floor.passed()
    for _ in range(42):
        floor.given("material.issued", M, issue("1"), by="chen.jing")
    assert len(floor.lot().movements) == 40
    assert floor.lot().on_hand == 58
