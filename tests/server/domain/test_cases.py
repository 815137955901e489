"""Cases resolved: what a supervisor decides, and what that does to the thing it is about."""

from typing import Any

import pytest

from sync.reconcile import Result
from tests.server.domain.floor import GOOD, JOB, VISIT, Floor, M, P


def overdrawn(floor: Floor) -> str:
    """A lot of 100 of which two took 70 and 60; the case's key."""
    floor.passed()
    seen = floor.version(M)
    floor.given("material.issued", M, {"quantity": "70"}, by="chen.jing", base=seen)
    taken = floor.do("material.issued", M, {"quantity": "60"}, by="wang.fang", base=seen)
    return key_of(floor, taken)


def two_verdicts(floor: Floor, *, first: str, second: str) -> str:
    """Two final inspections that did not know of each other; the case's key."""
    floor.until("final")
    seen = floor.version(JOB)
    body = {"step": "final", "answers": GOOD["final"]}
    floor.given("step.recorded", JOB, body | {"verdict": first}, by="liu.yang", base=seen)
    late = floor.do("step.recorded", JOB, body | {"verdict": second}, by="ma.li", base=seen)
    return key_of(floor, late)


def key_of(floor: Floor, result: Result) -> str:
    floor.deeds.pop()
    return floor.case(result).key


def resolve(floor: Floor, case: str, **body: Any) -> Result:
    return floor.do("case.resolved", case, {"note": "已核实", **body}, by="zhang.wei")


def test_a_recount_puts_the_book_right_and_closes_the_case(floor: Floor):
    case = overdrawn(floor)
    result = resolve(floor, case, decision="recounted", counted="2.5")
    lot = floor.lot()
    assert result.outcome.status == "applied"
    assert [(h.location, str(h.quantity)) for h in lot.holdings] == [("RECV", "2.5")]
    assert str(lot.on_hand) == str(floor.item().on_hand) == "2.5"
    assert (lot.movements[0].kind, str(lot.movements[0].quantity)) == ("adjust", "32.5")
    assert lot.open_case is None


def test_a_recount_may_find_nothing(floor: Floor):
    case = overdrawn(floor)
    resolve(floor, case, decision="recounted", counted="0")
    assert floor.lot().holdings == []
    assert floor.item().on_hand == 0


def test_after_a_recount_the_next_shortage_is_a_new_case(floor: Floor):
    case = overdrawn(floor)
    floor.given("case.resolved", case, {"note": "x", "counted": "5"}, by="zhang.wei")
    result = floor.do("material.issued", M, {"quantity": "6"}, by="zhao.lei", base=1)
    assert result.outcome.status == "conflict"
    assert result.outcome.case != case


def test_an_overdrawn_lot_is_counted_to_close_its_case(floor: Floor):
    case = overdrawn(floor)
    result = resolve(floor, case, decision="recounted")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "counted_missing")


@pytest.mark.parametrize("counted", ["-1", "x"])
def test_nobody_counts_less_than_nothing(floor: Floor, counted: str):
    case = overdrawn(floor)
    result = resolve(floor, case, counted=counted)
    assert (result.outcome.status, result.outcome.code) == ("rejected", "body_malformed")


def test_a_case_is_closed_once(floor: Floor):
    case = overdrawn(floor)
    floor.given("case.resolved", case, {"note": "x", "counted": "5"}, by="li.na")
    result = resolve(floor, case, counted="7")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "already_resolved")
    assert result.outcome.params == {"name": "李娜"}
    assert floor.lot().on_hand == 5


def test_the_supervisors_verdict_replaces_the_stricter_one(floor: Floor):
    case = two_verdicts(floor, first="fail", second="pass")
    result = resolve(floor, case, decision="verdict", verdict="pass")
    step = floor.step("final")
    assert result.outcome.status == "applied"
    assert (step.verdict_now, step.state, floor.job().next) == ("pass", "done", "put_away")
    assert len(step.records) == 2
    assert floor.job().timeline[0].data["verdict"] == "pass"


def test_a_hold_stands_until_it_is_released_even_if_the_verdict_is_pass(floor: Floor):
    case = two_verdicts(floor, first="fail", second="pass")
    resolve(floor, case, verdict="pass")
    assert floor.lot(P).status == "on_hold"


def test_a_verdict_of_scrap_by_the_supervisor_stops_the_lot(floor: Floor):
    case = two_verdicts(floor, first="fail", second="pass")
    floor.given("lot.released", P, {"reason": "复查"}, by="zhang.wei")
    resolve(floor, case, verdict="scrap")
    assert floor.lot(P).status == "on_hold"
    assert floor.step("final").state == "failed"


def test_two_verdicts_are_closed_with_a_verdict(floor: Floor):
    case = two_verdicts(floor, first="fail", second="pass")
    result = resolve(floor, case, decision="noted")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "verdict_missing")


def test_a_verdict_on_a_visit_is_settled_there(floor: Floor):
    floor.sent()
    seen = floor.version(VISIT)
    body = {"step": "work", "answers": {"done": "好"}}
    floor.given("visit.step_recorded", VISIT, body, by="zhou.min", base=seen)
    late = floor.do(
        "visit.step_recorded", VISIT, body | {"verdict": "fail"}, by="wu.gang", base=seen
    )
    case = key_of(floor, late)
    result = resolve(floor, case, verdict="pass")
    assert result.outcome.status == "applied"
    assert floor.step("work", VISIT).verdict_now == "pass"


def test_any_other_case_is_closed_with_a_note(floor: Floor):
    floor.passed()
    seen = floor.version(M)
    floor.given("lot.held", M, {"reason": "有裂纹"}, by="liu.yang", base=seen)
    taken = floor.do("material.issued", M, {"quantity": "1"}, by="chen.jing", base=seen)
    result = resolve(floor, key_of(floor, taken), decision="noted")
    case = floor.case(taken)
    assert result.outcome.status == "applied"
    assert case.state == "resolved"
    assert case.resolution is not None
    assert (case.resolution.by_name, case.resolution.note) == ("张伟", "已核实")


def test_an_operator_does_not_close_cases(floor: Floor):
    case = overdrawn(floor)
    body = {"note": "x", "counted": "5"}
    result = floor.do("case.resolved", case, body, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "no_right")


def test_an_administrator_closes_what_was_parked_and_nothing_else(floor: Floor):
    short = overdrawn(floor)
    body = {"note": "x", "counted": "5"}
    refused = floor.do("case.resolved", short, body, by="admin")
    assert (refused.outcome.status, refused.outcome.code) == ("rejected", "no_right")
    parked = floor.do("lot.blessed", M, {}, by="liu.yang")
    closed = floor.do("case.resolved", key_of(floor, parked), {"note": "x"}, by="admin")
    assert closed.outcome.status == "applied"
