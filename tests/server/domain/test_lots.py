"""Lots: received, created, held, released, scrapped."""

from decimal import Decimal

import pytest

from tests.server.domain.floor import LATEST, Floor, M, P

RECEIPT = {
    "item": "item/SZ:M-1",
    "quantity": "12.50",
    "location": "RECV",
    "supplier": " 常州宏阳 ",
    "supplier_lot": "HY-1",
    "expires_on": "2027-01-31",
    "note": "少一箱",
}


def test_received_goods_wait_to_be_inspected_where_they_were_put_down(floor: Floor):
    result = floor.do("lot.received", M, RECEIPT, by="chen.jing")
    lot = floor.lot()
    assert result.outcome.status == "applied"
    assert (lot.status, lot.code, lot.received_on) == ("to_inspect", "L1", "2026-11-22")
    assert [(h.location, h.quantity) for h in lot.holdings] == [("RECV", Decimal("12.5"))]
    assert lot.supplier == "常州宏阳"
    assert lot.timeline[0].data["note"] == "少一箱"
    assert floor.item().on_hand == Decimal("12.5")
    assert lot.as_json()["on_hand"] == "12.5"


def test_a_lot_code_is_never_used_twice_for_an_item_the_second_receipt_is_parked(floor: Floor):
    floor.received()
    result = floor.do("lot.received", M, RECEIPT, by="chen.jing", base=None)
    assert (result.outcome.status, result.outcome.code) == ("parked", "already_exists")
    assert floor.case(result).kind == "parked"
    assert floor.lot().on_hand == 100


def test_a_lot_code_is_never_used_twice_the_second_to_be_made_is_rejected(floor: Floor):
    floor.card()
    body = {"item": "item/SZ:P-1", "quantity": "5"}
    result = floor.do("lot.created", P, body, by="sun.hao", base=None)
    assert (result.outcome.status, result.outcome.code) == ("rejected", "already_exists")
    assert floor.lot(P).quantity == 20


@pytest.mark.parametrize("code", ["-L1", "L 1", "L1:2", "批次1", "L" * 31])
def test_a_lot_code_has_letters_digits_and_dots_at_most_thirty(floor: Floor, code: str):
    body = {"item": "item/SZ:M-1", "quantity": "5"}
    try:
        result = floor.do("lot.created", f"lot/SZ:M-1:{code}", body, by="sun.hao")
    except ValueError:
        return  # no key at all
    assert (result.outcome.status, result.outcome.code) == ("rejected", "lot_code_invalid")


def test_a_lot_key_names_its_item(floor: Floor):
    result = floor.do("lot.received", "lot/SZ:M-2:L1", RECEIPT, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "lot_code_invalid")


def test_goods_of_an_unknown_item_are_parked(floor: Floor):
    body = {**RECEIPT, "item": "item/SZ:M-9"}
    result = floor.do("lot.received", "lot/SZ:M-9:L1", body, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "unknown_document")


def test_a_lot_to_be_made_has_nothing_on_hand_yet(floor: Floor):
    body = {"item": "item/SZ:P-1", "quantity": "20", "produced_on": "2026-11-20"}
    result = floor.do("lot.created", P, body, by="wang.fang")
    lot = floor.lot(P)
    assert result.outcome.status == "applied"
    assert lot.on_hand == 0
    assert (lot.holdings, lot.produced_on) == ([], "2026-11-20")


def test_whoever_doubts_may_stop_a_lot(floor: Floor):
    floor.passed()
    result = floor.do("lot.held", M, {"reason": "有裂纹"}, by="wang.fang")
    lot = floor.lot()
    assert result.outcome.status == "applied"
    assert (lot.status, lot.status_by_name, lot.status_reason) == ("on_hold", "王芳", "有裂纹")
    assert lot.holds[0].status_before == "passed"


def test_a_second_hold_is_kept_beside_the_first(floor: Floor):
    floor.passed()
    floor.given("lot.held", M, {"reason": "有裂纹"}, by="wang.fang")
    result = floor.do("lot.held", M, {"reason": "标签不清"}, by="liu.yang", base=1)
    assert (result.outcome.status, result.outcome.code) == ("merged", "lot_already_held")
    assert [hold.reason for hold in floor.lot().holds] == ["标签不清", "有裂纹"]


