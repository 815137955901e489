"""Received lots and their incoming inspections, told row by row in lots.yaml."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from server.demo.deed import Deed, meant, moment

ZONE = "IN-INSPECT"
STEPS = ("receipt", "appearance", "dimensions", "verdict", "put_away")
PEOPLE = {"SZ": ("chen.jing", "liu.yang"), "HD": ("he.yan", "he.yan")}
MINUTES = {"started": 15, "receipt": 25, "appearance": 40, "dimensions": 60, "verdict": 75}
PUT_AWAY_MINUTES = 95


def received(lots: dict[str, list[dict[str, Any]]], today: date) -> Iterator[Deed]:
    """For each row the receipt, and as much of its inspection as the row says."""
    for site, rows in lots.items():
        for row in rows:
            yield _receipt(site, row, today)
            if "job" in row:
                yield from _inspection(site, row, moment(row["at"], today))


def _receipt(site: str, row: dict[str, Any], today: date) -> Deed:
    optional = ("received_on", "expires_on", "note")
    body = {
        "item": f"item/{site}:{row['item']}",
        "quantity": row["quantity"],
        "location": ZONE,
        "supplier": row["supplier"],
        "supplier_lot": row["supplier_lot"],
        **{name: meant(row[name], today, {}) for name in optional if name in row},
    }
    return Deed("lot.received", _lot(site, row), body, PEOPLE[site][0], moment(row["at"], today))


def _inspection(site: str, row: dict[str, Any], at: datetime) -> Iterator[Deed]:
    storekeeper, inspector = PEOPLE[site]
    job = f"job/{site}:{row['job']}"
    start = {
        "procedure": f"procedure/{site}:incoming_inspection.v1",
        "lot": _lot(site, row),
        "quantity": row["quantity"],
    }
    minutes = timedelta(minutes=MINUTES["started"])
    yield Deed("job.started", job, start, storekeeper, at + minutes)
    failed = row.get("verdict") == "fail"
    last = row.get("until") or ("verdict" if failed else "put_away")
    for step in STEPS[: STEPS.index(last) + 1]:
        actor = storekeeper if step in ("receipt", "put_away") else inspector
        minutes = timedelta(minutes=MINUTES.get(step, PUT_AWAY_MINUTES))
        body = {"step": step, "answers": _answers(step, row, failed=failed)}
        if step in ("dimensions", "verdict"):
            body["verdict"] = "fail" if failed else "pass"
        yield Deed("step.recorded", job, body, actor, at + minutes)


def _answers(step: str, row: dict[str, Any], *, failed: bool) -> dict[str, str]:
    if step == "receipt":
        note = f"DN-{row['supplier_lot']}"
        return {"counted": row["quantity"], "delivery_note": note, "certificate": "present"}
    if step == "appearance":
        return {"package": "intact", "surface": "clean"}
    if step == "dimensions":
        return dict(row["measured"])
    if step == "verdict":
        return {"label": "on_hold" if failed else "passed"}
    return {"quantity": row["quantity"], "location": row["shelf"]}


def _lot(site: str, row: dict[str, Any]) -> str:
    return f"lot/{site}:{row['item']}:{row['code']}"
