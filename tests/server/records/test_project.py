"""Report tables: written with each push, the same again by replay, and they add up."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import SQLModel

from server.domain.model import MODEL
from server.plant import Plant
from server.records.project import ALL, clear, rebuild
from server.records.tables import (
    ApprovalRecord,
    HoldingRecord,
    LotRecord,
    MeasurementRecord,
    MovementRecord,
    StepRecord,
    VisitRecord,
)
from sync.push import Delivery, push
from sync.store import table_of
from tests.server.domain.floor import VISIT_BODY
from tests.simulation import checks
from tests.simulation.demo import enrolled
from tests.simulation.sender import Sender, id_of

LOT = "lot/SZ:M-1:L1"


def rows(plant: Plant, model: type[SQLModel], **where: object) -> list[dict[str, Any]]:
    table = table_of(model)
    matches = [table.c[name] == value for name, value in where.items()]
    with plant.store.read() as connection:
        found = connection.execute(select(table).where(*matches)).mappings()
        return [dict(row) for row in found]


def do(plant: Plant, by: Sender, kind: str, on: str, body: dict[str, Any], **how: Any) -> str:
    """Record it; the entry's id."""
    raw = by.write(kind, on, body, **how)
    answer = push(plant.engine, [Delivery(by.device, [(raw, None)])], plant.now())[0][0]
    assert answer.verdicts[0]["status"] in ("applied", "merged", "conflict", "rejected")
    return id_of(raw)


@pytest.fixture
def chen(plant: Plant) -> Sender:
    return enrolled(plant, "store", "chen.jing")


def test_the_whole_demo_plant_adds_up_and_comes_out_the_same_by_replay(demo):
    checks.movements_add_up(demo.store)
    checks.the_reports_follow_from_the_journal(demo)
    assert all(checks.reports(demo.store).values())


def test_a_rebuild_repairs_what_somebody_changed_by_hand(demo):
    before = checks.reports(demo.store)
    with demo.store.write() as connection:
        connection.execute(text("UPDATE records_lots SET on_hand = '1'"))
        connection.execute(text("DELETE FROM records_movements WHERE kind = 'receive'"))
        clear(connection)
    assert not any(checks.reports(demo.store).values())
    with demo.store.write() as connection:
        rebuild(connection, MODEL)
    assert checks.reports(demo.store) == before


def test_an_issue_is_a_movement_and_changes_what_lies_there(plant, chen):
    body = {"quantity": "12.50", "target": "line 3"}
    entry = do(plant, chen, "material.issued", LOT, body, base=2)
    assert rows(plant, MovementRecord, entry=entry) == [
        {
            "entry": entry,
            "lot": LOT,
            "site": "SZ",
            "kind": "issue",
            "quantity": Decimal("12.5"),
            "source": "RECV",
            "target": "line 3",
            "person": "chen.jing",
            "at": "2026-11-22T09:41:07.120+08:00",
            "requisition": None,
            "run": None,
        }
    ]
    lot = rows(plant, LotRecord, lot=LOT)[0]
    assert (lot["on_hand"], lot["quantity"], lot["status"]) == (Decimal("87.5"), 100, "emergency")


def test_a_place_with_nothing_left_is_no_row(plant, chen):
    do(plant, chen, "material.put_away", LOT, {"quantity": "100", "target": "A-01"}, base=2)
    assert rows(plant, HoldingRecord, lot=LOT) == [
        {"lot": LOT, "location": "A-01", "quantity": Decimal(100)}
    ]
    do(plant, chen, "material.issued", LOT, {"quantity": "100"}, base=3)
    assert rows(plant, HoldingRecord, lot=LOT) == []
    assert rows(plant, LotRecord, lot=LOT)[0]["on_hand"] == 0


def test_several_changes_of_a_lot_in_one_push_leave_each_movement_and_one_state(plant, chen):
    raws = [chen.write("material.issued", LOT, {"quantity": "1"}, base=2) for _ in range(60)]
    push(plant.engine, [Delivery(chen.device, [(raw, None) for raw in raws])], plant.now())
    assert len(rows(plant, MovementRecord, lot=LOT, kind="issue")) == 60
    assert rows(plant, LotRecord, lot=LOT)[0]["on_hand"] == 40
    checks.movements_add_up(plant.store)
    checks.the_reports_follow_from_the_journal(plant)


def test_the_same_push_again_writes_nothing_twice(plant, chen):
    raw = chen.write("material.issued", LOT, {"quantity": "1"}, base=2)
    delivery = Delivery(chen.device, [(raw, None)])
    push(plant.engine, [delivery], plant.now())
    before = checks.reports(plant.store)
    push(plant.engine, [delivery], plant.now())
    assert checks.reports(plant.store) == before


