"""Requisitions raised, changed and ended, and approvals bound to what was shown."""

import hashlib
from typing import Any

import pytest

from server.domain.approval import Shown, digest_of
from tests.server.domain.floor import APPROVAL, LATEST, REQUISITION, Floor, M

STRANGE = '引号 " 反斜杠 \\ 换行 \n 表情 🧰 分隔 \u2028 控制 \u0001 <b>&amp;'


def ask(*lines: tuple[str, str], **rest: str) -> dict[str, Any]:
    return {"lines": [{"item": item, "quantity": q} for item, q in lines], **rest}


def test_a_requisition_asks_for_an_approval_of_exactly_what_it_says(floor: Floor):
    order = {"item": "item/SZ:P-1", "quantity": "20", "due_on": "2026-12-01"}
    floor.given("order.released", "order/SZ:W1", order, by="sun.hao")
    body = ask(
        ("item/SZ:M-1", "30.0"),
        ("item/SZ:M-2", "0.5"),
        order="order/SZ:W1",
        needed_on="2026-11-25",
        note="早班",
    )
    result = floor.do("requisition.raised", REQUISITION, body, by="wang.fang")
    requisition, approval = floor.requisition(), floor.approval()
    assert result.outcome.status == "applied"
    assert (requisition.number, requisition.state) == ("R-0000A1", "waiting")
    assert [(s.field, s.value) for s in approval.material] == [
        ("order", "W1"),
        ("needed_on", "2026-11-25"),
        ("M-1", "30 pcs"),
        ("M-2", "0.5 g"),
        ("note", "早班"),
    ]
    assert approval.digest == digest_of(approval.material)
    assert approval.waits_for == ["SZ:supervisor", "SZ:quality_manager"]


def test_the_digest_is_of_any_text_the_same_on_server_and_device(floor: Floor):
    body = ask(("item/SZ:M-1", "1"), note=STRANGE)
    floor.do("requisition.raised", REQUISITION, body, by="wang.fang")
    result = floor.do("approval.decided", APPROVAL, floor.decision(), by="zhang.wei")
    assert result.outcome.status == "applied"
    assert floor.requisition().note == STRANGE


