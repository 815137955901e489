"""Cards that end when their lot is scrapped, and what still comes in on one."""

from typing import Any

import pytest

from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from sync.reconcile import Result
from sync.signature import SigningKey
from tests.server.domain.floor import GOOD, JOB, Floor, P
from tests.server.domain.hand import Hand

AT = "2026-11-22T10:30:00.000+08:00"
ZHANG = Hand("zhang.wei", "张伟", "device-of-zhang.wei", SigningKey.from_number(11))
WATER = {"reason": "淹水"}


def scrapped(floor: Floor, *, v: int = 3) -> Result:
    """The lot of the card is scrapped, with the signature that it takes."""
    floor.given("signer.enrolled", ZHANG.on, ZHANG.enrolment, by=SYSTEM, session=SETUP_SESSION)
    lot = floor.lot(P)
    shown = {
        "code": lot.code,
        "item_code": lot.item_code,
        "status": lot.status,
        "on_hand": f"{lot.on_hand} {lot.unit}",
        "reason": "",
    }
    seen = [{"field": field, "value": value} for field, value in shown.items()]
    body = ZHANG.signs("lot.scrapped", P, WATER, meaning="disposed", at=AT, shown=seen)
    return floor.do("lot.scrapped", P, body, by="zhang.wei", v=v, at=AT)


def put_away() -> dict[str, Any]:
    return {"step": "put_away", "answers": GOOD["put_away"]}


def test_scrapping_a_lot_ends_its_card_which_says_why(floor: Floor):
    floor.until("put_away")
    result = scrapped(floor)
    job = floor.job()
    assert result.outcome.status == "applied"
    assert (job.state, job.next, job.waits_for) == ("cancelled", None, [])
    assert (job.timeline[0].kind, job.timeline[0].data) == ("lot.scrapped", WATER)
    assert floor.lot(P).runs[0].state == "cancelled"


def test_a_card_that_was_done_before_stays_done(floor: Floor):
    floor.until("the end")
    scrapped(floor)
    assert floor.job().state == "done" == floor.lot(P).runs[0].state


def test_scrapping_as_it_was_recorded_before_cards_ended_leaves_the_card_alone(floor: Floor):
    floor.until("put_away")
    before = floor.job()
    result = scrapped(floor, v=2)
    assert result.outcome.status == "applied"
    assert floor.job() == before


@pytest.mark.parametrize("step", ["final", "put_away"])
def test_a_step_of_an_ended_card_is_refused_to_who_could_see_it(floor: Floor, step: str):
    floor.until(step)
    scrapped(floor)
    body = {"step": step, "answers": GOOD[step]}
    by = "liu.yang" if step == "final" else "chen.jing"
    result = floor.do("step.recorded", JOB, body, by=by)
    assert (result.outcome.status, result.outcome.code) == ("parked", "lot_scrapped")
    assert floor.step(step).records == []
    assert floor.lot(P).holdings == []


def test_who_scrapped_the_lot_on_this_device_could_see_it(floor: Floor):
    floor.until("put_away")
    seen = floor.version(JOB)
    scrapped(floor)
    body = put_away()
    result = floor.do(
        "step.recorded", JOB, body, by="chen.jing", base=seen, device="device-of-zhang.wei"
    )
    assert (result.outcome.status, result.outcome.code) == ("parked", "lot_scrapped")


@pytest.mark.parametrize("base", ["before", None])
def test_a_put_away_by_who_could_not_know_is_a_case_and_no_stock(floor: Floor, base: str | None):
    floor.until("put_away")
    seen = floor.version(JOB) if base else None
    scrapped(floor)
    result = floor.do("step.recorded", JOB, put_away(), by="chen.jing", base=seen)
    case, lot = floor.case(result), floor.lot(P)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_status_conflict")
    assert case.params == {"lot": "B1", "status": "scrapped"}
    assert case.entries[0].data == {"quantity": "20", "unit": "pcs", "location": "FG-01"}
    assert lot.status == "scrapped"
    assert lot.holdings == []
    assert lot.on_hand == 0
    assert floor.item("item/SZ:P-1").on_hand == 0
    assert len(floor.step("put_away").records) == 1


def test_what_else_was_recorded_unseen_stays_recorded_and_the_card_stays_ended(floor: Floor):
    floor.until("final")
    seen = floor.version(JOB)
    scrapped(floor)
    body = {"step": "final", "answers": GOOD["final"], "verdict": "pass"}
    result = floor.do("step.recorded", JOB, body, by="liu.yang", base=seen)
    job = floor.job()
    assert (result.outcome.status, result.outcome.code) == ("merged", "lot_status_stands")
    assert floor.step("final").verdict_now == "pass"
    assert (job.state, job.next, job.waits_for) == ("cancelled", None, [])


def test_the_record_of_an_ended_card_can_still_be_corrected(floor: Floor):
    floor.until("put_away")
    wrong = floor.step("final").records[0].entry
    scrapped(floor)
    body = {"step": "final", "entry": wrong, "answers": {"pressure": "0.31"}, "reason": "看错"}
    result = floor.do("record.corrected", JOB, body, by="liu.yang")
    assert result.outcome.status in ("applied", "merged")
    assert (floor.job().state, floor.job().waits_for) == ("cancelled", [])