def test_what_is_rejected_or_parked_leaves_no_fact(plant, chen):
    before = checks.reports(plant.store)
    do(plant, chen, "lot.scrapped", LOT, {"reason": "no right to"}, base=2)
    raws = [
        chen.write("material.issued", LOT, {"quantity": "500"}, base=2),
        chen.write("lot.teleported", LOT),
        chen.number(b"rubbish"),
    ]
    push(plant.engine, [Delivery(chen.device, [(raw, None) for raw in raws])], plant.now())
    assert checks.reports(plant.store) == before


def test_a_measurement_stands_beside_its_limits_and_a_correction_beside_what_it_corrects(plant):
    planner, wang = (
        enrolled(plant, device, login)
        for device, login in (("office", "sun.hao"), ("tablet", "wang.fang"))
    )
    lot, job = "lot/SZ:P-1:B1", "job/SZ:J1"
    do(plant, planner, "lot.created", lot, {"item": "item/SZ:P-1", "quantity": "20"})
    body = {"procedure": "procedure/SZ:card.v1", "lot": lot, "quantity": "20"}
    do(plant, planner, "job.started", job, body)
    answers = {"step": "first_article", "answers": {"bore": "25.0210"}}
    entry = do(plant, wang, "step.recorded", job, answers, base=1)
    assert rows(plant, MeasurementRecord) == [
        {
            "entry": entry,
            "characteristic": "bore",
            "site": "SZ",
            "run": job,
            "lot": lot,
            "value": Decimal("25.021"),
            "lower": Decimal("25"),
            "upper": Decimal("25.021"),
            "unit": "mm",
            "ok": True,
            "at": "2026-11-22T09:41:07.120+08:00",
        }
    ]
    corrected = {**answers, "answers": {"bore": "25.03"}, "entry": entry, "reason": "misread"}
    again = do(plant, wang, "record.corrected", job, corrected, base=2)
    steps = {row["entry"]: row for row in rows(plant, StepRecord, run=job)}
    assert (steps[entry]["verdict"], steps[entry]["corrects"]) == ("pass", None)
    assert (steps[again]["verdict"], steps[again]["corrects"]) == ("fail", entry)
    assert [row["ok"] for row in rows(plant, MeasurementRecord, entry=again)] == [False]
    checks.the_reports_follow_from_the_journal(plant)


def test_a_visit_with_one_lot_named_twice_is_one_movement(plant):
    boss = enrolled(plant, "office", "zhang.wei")
    zhou = enrolled(plant, "phone", "zhou.min", "HD")
    visit, van = "visit/HD:V1", "lot/HD:M-1:S1"
    do(plant, boss, "visit.opened", visit, VISIT_BODY)
    parts = [{"lot": van, "quantity": "2"}, {"lot": van, "quantity": "0.5"}]
    body = {"step": "work", "answers": {"done": "sealed"}, "parts": parts}
    entry = do(plant, zhou, "visit.step_recorded", visit, body, base=1)
    assert [row["quantity"] for row in rows(plant, MovementRecord, entry=entry)] == [Decimal("2.5")]
    assert [row["state"] for row in rows(plant, VisitRecord)] == ["open"]
    checks.movements_add_up(plant.store)


def test_an_approval_is_a_row_that_is_decided_later(plant, chen):
    boss = enrolled(plant, "office", "zhang.wei")
    key = "SZ:01900000-0000-7000-8000-0000000000a1"
    lines = [{"item": "item/SZ:M-1", "quantity": "30"}]
    do(plant, chen, "requisition.raised", f"requisition/{key}", {"lines": lines})
    assert [row["decided_by"] for row in rows(plant, ApprovalRecord)] == [None]
    approval = checks.bodies(plant.store)[f"approval/{key}"]
    shown = [{"field": one["field"], "value": one["value"]} for one in approval["material"]]
    body = {"decision": "approved", "shown": shown, "digest": approval["digest"]}
    do(plant, boss, "approval.decided", f"approval/{key}", body, base=1)
    decided = rows(plant, ApprovalRecord)
    assert [(row["state"], row["decided_by"]) for row in decided] == [("approved", "zhang.wei")]


def test_every_report_table_is_written_by_replay(demo):
    assert {model.__tablename__ for model in ALL} == {
        name for name in SQLModel.metadata.tables if str(name).startswith("records_")
    }


def test_quantities_are_exact_on_disk(plant, chen):
    for _ in range(3):
        do(plant, chen, "material.issued", LOT, {"quantity": "0.1"}, base=9)
    with plant.store.read() as connection:
        query = text("SELECT on_hand, typeof(on_hand) FROM records_lots WHERE lot = :lot")
        assert tuple(connection.execute(query, {"lot": LOT}).one()) == ("99.7", "text")
