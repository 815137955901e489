"""Corrections of records and notes: nothing that was recorded is ever changed."""

from typing import Any

import pytest

from sync.entry import BlobRef
from tests.server.domain.floor import JOB, VISIT, Floor, M, P

SIGNATURE = BlobRef(sha256="cd" * 32, size=900, type="image/png", name="s.png")


def fix(floor: Floor, step: str, run: str = JOB, **body: Any) -> dict[str, Any]:
    record = floor.step(step, run).records[0]
    return {"entry": record.entry, "step": step, "reason": "读错", "answers": record.answers} | body


def test_a_correction_keeps_the_old_record_struck_through(floor: Floor):
    floor.until("machining")
    body = fix(floor, "first_article", answers={"bore": "25.02"})
    result = floor.do("record.corrected", JOB, body, by="wang.fang")
    new, old = floor.step("first_article").records
    assert result.outcome.status == "applied"
    assert (new.answers, new.corrects) == ({"bore": "25.02"}, old.entry)
    assert (old.answers, old.corrected and old.corrected.reason) == ({"bore": "25.01"}, "读错")
    assert floor.job().timeline[0].data["reason"] == "读错"


def test_a_correction_to_a_fail_stops_the_lot_and_opens_the_step_again(floor: Floor):
    floor.until("the end")
    body = fix(floor, "final", answers={"pressure": "0.35"})
    result = floor.do("record.corrected", JOB, body, by="liu.yang")
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_status_conflict")
    assert floor.lot(P).status == "on_hold"
    assert (floor.job().state, floor.job().next, floor.job().done_at) == ("open", "final", None)
    assert floor.lot(P).runs[0].state == "open"


def test_a_hold_caused_by_a_misreading_stands_after_the_correction(floor: Floor):
    floor.card()
    body = {"step": "first_article", "answers": {"bore": "26"}}
    floor.given("step.recorded", JOB, body, by="wang.fang")
    result = floor.do(
        "record.corrected", JOB, fix(floor, "first_article", answers={"bore": "25"}), by="liu.yang"
    )
    assert result.outcome.status == "applied"
    assert floor.step("first_article").verdict_now == "pass"
    assert floor.lot(P).status == "on_hold"


def test_a_correction_of_an_older_record_does_not_change_what_holds(floor: Floor):
    floor.until("machining")
    old = floor.step("first_article").records[0].entry
    again = {"step": "first_article", "answers": {"bore": "26"}}
    floor.given("step.recorded", JOB, again, by="wang.fang")
    body = fix(floor, "first_article", entry=old, answers={"bore": "25.005"})
    floor.do("record.corrected", JOB, body, by="wang.fang")
    assert floor.step("first_article").verdict_now == "fail"


def test_a_put_away_is_not_booked_again_by_its_correction(floor: Floor):
    floor.until("the end")
    body = fix(floor, "put_away", answers={"quantity": "18", "location": "FG-02"})
    result = floor.do("record.corrected", JOB, body, by="chen.jing")
    assert result.outcome.status == "applied"
    assert floor.lot(P).on_hand == 20


def test_who_neither_recorded_nor_reviews_does_not_correct(floor: Floor):
    floor.until("machining")
    body = fix(floor, "first_article", answers={"bore": "25"})
    result = floor.do("record.corrected", JOB, body, by="zhao.lei")
    assert (result.outcome.status, result.outcome.code) == ("parked", "no_right")


def test_who_did_the_work_does_not_correct_the_mutual_check(floor: Floor):
    floor.until("mutual_check")
    floor.recorded("mutual_check", by="zhao.lei")
    body = fix(floor, "mutual_check")
    floor.given(
        "person.changed",
        "person/org:wang.fang",
        {"roles": {"SZ": ["operator", "inspector"]}},
        by="admin",
    )
    result = floor.do("record.corrected", JOB, body, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "same_person")


def test_a_record_is_corrected_once_then_its_correction_is(floor: Floor):
    floor.until("machining")
    body = fix(floor, "first_article", answers={"bore": "25.02"})
    floor.given("record.corrected", JOB, body, by="wang.fang")
    result = floor.do("record.corrected", JOB, body, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("parked", "unknown_record")


def test_a_correction_keeps_the_photos_and_parts_of_the_record(floor: Floor):
    floor.sent()
    floor.given(
        "visit.step_recorded",
        VISIT,
        {"step": "acceptance", "verdict": "pass", "answers": {"signature": SIGNATURE.sha256}},
        by="zhou.min",
        blobs=(SIGNATURE,),
    )
    body = fix(floor, "acceptance", VISIT, note="签字人为顾建平")
    result = floor.do("record.corrected", VISIT, body, by="zhou.min")
    assert result.outcome.status == "applied"
    assert floor.step("acceptance", VISIT).records[0].evidence[0].type == "image/png"


def test_a_correction_says_why(floor: Floor):
    floor.until("machining")
    body = fix(floor, "first_article", reason="")
    result = floor.do("record.corrected", JOB, body, by="wang.fang")
    assert (result.outcome.status, result.outcome.code) == ("parked", "body_malformed")


def test_anybody_with_a_seat_at_the_site_adds_a_note(floor: Floor):
    floor.passed()
    result = floor.do("note.added", M, {"text": " 箱角破损 "}, by="sun.hao")
    assert result.outcome.status == "applied"
    assert floor.lot().timeline[0].data == {"text": "箱角破损"}


def test_nobody_without_a_seat_at_the_site_adds_a_note(floor: Floor):
    floor.passed()
    result = floor.do("note.added", M, {"text": "x"}, by="zhou.min")
    assert (result.outcome.status, result.outcome.code) == ("parked", "no_right")


@pytest.mark.parametrize(
    ("on", "code"), [("item/SZ:M-1", "no_timeline"), ("lot/SZ:M-1:L9", "unknown_document")]
)
def test_a_note_needs_a_timeline_to_stand_in(floor: Floor, on: str, code: str):
    result = floor.do("note.added", on, {"text": "x"}, by="sun.hao")
    assert (result.outcome.status, result.outcome.code) == ("parked", code)


def test_a_timeline_keeps_the_newest_sixty_lines(floor: Floor):
    floor.passed()
    for number in range(61):
        floor.given("note.added", M, {"text": str(number)}, by="sun.hao")
    floor.do("note.added", M, {"text": "last"}, by="sun.hao")
    assert [line.data["text"] for line in floor.lot().timeline[:2]] == ["last", "60"]
    assert len(floor.lot().timeline) == 60