def test_a_hold_on_a_scrapped_lot_is_noted_and_it_stays_scrapped(floor: Floor):
    floor.passed()
    floor.given("lot.scrapped", M, {"reason": "淹水"}, by="zhang.wei")
    result = floor.do("lot.held", M, {"reason": "有裂纹"}, by="wang.fang", base=1)
    assert (result.outcome.status, result.outcome.code) == ("merged", "lot_scrapped")
    assert floor.lot().status == "scrapped"
    assert floor.lot().timeline[0].data == {"reason": "有裂纹"}


def test_a_release_returns_a_lot_to_what_it_was_before_the_first_hold(floor: Floor):
    floor.passed()
    floor.given("lot.held", M, {"reason": "有裂纹"}, by="wang.fang")
    floor.given("lot.held", M, {"reason": "标签不清"}, by="liu.yang")
    result = floor.do("lot.released", M, {"reason": "复查合格"}, by="zhang.wei")
    lot = floor.lot()
    assert result.outcome.status == "applied"
    assert lot.status == "passed"
    assert [(h.released_by_name, h.released_reason) for h in lot.holds] == [
        ("张伟", "复查合格"),
        ("张伟", "复查合格"),
    ]


def test_an_emergency_release_has_a_status_of_its_own(floor: Floor):
    floor.received()
    body = {"reason": "生产急用", "emergency": True}
    result = floor.do("lot.released", M, body, by="li.na")
    assert result.outcome.status == "applied"
    assert floor.lot().status == "emergency"


def test_what_was_not_inspected_is_released_only_as_an_emergency(floor: Floor):
    floor.received()
    result = floor.do("lot.released", M, {"reason": "放行"}, by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "not_inspected")


def test_a_passed_lot_needs_no_release(floor: Floor):
    floor.passed()
    result = floor.do("lot.released", M, {"reason": "放行"}, by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "lot_not_held")


def test_a_release_given_before_another_hold_is_stale(floor: Floor):
    floor.passed()
    floor.given("lot.held", M, {"reason": "有裂纹"}, by="wang.fang")
    seen = floor.version(M)
    floor.given("lot.held", M, {"reason": "标签不清"}, by="liu.yang")
    result = floor.do("lot.released", M, {"reason": "复查合格"}, by="zhang.wei", base=seen)
    assert (result.outcome.status, result.outcome.code) == ("rejected", "stale")
    assert result.outcome.params == {
        "differences": [{"field": "status", "seen": "", "now": "on_hold"}]
    }
    assert floor.lot().status == "on_hold"


def test_scrapping_leaves_nothing_on_hand(floor: Floor):
    floor.passed()
    result = floor.do("lot.scrapped", M, {"reason": "淹水"}, by="zhang.wei")
    lot = floor.lot()
    assert result.outcome.status == "applied"
    assert lot.on_hand == 0
    assert (lot.status, lot.holdings) == ("scrapped", [])
    assert lot.movements[0].kind == "scrap"
    assert floor.item().on_hand == 0


@pytest.mark.parametrize("kind", ["lot.released", "lot.scrapped"])
def test_a_scrapped_lot_is_never_released_or_scrapped_again(floor: Floor, kind: str):
    floor.passed()
    floor.given("lot.scrapped", M, {"reason": "淹水"}, by="zhang.wei")
    result = floor.do(kind, M, {"reason": "误报"}, by="li.na")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "lot_scrapped")


def test_only_supervision_releases(floor: Floor):
    floor.received()
    result = floor.do("lot.released", M, {"reason": "放行", "emergency": True}, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "no_right")


def test_a_reason_of_blanks_is_none(floor: Floor):
    floor.passed()
    result = floor.do("lot.held", M, {"reason": "  "}, by="wang.fang", base=LATEST)
    assert (result.outcome.status, result.outcome.code) == ("parked", "body_malformed")
    assert result.outcome.params["where"] == "reason"
