"""Jobs started and their steps recorded: answers, verdicts, and what they do to the lot."""

from typing import Any

import pytest

from sync.entry import BlobRef
from tests.server.domain.floor import GOOD, JOB, Floor, P

PHOTO = BlobRef(sha256="ab" * 32, size=1000, type="image/jpeg", name="a.jpg")


def answers(step: str, verdict: str | None = None, **changed: str) -> dict[str, Any]:
    body: dict[str, Any] = {"step": step, "answers": {**GOOD[step], **changed}}
    return body | ({"verdict": verdict} if verdict else {})


def test_a_job_gives_the_lot_its_traveler_card(floor: Floor):
    floor.given("lot.created", P, {"item": "item/SZ:P-1", "quantity": "20"}, by="sun.hao")
    order = {"item": "item/SZ:P-1", "quantity": "20", "due_on": "2026-12-01"}
    floor.given("order.released", "order/SZ:W1", order, by="sun.hao")
    body = {"procedure": "procedure/SZ:card.v1", "lot": P, "quantity": "20", "order": "order/SZ:W1"}
    result = floor.do("job.started", JOB, body, by="sun.hao")
    job = floor.job()
    assert result.outcome.status == "applied"
    assert (job.next, job.steps[0].state, job.due_on) == ("first_article", "ready", "2026-12-01")
    assert job.waits_for == ["SZ:operator", "SZ:inspector"]
    assert floor.lot(P).runs[0].number == "J1"


def test_a_job_needs_no_order(floor: Floor):
    floor.given("lot.created", P, {"item": "item/SZ:P-1", "quantity": "20"}, by="sun.hao")
    body = {"procedure": "procedure/SZ:card.v1", "lot": P, "quantity": "20", "due_on": None}
    result = floor.do("job.started", JOB, body, by="liu.yang")
    assert result.outcome.status == "applied"
    assert (floor.job().order, floor.job().order_number, floor.job().due_on) == (None, None, None)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"procedure": "procedure/SZ:card.v9"}, "unknown_document"),
        ({"procedure": "procedure/HD:service.v1"}, "unknown_document"),
        ({"order": "order/SZ:W9"}, "unknown_document"),
        ({"lot": "lot/SZ:P-1:B9"}, "unknown_document"),
        ({"lot": "lot/HD:M-1:S1"}, "foreign_site"),
    ],
)
def test_a_job_needs_a_lot_procedure_and_a_lot_of_its_site(
    floor: Floor, changed: dict[str, str], code: str
):
    floor.given("lot.created", P, {"item": "item/SZ:P-1", "quantity": "20"}, by="sun.hao")
    body = {"procedure": "procedure/SZ:card.v1", "lot": P, "quantity": "20", **changed}
    result = floor.do("job.started", JOB, body, by="sun.hao")
    assert (result.outcome.status, result.outcome.code) == ("rejected", code)


def test_a_scrapped_lot_gets_no_job(floor: Floor):
    floor.card()
    floor.given("lot.scrapped", P, {"reason": "淹水"}, by="zhang.wei")
    body = {"procedure": "procedure/SZ:card.v1", "lot": P, "quantity": "20"}
    result = floor.do("job.started", "job/SZ:J2", body, by="sun.hao")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "lot_scrapped")


def test_a_recorded_step_keeps_its_numbers_beside_their_limits(floor: Floor):
    floor.card()
    body = {**answers("first_article", "pass", bore="25.010"), "note": "G-017"}
    result = floor.do("step.recorded", JOB, body, by="wang.fang")
    record = floor.step("first_article").records[0]
    assert result.outcome.status == "applied"
    assert record.model_dump(mode="json")["measurements"] == [
        {
            "key": "bore",
            "label": {"zh": "孔径", "en": "Bore"},
            "unit": "mm",
            "value": "25.01",
            "lower": "25",
            "upper": "25.021",
            "ok": True,
        }
    ]
    assert record.answers == {"bore": "25.010"}
    assert floor.job().next == "machining"
    assert floor.job().timeline[0].data["values"] == "25.01 mm"


@pytest.mark.parametrize(
    ("bore", "verdict"), [("25", "pass"), ("25.021", "pass"), ("25.0211", "fail"), ("-1", "fail")]
)
def test_limits_are_inclusive(floor: Floor, bore: str, verdict: str):
    floor.card()
    floor.do("step.recorded", JOB, answers("first_article", "pass", bore=bore), by="wang.fang")
    assert floor.step("first_article").verdict_now == verdict


