"""Stock-taking: the book follows the count, and what nobody can tell any more is a case."""

from decimal import Decimal

import pytest

from server.domain.lot import on_hand_at
from tests.server.domain.floor import Floor, M


def count(quantity: str, location: str = "RECV", **rest: str) -> dict[str, str]:
    return {"counted": quantity, "location": location, **rest}


def test_a_count_that_agrees_is_told_and_moves_nothing(floor: Floor):
    floor.passed()
    before = len(floor.lot().movements)
    result = floor.do("stock.counted", M, count("100.0", note="shelf 2"), by="chen.jing")
    assert result.outcome.status == "applied"
    assert len(floor.lot().movements) == before
    assert floor.lot().timeline[0].data == {
        "counted": "100",
        "book": "100",
        "unit": "pcs",
        "location": "RECV",
        "note": "shelf 2",
    }


@pytest.mark.parametrize(("counted", "status"), [("98", "applied"), ("102", "applied")])
def test_a_small_difference_becomes_the_book(floor: Floor, counted: str, status: str):
    floor.passed()
    result = floor.do("stock.counted", M, count(counted), by="chen.jing")
    lot = floor.lot()
    assert result.outcome.status == status
    assert lot.on_hand == Decimal(counted) == floor.item().on_hand
    assert (lot.movements[0].kind, lot.movements[0].target) == ("adjust", "RECV")
    assert lot.movements[0].quantity == Decimal(counted) - 100


@pytest.mark.parametrize("counted", ["97.9", "102.1", "0", "250"])
def test_beyond_two_percent_a_supervisor_looks_and_the_book_follows_all_the_same(
    floor: Floor, counted: str
):
    floor.passed()
    result = floor.do("stock.counted", M, count(counted), by="chen.jing")
    case = floor.case(result)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_count_difference")
    assert case.params["book"] == "100"
    assert floor.lot().on_hand == Decimal(counted) == floor.item().on_hand
    assert floor.lot().open_case is None


def test_what_lies_where_the_book_has_nothing_is_a_case(floor: Floor):
    floor.passed()
    result = floor.do("stock.counted", M, count("3", "A-9"), by="chen.jing")
    assert floor.case(result).kind == "count_difference"
    assert on_hand_at(floor.lot(), "A-9") == 3
    assert floor.lot().on_hand == 103


def test_only_the_counted_location_changes(floor: Floor):
    floor.passed()
    floor.given("material.put_away", M, {"quantity": "50", "target": "A-1"}, by="chen.jing")
    floor.do("stock.counted", M, count("49", "A-1"), by="chen.jing")
    assert on_hand_at(floor.lot(), "A-1") == 49
    assert on_hand_at(floor.lot(), "RECV") == 50


def test_a_count_beside_an_issue_that_the_counter_did_not_know_is_a_case_with_both(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("material.issued", M, {"quantity": "10"}, by="wang.fang", base=seen)
    result = floor.do("stock.counted", M, count("91"), by="chen.jing", base=seen)
    assert [one.by for one in floor.case(result).entries] == ["wang.fang", "chen.jing"]
    assert floor.lot().on_hand == 91


def test_a_count_that_comes_out_as_the_book_needs_nobody_although_somebody_took(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("material.issued", M, {"quantity": "10"}, by="wang.fang", base=seen)
    result = floor.do("stock.counted", M, count("90"), by="chen.jing", base=seen)
    assert result.outcome.status == "applied"


def test_what_others_moved_elsewhere_does_not_matter(floor: Floor):
    floor.passed()
    floor.given("material.put_away", M, {"quantity": "50", "target": "A-1"}, by="chen.jing")
    seen = floor.version(M)
    body = {"quantity": "10", "location": "A-1"}
    floor.given("material.issued", M, body, by="wang.fang", base=seen)
    result = floor.do("stock.counted", M, count("49.5"), by="chen.jing", base=seen)
    assert result.outcome.status == "applied"


def test_what_came_to_the_place_unseen_is_named_too(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    body = {"quantity": "5", "location": "RECV", "reason": "left over"}
    floor.given("material.returned", M, body, by="wang.fang", base=seen)
    result = floor.do("stock.counted", M, count("100"), by="chen.jing", base=seen)
    assert [one.kind for one in floor.case(result).entries] == [
        "material.returned",
        "stock.counted",
    ]


def test_an_issue_that_is_told_after_a_count_is_a_case_with_both(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("stock.counted", M, count("98"), by="chen.jing", base=seen)
    result = floor.do("material.issued", M, {"quantity": "2"}, by="wang.fang", base=seen)
    case = floor.case(result)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_counted_meanwhile")
    assert [one.kind for one in case.entries] == ["stock.counted", "material.issued"]
    assert floor.lot().on_hand == 96


def test_without_knowing_what_was_seen_only_the_tolerance_counts(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("material.issued", M, {"quantity": "10"}, by="wang.fang", base=seen)
    result = floor.do("stock.counted", M, count("89"), by="chen.jing", base=None)
    assert result.outcome.status == "applied"


def test_an_overdrawn_lot_keeps_its_case_until_somebody_decides_it(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("material.issued", M, {"quantity": "70"}, by="chen.jing", base=seen)
    floor.do("material.issued", M, {"quantity": "60"}, by="wang.fang", base=seen)
    case = floor.lot().open_case
    result = floor.do("stock.counted", M, count("5"), by="chen.jing")
    assert result.outcome.code == "case_count_difference"
    assert floor.lot().on_hand == 5
    assert floor.lot().open_case == case


def test_a_case_of_a_count_is_noted_and_the_count_stands(floor: Floor):
    floor.passed()
    case = floor.do("stock.counted", M, count("80"), by="chen.jing").outcome.case
    assert case is not None
    result = floor.do("case.resolved", case, {"note": "two boxes found broken"}, by="zhang.wei")
    assert result.outcome.status == "applied"
    assert floor.lot().on_hand == 80


@pytest.mark.parametrize("counted", ["-1", "", "a lot"])
def test_what_is_no_quantity_is_refused(floor: Floor, counted: str):
    floor.passed()
    result = floor.do("stock.counted", M, count(counted), by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "body_malformed")


def test_who_has_no_business_in_the_store_is_parked(floor: Floor):
    floor.passed()
    result = floor.do("stock.counted", M, count("1"), by="zhou.min")
    assert (result.outcome.status, result.outcome.code) == ("parked", "no_right")
