"""Visits: opened, and recorded with parts. Their plan is in test_visit_plan."""

from typing import Any

import pytest

from sync.entry import BlobRef
from tests.server.domain.floor import VAN, VISIT, VISIT_BODY, Floor

SIGNATURE = BlobRef(sha256="cd" * 32, size=900, type="image/png", name="s.png")


def work(*parts: tuple[str, str]) -> dict[str, Any]:
    used = [{"lot": lot, "quantity": quantity} for lot, quantity in parts]
    return {"step": "work", "answers": {"done": "更换 O 形圈"}, "parts": used}


def test_a_visit_is_given_to_a_technician(floor: Floor):
    result = floor.do("visit.opened", VISIT, VISIT_BODY, by="zhang.wei")
    visit = floor.visit()
    assert result.outcome.status == "applied"
    assert (visit.technician_name, visit.next, visit.number) == ("周敏", "work", "V1")
    assert visit.asset is None


def test_a_visit_with_the_delivered_product(floor: Floor):
    asset = {"name": "减压阀", "serial": "PRV-1", "lot_code": "B1"}
    floor.do("visit.opened", VISIT, {**VISIT_BODY, "asset": asset}, by="zhang.wei")
    assert floor.visit().asset is not None


@pytest.mark.parametrize(
    "changed", [{"procedure": "procedure/SZ:card.v1"}, {"technician": "nobody"}]
)
def test_a_visit_needs_a_service_procedure_and_a_person(floor: Floor, changed: dict[str, str]):
    body = {**VISIT_BODY, **changed}
    result = floor.do("visit.opened", VISIT, body, by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "unknown_document")


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"customer": ["无锡"]}, "customer"),
        ({"customer": {"name": "无锡"}}, "customer.address"),
        ({"service": "party"}, "service"),
        ({"priority": "high"}, "priority"),
        ({"problem": "x" * 2001}, "problem"),
        ({"problem": 5}, "problem"),
    ],
)
def test_a_malformed_visit_is_rejected_with_the_place(
    floor: Floor, changed: dict[str, Any], where: str
):
    result = floor.do("visit.opened", VISIT, {**VISIT_BODY, **changed}, by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "body_malformed")
    assert result.outcome.params["where"] == where


def test_text_is_counted_in_characters(floor: Floor):
    result = floor.do("visit.opened", VISIT, {**VISIT_BODY, "problem": "🧰" * 2000}, by="zhang.wei")
    assert result.outcome.status == "applied"


def test_parts_used_leave_the_stock_they_came_from(floor: Floor):
    floor.sent()
    result = floor.do("visit.step_recorded", VISIT, work((VAN, "2")), by="zhou.min")
    visit, lot = floor.visit(), floor.lot(VAN)
    assert result.outcome.status == "applied"
    assert [(part.lot_code, str(part.quantity)) for part in visit.parts] == [("S1", "2")]
    assert visit.steps[0].records[0].parts == visit.parts
    assert lot.on_hand == 8 == floor.item("item/HD:M-1").on_hand
    assert (lot.movements[0].kind, lot.movements[0].run) == ("use", VISIT)


def test_a_lot_named_twice_is_moved_once_with_the_sum(floor: Floor):
    floor.sent()
    body = work((VAN, "2"), (VAN, "1.5"))
    floor.do("visit.step_recorded", VISIT, body, by="zhou.min")
    assert [str(m.quantity) for m in floor.lot(VAN).movements if m.kind == "use"] == ["3.5"]


def test_parts_that_were_not_there_any_more_were_used_all_the_same(floor: Floor):
    floor.sent()
    floor.given("material.issued", VAN, {"quantity": "9"}, by="he.yan")
    result = floor.do("visit.step_recorded", VISIT, work((VAN, "3")), by="zhou.min")
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_overdrawn")
    assert [one.kind for one in floor.case(result).entries] == [
        "material.issued",
        "visit.step_recorded",
    ]
    assert floor.step("work", VISIT).state == "done"


def test_a_case_names_no_more_movements_than_explain_the_shortage(floor: Floor):
    floor.sent()
    for quantity in ("1", "1", "1", "4"):
        floor.given("material.issued", VAN, {"quantity": quantity}, by="he.yan")
    result = floor.do("visit.step_recorded", VISIT, work((VAN, "6")), by="zhou.min")
    assert [one.data["quantity"] for one in floor.case(result).entries] == ["4", "6"]


