"""A visit's plan: amended by two at once, given to somebody else, cancelled."""

from typing import Any

import pytest

from tests.server.domain.floor import VISIT, Floor

WHY = {"reason": "客户改期"}
WORK = {"step": "work", "answers": {"done": "更换 O 形圈"}}


def amend(field: str, seen: str, wanted: str) -> dict[str, Any]:
    return {"seen": {field: seen}, "set": {field: wanted}}


def test_an_amendment_sets_what_the_person_changed(floor: Floor):
    floor.sent()
    body = amend("due_on", "2026-11-24", "2026-11-25")
    result = floor.do("visit.amended", VISIT, body, by="zhou.min")
    assert result.outcome.status == "applied"
    assert floor.visit().due_on == "2026-11-25"
    assert floor.visit().timeline[0].data == {"fields": "due_on"}


def test_amendments_of_different_fields_merge(floor: Floor):
    floor.sent()
    seen = floor.version(VISIT)
    floor.given("visit.amended", VISIT, amend("contact", "钱红", "周平"), by="zhang.wei", base=seen)
    body = amend("phone", "0510", "0512")
    result = floor.do("visit.amended", VISIT, body, by="zhou.min", base=seen)
    assert (result.outcome.status, result.outcome.code) == ("merged", "merged_with_others")
    assert (floor.visit().customer.contact, floor.visit().customer.phone) == ("周平", "0512")


def test_the_same_amendment_by_two_changes_nothing_more(floor: Floor):
    floor.sent()
    seen = floor.version(VISIT)
    body = amend("contact", "钱红", "周平")
    floor.given("visit.amended", VISIT, body, by="zhang.wei", base=seen)
    result = floor.do("visit.amended", VISIT, body, by="zhou.min", base=seen)
    assert result.outcome.status == "merged"
    assert floor.visit().customer.contact == "周平"
    assert floor.cases() == []


def test_two_amendments_of_one_field_keep_the_first_and_show_all_three_in_a_case(floor: Floor):
    floor.sent()
    seen = floor.version(VISIT)
    first = amend("due_on", "2026-11-24", "2026-11-26")
    floor.given("visit.amended", VISIT, first, by="zhang.wei", base=seen)
    second = amend("due_on", "2026-11-24", "2026-11-25")
    result = floor.do("visit.amended", VISIT, second, by="zhou.min", base=seen)
    case = floor.case(result)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_field_conflict")
    assert floor.visit().due_on == "2026-11-26"
    assert [d.model_dump() for d in case.differences] == [
        {"field": "due_on", "seen": "2026-11-24", "now": "2026-11-26", "wanted": "2026-11-25"}
    ]
    assert [one.by for one in case.entries] == ["zhou.min", "zhang.wei"]


def test_the_case_names_who_wrote_the_field_and_not_who_wrote_another_since(floor: Floor):
    floor.sent()
    seen = floor.version(VISIT)
    first = amend("due_on", "2026-11-24", "2026-11-26")
    floor.given("visit.amended", VISIT, first, by="zhang.wei", base=seen)
    floor.given("visit.amended", VISIT, amend("phone", "0510", "0512"), by="wu.gang", base=seen)
    second = amend("due_on", "2026-11-24", "2026-11-25")
    result = floor.do("visit.amended", VISIT, second, by="zhou.min", base=seen)
    assert [one.by for one in floor.case(result).entries] == ["zhou.min", "zhang.wei"]


def test_own_amendments_that_waited_do_not_count_as_somebody_elses(floor: Floor):
    floor.sent()
    seen = floor.version(VISIT)
    floor.given("visit.amended", VISIT, amend("phone", "0510", "0512"), by="zhou.min", base=seen)
    body = amend("phone", "0512", "0513")
    result = floor.do("visit.amended", VISIT, body, by="zhou.min", base=seen)
    assert result.outcome.status == "applied"
    assert floor.visit().customer.phone == "0513"


def test_a_due_date_may_be_taken_away(floor: Floor):
    floor.sent()
    floor.do("visit.amended", VISIT, amend("due_on", "2026-11-24", ""), by="zhou.min")
    assert floor.visit().due_on is None


@pytest.mark.parametrize(
    ("field", "wanted", "code"),
    [("service", "repair", "unknown_field"), ("phone", "1" * 201, "text_too_long")],
)
def test_only_some_fields_are_amended(floor: Floor, field: str, wanted: str, code: str):
    floor.sent()
    result = floor.do("visit.amended", VISIT, amend(field, "", wanted), by="zhou.min")
    assert (result.outcome.status, result.outcome.code) == ("parked", code)


def test_a_visit_is_given_to_another_technician(floor: Floor):
    floor.sent()
    body = amend("technician", "zhou.min", "wu.gang")
    result = floor.do("visit.amended", VISIT, body, by="zhang.wei")
    visit = floor.visit()
    assert result.outcome.status == "applied"
    assert (visit.technician, visit.technician_name) == ("wu.gang", "吴刚")
    assert visit.timeline[0].data == {"fields": "technician"}