def test_a_number_out_of_limits_fails_the_step_and_holds_the_lot(floor: Floor):
    floor.card()
    body = answers("first_article", "pass", bore="25.03")
    result = floor.do("step.recorded", JOB, body, by="wang.fang")
    step, lot = floor.step("first_article"), floor.lot(P)
    assert result.outcome.status == "applied"
    assert (step.verdict_now, step.state, step.records[0].asked_verdict) == (
        "fail",
        "failed",
        "pass",
    )
    assert (lot.status, lot.holds[0].reason) == ("on_hold", floor.step("first_article").title)
    assert lot.timeline[0].data["verdict"] == "fail"


def test_a_release_after_a_failed_first_article_returns_the_lot_to_what_it_was(floor: Floor):
    floor.card()
    floor.given("step.recorded", JOB, answers("first_article", bore="25.03"), by="wang.fang")
    result = floor.do("lot.released", P, {"reason": "已返工"}, by="zhang.wei")
    assert result.outcome.status == "applied"
    assert floor.lot(P).status == "to_inspect"


def test_a_choice_that_is_not_ok_fails_the_step(floor: Floor):
    floor.until("self_check")
    body = answers("self_check", "pass", stem="sticking")
    floor.do("step.recorded", JOB, body, by="wang.fang")
    assert floor.step("self_check").verdict_now == "fail"


@pytest.mark.parametrize("verdict", ["hold", "scrap"])
def test_a_verdict_of_hold_or_scrap_stops_the_lot_at_any_step(floor: Floor, verdict: str):
    floor.until("self_check")
    result = floor.do("step.recorded", JOB, answers("self_check", verdict), by="wang.fang")
    assert result.outcome.status == "applied"
    assert floor.lot(P).status == "on_hold"


