"""A document is made of what is at its site: nobody could work on it elsewhere."""

from typing import Any

import pytest

from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from sync.reconcile import Result
from tests.server.domain.floor import JOB, REQUISITION, VISIT, VISIT_BODY, Floor, P
from tests.server.domain.scenery import PROCEDURES

ELSEWHERE = {
    "procedure/HD:card.v1": PROCEDURES["procedure/SZ:card.v1"],
    "procedure/SZ:service.v1": PROCEDURES["procedure/HD:service.v1"],
}
ORDER = {"item": "item/SZ:P-1", "quantity": "20", "due_on": "2026-12-01"}
CARD = {"procedure": "procedure/SZ:card.v1", "lot": P, "quantity": "20"}


def ask(item: str, **more: Any) -> dict[str, Any]:
    return {"lines": [{"item": item, "quantity": "3"}], **more}


def told(result: Result) -> tuple[str, str | None, str]:
    outcome = result.outcome
    return outcome.status, outcome.code, outcome.where


def stand_by(floor: Floor) -> None:
    """Each site has the procedures of the other too, and there is an order at SZ."""
    for on, body in ELSEWHERE.items():
        floor.given("procedure.published", on, body, by=SYSTEM, session=SETUP_SESSION)
    floor.given("order.released", "order/SZ:W1", ORDER, by="sun.hao")


def test_an_order_is_of_an_item_of_its_site(floor: Floor):
    body = ORDER | {"item": "item/HD:M-1"}
    result = floor.do("order.released", "order/SZ:W2", body, by="sun.hao")
    assert told(result) == ("rejected", "other_site", "item")
    assert result.outcome.params == {"key": "item/HD:M-1", "site": "HD"}


def test_a_requisition_asks_for_items_of_its_site(floor: Floor):
    body = ask("item/HD:M-1")
    result = floor.do("requisition.raised", REQUISITION, body, by="wang.fang")
    assert told(result) == ("rejected", "other_site", "lines.0.item")


def test_a_requisition_is_for_an_order_of_its_site(floor: Floor):
    stand_by(floor)
    on = REQUISITION.replace("SZ", "HD")
    body = ask("item/HD:M-1", order="order/SZ:W1")
    result = floor.do("requisition.raised", on, body, by="zhang.wei")
    assert told(result) == ("rejected", "other_site", "order")


def test_a_requisition_is_not_changed_to_items_of_another_site(floor: Floor):
    floor.asked()
    body = ask("item/HD:M-1", reason="换料")
    result = floor.do("requisition.changed", REQUISITION, body, by="wang.fang")
    assert told(result) == ("rejected", "other_site", "lines.0.item")


def test_a_card_follows_a_procedure_of_its_site(floor: Floor):
    stand_by(floor)
    floor.given("lot.created", P, {"item": "item/SZ:P-1", "quantity": "20"}, by="sun.hao")
    body = CARD | {"procedure": "procedure/HD:card.v1"}
    result = floor.do("job.started", JOB, body, by="sun.hao")
    assert told(result) == ("rejected", "other_site", "procedure")


def test_a_visit_follows_a_procedure_of_its_site(floor: Floor):
    stand_by(floor)
    body = VISIT_BODY | {"procedure": "procedure/SZ:service.v1"}
    result = floor.do("visit.opened", VISIT, body, by="zhang.wei")
    assert told(result) == ("rejected", "other_site", "procedure")


@pytest.mark.parametrize("technician", ["wang.fang", "he.yan"])
def test_who_is_sent_has_a_seat_for_visits_there(floor: Floor, technician: str):
    body = VISIT_BODY | {"technician": technician}
    result = floor.do("visit.opened", VISIT, body, by="zhang.wei")
    assert told(result) == ("rejected", "no_seat", "technician")
    assert result.outcome.params["site"] == "HD"


def test_a_supervisor_may_go_too(floor: Floor):
    body = VISIT_BODY | {"technician": "zhang.wei"}
    result = floor.do("visit.opened", VISIT, body, by="zhang.wei")
    assert told(result) == ("applied", None, "")


@pytest.mark.parametrize(
    ("kind", "on", "body", "by"),
    [
        ("order.released", "order/SZ:W2", ORDER | {"item": "item/HD:M-1"}, "sun.hao"),
        ("requisition.raised", REQUISITION, ask("item/HD:M-1"), "wang.fang"),
        ("job.started", JOB, CARD | {"procedure": "procedure/HD:card.v1"}, "sun.hao"),
        ("visit.opened", VISIT, VISIT_BODY | {"technician": "wang.fang"}, "zhang.wei"),
    ],
)
def test_what_was_recorded_before_sites_were_asked_for_stands(
    floor: Floor, kind: str, on: str, body: dict[str, Any], by: str
):
    stand_by(floor)
    floor.given("lot.created", P, {"item": "item/SZ:P-1", "quantity": "20"}, by="sun.hao")
    assert told(floor.do(kind, on, body, by=by, v=1)) == ("applied", None, "")