def test_two_parts_short_in_one_step_make_two_cases(floor: Floor):
    floor.sent()
    floor.passed("lot/HD:M-1:S2", "5", by="he.yan")
    body = work((VAN, "11"), ("lot/HD:M-1:S2", "6"))
    result = floor.do("visit.step_recorded", VISIT, body, by="zhou.min")
    assert result.outcome.status == "conflict"
    assert [case.about_label for case in floor.cases()] == ["S1", "S2"]
    assert floor.lot("lot/HD:M-1:S2").open_case != floor.lot(VAN).open_case


def test_parts_of_a_lot_that_is_on_hold_make_a_case(floor: Floor):
    floor.sent()
    floor.given("lot.held", VAN, {"reason": "召回"}, by="he.yan")
    result = floor.do("visit.step_recorded", VISIT, work((VAN, "1")), by="zhou.min")
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_status_conflict")
    assert floor.lot(VAN).on_hand == 9


@pytest.mark.parametrize(
    ("lot", "code"), [("lot/HD:M-1:S9", "unknown_document"), ("lot/SZ:M-1:L1", "foreign_site")]
)
def test_parts_come_from_a_lot_of_the_site(floor: Floor, lot: str, code: str):
    floor.sent()
    floor.passed()
    result = floor.do("visit.step_recorded", VISIT, work((lot, "1")), by="zhou.min")
    assert (result.outcome.status, result.outcome.code) == ("parked", code)
    assert floor.visit().parts == []


def test_the_signature_of_the_customer_ends_the_visit(floor: Floor):
    floor.sent()
    floor.given("visit.step_recorded", VISIT, work(), by="zhou.min")
    body = {"step": "acceptance", "verdict": "pass", "answers": {"signature": SIGNATURE.sha256}}
    result = floor.do("visit.step_recorded", VISIT, body, by="zhou.min", blobs=(SIGNATURE,))
    assert result.outcome.status == "applied"
    assert floor.visit().state == "done"


def test_a_signature_that_is_not_in_the_entry_is_missing(floor: Floor):
    floor.sent()
    body = {"step": "acceptance", "verdict": "pass", "answers": {"signature": SIGNATURE.sha256}}
    result = floor.do("visit.step_recorded", VISIT, body, by="zhou.min")
    assert (result.outcome.status, result.outcome.code) == ("parked", "evidence_missing")


@pytest.mark.parametrize("verdict", ["fail", "hold"])
def test_who_does_not_accept_does_not_sign_and_the_note_says_why(floor: Floor, verdict: str):
    floor.sent()
    body = {"step": "acceptance", "verdict": verdict, "note": "客户认为仍有渗水，拒绝签字"}
    result = floor.do("visit.step_recorded", VISIT, body, by="zhou.min")
    record = floor.step("acceptance", VISIT).records[0]
    assert result.outcome.status == "applied"
    assert (record.verdict, record.evidence, record.note) == (verdict, [], body["note"])


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        ({"verdict": "pass", "note": "无"}, "answer_missing", "answers.signature"),
        ({"note": "无"}, "answer_missing", "answers.signature"),
        ({"verdict": "fail"}, "note_missing", "note"),
        ({"verdict": "hold", "note": "  "}, "note_missing", "note"),
    ],
)
def test_an_acceptance_is_signed_and_a_refusal_has_its_reason(
    floor: Floor, body: dict[str, Any], code: str, where: str
):
    floor.sent()
    result = floor.do("visit.step_recorded", VISIT, {"step": "acceptance", **body}, by="zhou.min")
    outcome = result.outcome
    assert (outcome.status, outcome.code, outcome.where) == ("parked", code, where)


def test_who_signed_without_accepting_is_kept_with_the_signature(floor: Floor):
    floor.sent()
    answers = {"signature": SIGNATURE.sha256}
    body = {"step": "acceptance", "verdict": "fail", "answers": answers}
    floor.do("visit.step_recorded", VISIT, body, by="zhou.min", blobs=(SIGNATURE,))
    assert floor.step("acceptance", VISIT).records[0].evidence[0].sha256 == SIGNATURE.sha256


def test_two_verdicts_on_a_visit_step_make_a_case_there(floor: Floor):
    floor.sent()
    seen = floor.version(VISIT)
    ok = {"step": "work", "answers": {"done": "好"}, "verdict": "pass"}
    floor.given("visit.step_recorded", VISIT, ok, by="zhou.min", base=seen)
    body = {**ok, "verdict": "fail", "parts": [{"lot": VAN, "quantity": "1"}]}
    result = floor.do("visit.step_recorded", VISIT, body, by="wu.gang", base=seen)
    assert result.outcome.code == "case_verdict_conflict"
    assert floor.step("work", VISIT).verdict_now == "fail"
    assert floor.case(result).about == VISIT