@pytest.mark.parametrize(
    ("body", "code", "params"),
    [
        ({"step": "polishing"}, "unknown_step", {"step": "polishing"}),
        ({"step": "machining", "answers": {"goood": "1"}}, "unknown_field", {"field": "goood"}),
        (
            {"step": "machining"},
            "answer_missing",
            {"label": {"zh": "合格件数", "en": "Good pieces"}},
        ),
        (
            {"step": "machining", "answers": {"good": "zwölf"}},
            "not_a_number",
            {"label": {"zh": "合格件数", "en": "Good pieces"}},
        ),
        (
            {"step": "machining", "answers": {"good": "12", "photo": "cd" * 32}},
            "evidence_missing",
            {"label": {"zh": "照片", "en": "Photo"}},
        ),
    ],
)
def test_answers_must_fit_the_step(
    floor: Floor, body: dict[str, Any], code: str, params: dict[str, Any]
):
    floor.until("machining")
    result = floor.do("step.recorded", JOB, body, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("parked", code)
    assert result.outcome.params == params


@pytest.mark.parametrize(
    "good", ["1e3", "+5", "1_0", "１２", "NaN", "0.1234567", "1234567890123", ".", "-"]
)
def test_a_number_is_digits_and_a_point_and_nothing_else(floor: Floor, good: str):
    floor.until("machining")
    result = floor.do("step.recorded", JOB, answers("machining", good=good), by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("parked", "not_a_number")


@pytest.mark.parametrize(
    ("good", "value"),
    [
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("123456789012.123456", "123456789012.123456"),
        ("-0", "0"),
        ("100", "100"),
    ],
)
def test_a_number_is_kept_in_its_one_canonical_form(floor: Floor, good: str, value: str):
    floor.until("machining")
    floor.do("step.recorded", JOB, answers("machining", good=good), by="wang.fang")
    measured = floor.step("machining").records[0].measurements[0]
    assert measured.model_dump(mode="json")["value"] == value


def test_an_answer_that_is_no_choice_is_not_understood(floor: Floor):
    floor.until("self_check")
    body = answers("self_check", stem="loose")
    result = floor.do("step.recorded", JOB, body, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("parked", "not_a_choice")


def test_a_photo_is_named_by_its_content_and_may_arrive_later(floor: Floor):
    floor.until("machining")
    body = answers("machining", photo=PHOTO.sha256)
    result = floor.do("step.recorded", JOB, body, by="wang.fang", blobs=(PHOTO,))
    assert result.outcome.status == "applied"
    evidence = floor.step("machining").records[0].evidence[0]
    assert (evidence.field, evidence.sha256, evidence.type) == ("photo", "ab" * 32, "image/jpeg")


def test_a_step_is_recorded_by_the_roles_it_names(floor: Floor):
    floor.until("machining")
    result = floor.do("step.recorded", JOB, answers("machining"), by="liu.yang")
    assert (result.outcome.status, result.outcome.code) == ("parked", "no_right")


def test_a_mutual_check_by_who_did_the_work_is_rejected(floor: Floor):
    floor.until("mutual_check")
    result = floor.do("step.recorded", JOB, answers("mutual_check", "pass"), by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "same_person")
    assert result.outcome.params == {"step": {"zh": "自检", "en": "Self-check"}, "name": "王芳"}
    assert floor.step("mutual_check").records == []


def test_work_by_who_did_the_mutual_check_before_it_is_rejected(floor: Floor):
    floor.until("self_check")
    floor.recorded("mutual_check", by="zhao.lei")
    result = floor.do("step.recorded", JOB, answers("self_check", "pass"), by="zhao.lei")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "same_person")


def test_no_batch_work_before_the_first_article_passed(floor: Floor):
    floor.card()
    result = floor.do("step.recorded", JOB, answers("machining"), by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("parked", "first_article_first")


def test_no_batch_work_while_the_first_article_is_seen_to_fail(floor: Floor):
    floor.card()
    floor.recorded("first_article", by="wang.fang")
    body = answers("first_article", "fail")
    floor.given("step.recorded", JOB, body, by="wang.fang")
    result = floor.do("step.recorded", JOB, answers("machining"), by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("parked", "first_article_first")


def test_batch_work_done_before_a_late_fail_arrived_is_recorded(floor: Floor):
    floor.card()
    floor.recorded("first_article", by="wang.fang")
    seen = floor.version(JOB)
    body = answers("first_article", "fail")
    late = floor.do("step.recorded", JOB, body, by="liu.yang", base=1)
    result = floor.do("step.recorded", JOB, answers("machining"), by="zhao.lei", base=seen)
    assert late.outcome.status == "conflict"
    assert result.outcome.status == "applied"
    assert floor.step("machining").state == "done"


def test_two_verdicts_that_differ_are_both_kept_and_the_stricter_holds(floor: Floor):
    floor.until("final")
    seen = floor.version(JOB)
    floor.given("step.recorded", JOB, answers("final", "fail"), by="liu.yang", base=seen)
    result = floor.do("step.recorded", JOB, answers("final", "pass"), by="ma.li", base=seen)
    step, case = floor.step("final"), floor.case(result)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_verdict_conflict")
    assert step.verdict_now == "fail"
    assert [record.verdict for record in step.records] == ["pass", "fail"]
    assert [(one.by, one.data["verdict"]) for one in case.entries] == [
        ("ma.li", "pass"),
        ("liu.yang", "fail"),
    ]
    assert floor.lot(P).status == "on_hold"


def test_a_third_verdict_is_named_in_the_same_case(floor: Floor):
    floor.until("final")
    seen = floor.version(JOB)
    floor.given("step.recorded", JOB, answers("final", "fail"), by="liu.yang", base=seen)
    second = floor.do("step.recorded", JOB, answers("final", "pass"), by="ma.li", base=seen)
    body = answers("final", "scrap")
    third = floor.do("step.recorded", JOB, body, by="liu.yang", base=seen, device="another")
    assert third.outcome.case == second.outcome.case
    assert len(floor.case(third).entries) == 3
    assert floor.step("final").verdict_now == "scrap"
    assert len(floor.cases()) == 1


def test_a_worse_verdict_that_comes_second_stops_the_lot_that_the_first_had_passed(floor: Floor):
    floor.until("final")
    seen = floor.version(JOB)
    floor.given("step.recorded", JOB, answers("final", "pass"), by="liu.yang", base=seen)
    assert floor.lot(P).status == "passed"
    result = floor.do("step.recorded", JOB, answers("final", "fail"), by="ma.li", base=seen)
    assert result.outcome.code == "case_verdict_conflict"
    assert floor.lot(P).status == "on_hold"
    assert sorted(case.kind for case in floor.cases()) == ["status_conflict", "verdict_conflict"]


def test_two_verdicts_that_agree_merge(floor: Floor):
    floor.until("final")
    seen = floor.version(JOB)
    floor.given("step.recorded", JOB, answers("final", "pass"), by="liu.yang", base=seen)
    result = floor.do("step.recorded", JOB, answers("final", "pass"), by="ma.li", base=seen)
    assert (result.outcome.status, result.outcome.code) == ("merged", "verdict_agrees")
    assert result.outcome.params == {"name": "刘洋"}
    assert floor.cases() == []


def test_an_inspection_repeated_by_one_who_saw_the_first_replaces_it(floor: Floor):
    floor.until("final")
    floor.given("step.recorded", JOB, answers("final", "fail"), by="liu.yang")
    floor.given("lot.released", P, {"reason": "返工后重检"}, by="zhang.wei")
    result = floor.do("step.recorded", JOB, answers("final", "pass"), by="ma.li")
    assert result.outcome.status == "applied"
    assert floor.step("final").verdict_now == "pass"
    assert floor.lot(P).status == "passed"


def test_a_step_that_repeats_never_conflicts_and_never_holds_up_the_next(floor: Floor):
    floor.until("put_away")
    seen = floor.version(JOB)
    floor.given("step.recorded", JOB, answers("patrol", "pass"), by="liu.yang", base=seen)
    result = floor.do("step.recorded", JOB, answers("patrol", "pass"), by="ma.li", base=seen)
    assert result.outcome.status == "applied"
    assert len(floor.step("patrol").records) == 2
    assert floor.job().next == "put_away"


def test_a_pass_on_a_lot_held_meanwhile_is_recorded_and_the_hold_stands(floor: Floor):
    floor.until("final")
    floor.given("lot.held", P, {"reason": "客诉"}, by="zhang.wei")
    result = floor.do("step.recorded", JOB, answers("final", "pass"), by="liu.yang")
    assert (result.outcome.status, result.outcome.code) == ("merged", "lot_status_stands")
    assert floor.lot(P).status == "on_hold"
    assert floor.step("final").verdict_now == "pass"


def test_a_fail_on_a_scrapped_lot_is_recorded_and_it_stays_scrapped(floor: Floor):
    floor.until("final")
    floor.given("lot.scrapped", P, {"reason": "淹水"}, by="zhang.wei")
    result = floor.do("step.recorded", JOB, answers("final", "fail"), by="liu.yang")
    assert result.outcome.status == "applied"
    assert floor.lot(P).status == "scrapped"


def test_a_fail_on_a_passed_lot_holds_it_and_makes_a_case(floor: Floor):
    floor.until("the end")
    result = floor.do("step.recorded", JOB, answers("patrol", "fail"), by="liu.yang")
    case = floor.case(result)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_status_conflict")
    assert (case.about, case.params) == (P, {"lot": "B1", "status": "passed"})
    assert floor.lot(P).status == "on_hold"


def test_a_late_fail_after_emergency_release_holds_the_lot_and_makes_a_case(floor: Floor):
    floor.until("final")
    body = {"reason": "急用", "emergency": True}
    floor.given("lot.released", P, body, by="zhang.wei")
    result = floor.do("step.recorded", JOB, answers("final", "fail"), by="liu.yang")
    assert floor.case(result).params == {"lot": "B1", "status": "emergency"}
    assert floor.lot(P).holds[0].status_before == "emergency"


def test_a_pass_after_emergency_release_makes_the_lot_passed(floor: Floor):
    floor.until("final")
    floor.given("lot.released", P, {"reason": "急用", "emergency": True}, by="zhang.wei")
    floor.do("step.recorded", JOB, answers("final", "pass"), by="liu.yang")
    assert floor.lot(P).status == "passed"


def test_put_away_brings_the_lot_into_stock_and_ends_the_job(floor: Floor):
    floor.until("put_away")
    result = floor.do("step.recorded", JOB, answers("put_away", quantity="19.5"), by="chen.jing")
    lot, job = floor.lot(P), floor.job()
    assert result.outcome.status == "applied"
    assert [(h.location, str(h.quantity)) for h in lot.holdings] == [("FG-01", "19.5")]
    assert (job.state, job.next, job.waits_for) == ("done", None, [])
    assert job.done_at == job.timeline[0].at
    assert lot.runs[0].state == "done"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"quantity": "0"}, "not_positive"),
        ({"quantity": "-3"}, "not_positive"),
        ({"location": "A" * 201}, "text_too_long"),
    ],
)
def test_a_put_away_names_a_quantity_and_a_place(floor: Floor, changed: dict[str, str], code: str):
    floor.until("put_away")
    body = answers("put_away", **changed)
    result = floor.do("step.recorded", JOB, body, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", code)


def test_a_step_without_effect_on_the_lot_leaves_the_lot_alone(floor: Floor):
    floor.until("machining")
    result = floor.do("step.recorded", JOB, answers("machining"), by="wang.fang")
    assert set(result.after) == {JOB}