def test_two_who_give_it_to_different_people_have_a_case_with_their_names(floor: Floor):
    floor.sent()
    seen = floor.version(VISIT)
    first = amend("technician", "zhou.min", "wu.gang")
    floor.given("visit.amended", VISIT, first, by="wu.gang", base=seen)
    second = amend("technician", "zhou.min", "zhang.wei")
    result = floor.do("visit.amended", VISIT, second, by="zhang.wei", base=seen)
    assert floor.visit().technician == "wu.gang"
    assert [d.model_dump() for d in floor.case(result).differences] == [
        {"field": "technician", "seen": "周敏", "now": "吴刚", "wanted": "张伟"}
    ]


@pytest.mark.parametrize(
    ("login", "code"), [("nobody", "unknown_document"), ("wang.fang", "no_seat")]
)
def test_a_visit_is_given_only_to_who_works_there(floor: Floor, login: str, code: str):
    floor.sent()
    body = amend("technician", "zhou.min", login)
    result = floor.do("visit.amended", VISIT, body, by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("parked", code)
    assert floor.visit().technician == "zhou.min"


def test_a_visit_that_is_cancelled_waits_for_nobody_and_says_why(floor: Floor):
    floor.sent()
    result = floor.do("visit.cancelled", VISIT, WHY, by="zhang.wei")
    visit = floor.visit()
    assert result.outcome.status == "applied"
    assert (visit.state, visit.next, visit.waits_for) == ("cancelled", None, [])
    assert visit.timeline[0].data == WHY


def test_a_visit_is_cancelled_with_a_reason_and_once(floor: Floor):
    floor.sent()
    result = floor.do("visit.cancelled", VISIT, {"reason": " "}, by="zhang.wei")
    assert result.outcome.code == "body_malformed"
    floor.given("visit.cancelled", VISIT, WHY, by="zhang.wei")
    result = floor.do("visit.cancelled", VISIT, WHY, by="zhou.min")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "visit_ended")
    assert result.outcome.params == {"number": "V1", "state": "cancelled"}


def test_a_visit_is_not_cancelled_over_work_that_was_not_seen(floor: Floor):
    floor.sent()
    seen = floor.version(VISIT)
    floor.given("visit.step_recorded", VISIT, WORK, by="zhou.min", base=seen)
    result = floor.do("visit.cancelled", VISIT, WHY, by="zhang.wei", base=seen)
    assert (result.outcome.status, result.outcome.code) == ("rejected", "visit_under_way")
    assert result.outcome.params == {"number": "V1", "name": "周敏"}
    assert floor.visit().state == "open"


def test_who_sees_the_work_may_cancel_the_rest(floor: Floor):
    floor.sent()
    floor.given("visit.step_recorded", VISIT, WORK, by="zhou.min")
    floor.do("visit.cancelled", VISIT, WHY, by="zhang.wei")
    assert floor.visit().state == "cancelled"
    assert len(floor.step("work", VISIT).records) == 1


def test_work_by_who_could_not_know_opens_it_again_and_tells_a_supervisor(floor: Floor):
    floor.sent()
    seen = floor.version(VISIT)
    floor.given("visit.cancelled", VISIT, WHY, by="zhang.wei", base=seen)
    result = floor.do("visit.step_recorded", VISIT, WORK, by="zhou.min", base=seen)
    visit, case = floor.visit(), floor.case(result)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_visit_worked")
    assert (visit.state, visit.next) == ("open", "acceptance")
    assert (case.kind, case.params) == ("visit_worked", {"number": "V1", "name": "周敏"})
    assert [(one.kind, one.by) for one in case.entries] == [
        ("visit.step_recorded", "zhou.min"),
        ("visit.cancelled", "zhang.wei"),
    ]


@pytest.mark.parametrize("by", ["zhou.min", "zhang.wei"])
def test_who_could_know_does_not_work_on_what_was_cancelled(floor: Floor, by: str):
    floor.sent()
    seen = floor.version(VISIT)
    floor.given("visit.cancelled", VISIT, WHY, by=by, base=seen)
    base = seen if by == "zhou.min" else floor.version(VISIT)
    result = floor.do("visit.step_recorded", VISIT, WORK, by="zhou.min", base=base)
    assert (result.outcome.status, result.outcome.code) == ("parked", "visit_ended")


def test_who_does_not_say_what_they_saw_could_not_know_what_others_did(floor: Floor):
    floor.sent()
    floor.given("visit.cancelled", VISIT, WHY, by="zhang.wei")
    result = floor.do("visit.step_recorded", VISIT, WORK, by="zhou.min", base=None)
    assert [one.by for one in floor.case(result).entries] == ["zhou.min", "zhang.wei"]
    floor.given("visit.cancelled", VISIT, WHY, by="zhou.min")
    result = floor.do("visit.step_recorded", VISIT, WORK, by="zhou.min", base=None)
    assert (result.outcome.status, result.outcome.code) == ("parked", "visit_ended")


def test_who_does_not_work_on_visits_cancels_none(floor: Floor):
    floor.sent()
    result = floor.do("visit.cancelled", VISIT, WHY, by="he.yan")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "no_right")