def test_an_item_asked_for_twice_is_one_line_with_the_sum(floor: Floor):
    body = ask(("item/SZ:M-1", "30"), ("item/SZ:M-2", "5"), ("item/SZ:M-1", "0.5"))
    floor.do("requisition.raised", REQUISITION, body, by="wang.fang")
    assert [(line.item_code, str(line.quantity)) for line in floor.requisition().lines] == [
        ("M-1", "30.5"),
        ("M-2", "5"),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (ask(("item/SZ:M-9", "1")), "unknown_document"),
        (ask(("item/SZ:M-1", "1"), order="order/SZ:W9"), "unknown_document"),
        (ask(), "body_malformed"),
        (ask(("item/SZ:M-1", "0")), "body_malformed"),
    ],
)
def test_a_requisition_names_known_items_and_quantities(
    floor: Floor, body: dict[str, Any], code: str
):
    result = floor.do("requisition.raised", REQUISITION, body, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("rejected", code)


def test_its_raiser_changes_a_requisition_before_it_is_decided(floor: Floor):
    floor.asked()
    before = floor.approval().digest
    body = ask(("item/SZ:M-1", "25"), reason="少领五件")
    result = floor.do("requisition.changed", REQUISITION, body, by="wang.fang")
    assert result.outcome.status == "applied"
    assert floor.requisition().lines[0].quantity == 25
    assert floor.approval().digest != before
    assert floor.approval().timeline[0].data == {"reason": "少领五件"}


def test_another_operator_does_not_change_it(floor: Floor):
    floor.asked()
    body = ask(("item/SZ:M-1", "25"), reason="少领五件")
    result = floor.do("requisition.changed", REQUISITION, body, by="zhao.lei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "no_right")


def test_what_is_decided_is_not_changed_any_more(floor: Floor):
    floor.approved()
    body = ask(("item/SZ:M-1", "25"), reason="少领五件")
    result = floor.do("requisition.changed", REQUISITION, body, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "already_decided")
    assert result.outcome.params == {"name": "张伟", "decision": "approved"}


def test_a_change_of_what_somebody_else_changed_meanwhile_is_stale(floor: Floor):
    floor.asked()
    seen = floor.version(REQUISITION)
    body = ask(("item/SZ:M-1", "25"), reason="少领五件")
    floor.given("requisition.changed", REQUISITION, body, by="wang.fang", base=seen)
    other = ask(("item/SZ:M-1", "40"), reason="加量")
    result = floor.do("requisition.changed", REQUISITION, other, by="zhang.wei", base=seen)
    assert (result.outcome.status, result.outcome.code) == ("rejected", "stale")
    assert {"field": "M-1", "seen": "", "now": "25 pcs"} in result.outcome.params["differences"]


def test_an_approval_decides_the_requisition(floor: Floor):
    floor.asked()
    body = floor.decision() | {"comment": "同意"}
    result = floor.do("approval.decided", APPROVAL, body, by="zhang.wei")
    approval = floor.approval()
    assert result.outcome.status == "applied"
    assert (approval.state, floor.requisition().state, approval.waits_for) == (
        "approved",
        "approved",
        [],
    )
    assert approval.decision is not None
    assert (approval.decision.by_name, approval.decision.comment) == ("张伟", "同意")


def test_a_rejection_is_a_decision_too(floor: Floor):
    floor.asked()
    floor.do("approval.decided", APPROVAL, floor.decision("rejected"), by="li.na")
    assert floor.requisition().state == "rejected"


def test_an_approval_of_what_has_changed_since_is_stale_with_the_difference(floor: Floor):
    floor.asked(("item/SZ:M-1", "30"), ("item/SZ:M-2", "5"))
    shown = floor.decision()
    change = ask(("item/SZ:M-1", "60"), reason="加量")
    floor.given("requisition.changed", REQUISITION, change, by="wang.fang")
    result = floor.do("approval.decided", APPROVAL, shown, by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "stale")
    assert result.outcome.params == {
        "differences": [
            {"field": "M-1", "seen": "30 pcs", "now": "60 pcs"},
            {"field": "M-2", "seen": "5 g", "now": "—"},
        ]
    }
    assert floor.approval().state == "waiting"


def test_an_approval_stands_if_the_version_changed_but_not_what_was_shown(floor: Floor):
    floor.asked()
    seen = floor.version(APPROVAL)
    shown = floor.decision()
    same = ask(("item/SZ:M-1", "30.000"), reason="无变化")
    floor.given("requisition.changed", REQUISITION, same, by="wang.fang")
    result = floor.do("approval.decided", APPROVAL, shown, by="zhang.wei", base=seen)
    assert result.outcome.status == "applied"


def test_nobody_approves_their_own_request(floor: Floor):
    floor.asked(by="zhang.wei")
    result = floor.do("approval.decided", APPROVAL, floor.decision(), by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "own_request")
    assert result.outcome.params == {"number": "R-0000A1"}


def test_nobody_approves_what_they_changed_themselves(floor: Floor):
    floor.asked()
    change = ask(("item/SZ:M-1", "60"), reason="加量")
    floor.given("requisition.changed", REQUISITION, change, by="zhang.wei")
    result = floor.do("approval.decided", APPROVAL, floor.decision(), by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "own_request")


def test_what_is_decided_is_not_decided_again(floor: Floor):
    floor.approved()
    body = floor.decision("rejected")
    result = floor.do("approval.decided", APPROVAL, body, by="li.na")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "already_decided")
    assert result.outcome.params == {"name": "张伟", "decision": "approved"}


def test_a_digest_that_does_not_fit_what_was_shown_is_wrong(floor: Floor):
    floor.asked()
    body = floor.decision() | {"digest": "0" * 64}
    result = floor.do("approval.decided", APPROVAL, body, by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "digest_wrong")


def test_an_operator_does_not_approve(floor: Floor):
    floor.asked()
    result = floor.do("approval.decided", APPROVAL, floor.decision(), by="zhao.lei", base=LATEST)
    assert (result.outcome.status, result.outcome.code) == ("rejected", "no_right")


def test_what_waits_is_withdrawn_and_nobody_need_decide_any_more(floor: Floor):
    floor.asked()
    result = floor.do("requisition.closed", REQUISITION, {"reason": "订单取消"}, by="wang.fang")
    approval = floor.approval()
    assert result.outcome.status == "applied"
    assert (floor.requisition().state, approval.state) == ("withdrawn", "withdrawn")
    assert (approval.waits_for, approval.timeline[0].data) == ([], {"reason": "订单取消"})
    result = floor.do("approval.decided", APPROVAL, floor.decision(), by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "requisition_ended")
    change = ask(("item/SZ:M-1", "60"), reason="加量")
    result = floor.do("requisition.changed", REQUISITION, change, by="wang.fang")
    assert result.outcome.params == {"number": "R-0000A1", "state": "withdrawn"}


def test_what_is_approved_is_closed_and_what_leaves_the_store_still_counts(floor: Floor):
    floor.passed()
    floor.approved(("item/SZ:M-1", "30"))
    floor.given("requisition.closed", REQUISITION, {"reason": "够用了"}, by="zhang.wei")
    assert (floor.requisition().state, floor.approval().state) == ("closed", "approved")
    body = {"quantity": "10", "requisition": REQUISITION}
    result = floor.do("material.issued", M, body, by="chen.jing")
    assert result.outcome.status == "applied"
    assert floor.requisition().state == "closed"
    assert floor.requisition().lines[0].issued == 10


def test_what_was_not_approved_is_put_aside_without_a_reason(floor: Floor):
    floor.asked()
    floor.given("approval.decided", APPROVAL, floor.decision("rejected"), by="zhang.wei")
    result = floor.do("requisition.closed", REQUISITION, {}, by="wang.fang")
    assert result.outcome.status == "applied"
    assert (floor.requisition().state, floor.approval().state) == ("withdrawn", "rejected")


@pytest.mark.parametrize(
    ("by", "reason", "code"),
    [("wang.fang", "", "reason_missing"), ("zhao.lei", "为何", "no_right"),
     ("liu.yang", "为何", "no_right")],
)  # fmt: skip
def test_only_its_raiser_or_a_supervisor_ends_it_and_says_why(
    floor: Floor, by: str, reason: str, code: str
):
    floor.asked()
    result = floor.do("requisition.closed", REQUISITION, {"reason": reason}, by=by)
    assert (result.outcome.status, result.outcome.code) == ("rejected", code)


def test_what_has_ended_does_not_end_again(floor: Floor):
    floor.asked()
    floor.given("requisition.closed", REQUISITION, {"reason": "订单取消"}, by="wang.fang")
    result = floor.do("requisition.closed", REQUISITION, {"reason": "再来"}, by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "requisition_ended")


def test_the_digest_is_sha256_of_compact_json_pairs():
    text = '[["note","a\\"b🧰"]]'
    shown = [Shown(field="note", value='a"b🧰')]
    assert digest_of(shown) == hashlib.sha256(text.encode()).hexdigest()
