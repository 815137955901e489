"""Vectors: every deed that the domain's tests do, written down for the device's twins.

`python -m tests.server.domain.vectors` rewrites `tests/vectors/<kind>.json` and `kinds.json`.
Each vector: name, documents before, entry, now, outcome, and the documents after that changed.
What a parked entry brings about (its case) is the server's alone, so its `after` is empty; of a
malformed body only the place counts, for the words are pydantic's.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from server.domain.model import KINDS
from server.domain.person import Person
from server.domain.rights import AREAS_BY_ROLE, scopes_of
from sync.document import utc_text
from tests.server.domain import (
    test_cases,
    test_corrections,
    test_ended_cards,
    test_job_steps,
    test_label_things,
    test_labels,
    test_lots,
    test_master_data,
    test_movements,
    test_requisitions,
    test_rights,
    test_signatures,
    test_sites,
    test_stocktaking,
    test_visit_plan,
    test_visits,
)
from tests.server.domain.floor import NOW, Deed, Floor
from tests.server.domain.scenery import PEOPLE

FOLDER = Path(__file__).parents[2] / "vectors"
SCENES = (
    test_labels,
    test_label_things,
    test_lots,
    test_master_data,
    test_movements,
    test_stocktaking,
    test_job_steps,
    test_visits,
    test_visit_plan,
    test_requisitions,
    test_cases,
    test_corrections,
    test_ended_cards,
    test_rights,
    test_signatures,
    test_sites,
)
FORESEEN = (
    "approval.decided",
    "case.resolved",
    "job.started",
    "label.cancelled",
    "label.explained",
    "label.printed",
    "label.requeued",
    "label.voided",
    "lot.created",
    "lot.held",
    "lot.received",
    "lot.released",
    "lot.scrapped",
    "material.issued",
    "material.put_away",
    "material.returned",
    "note.added",
    "order.released",
    "record.corrected",
    "requisition.changed",
    "requisition.closed",
    "requisition.raised",
    "step.recorded",
    "stock.counted",
    "visit.amended",
    "visit.cancelled",
    "visit.opened",
    "visit.step_recorded",
)
# What the engine or the delivery says before any handler is asked.
NOT_OF_A_HANDLER = frozenset(
    {"unknown_kind", "waits_behind_parked", "handler_failed", "device_revoked"}
)


@cache
def vectors() -> dict[str, list[dict[str, Any]]]:
    """All vectors by kind, in the order of the tests."""
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in FORESEEN}
    for name, deeds in _scenes():
        for number, deed in enumerate(deeds, start=1):
            kind, outcome = deed.entry.kind, deed.result.outcome
            if kind in found and outcome.code not in NOT_OF_A_HANDLER:
                place = f", deed {number}" if len(deeds) > 1 else ""
                found[kind].append(_vector(f"{name}{place}", deed))
    return found


def _scenes() -> Iterator[tuple[str, list[Deed]]]:
    for module in SCENES:
        for name, test in inspect.getmembers(module, inspect.isfunction):
            for suffix, given in _parameters(test) if name.startswith("test_") else ():
                floor = Floor()
                test(floor=floor, **given)
                yield name.removeprefix("test_").replace("_", " ") + suffix, floor.deeds


def _parameters(test: Callable[..., None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The ways in which a test is called with a floor; none if it asks for other fixtures."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    asked = set(inspect.signature(test).parameters)
    if not marks and asked == {"floor"}:
        yield "", {}
    for mark in marks:
        names, rows = mark.args
        names = [names] if isinstance(names, str) else list(names)
        for number, row in enumerate(rows, start=1):
            values = row if len(names) > 1 else [row]
            if asked == {"floor", *names}:
                yield f", {number}", dict(zip(names, values, strict=True))


def _vector(name: str, deed: Deed) -> dict[str, Any]:
    outcome = deed.result.outcome
    stands = outcome.status != "parked"
    params = outcome.params
    if outcome.code == "body_malformed":
        params = {"where": params["where"]}
    return {
        "name": name,
        "documents": list(deed.documents),
        "entry": deed.entry.model_dump(mode="json"),
        "now": utc_text(NOW),
        "outcome": {
            "status": outcome.status,
            "code": outcome.code,
            "params": params,
            "case": outcome.case if stands else None,
        },
        "after": {key: doc.as_json() for key, doc in deed.result.after.items()} if stands else {},
    }


def rights() -> dict[str, dict[str, Any]]:
    """Who may record each kind, and whether it is a request; as in the shared bundle."""
    return {
        name: {"roles": sorted(kind.roles), "request": kind.request, "v": kind.v}
        for name, kind in sorted(KINDS.items())
    }


def files() -> dict[str, str]:
    """The text of each file by its name."""
    written = {f"{kind}.json": _text(of_kind) for kind, of_kind in vectors().items()}
    rows = [f" {_compact(name)}: {_compact(row)}" for name, row in rights().items()]
    told = json.dumps(scopes(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return written | {"kinds.json": "{\n" + ",\n".join(rows) + "\n}\n", "scopes.json": told}


def scopes() -> dict[str, Any]:
    """The areas of each role, and for people of the small plant which scopes they may see."""
    people = []
    for key, body in PEOPLE.items():
        person = Person(key=key, login=key.partition(":")[2], **body)
        seats = [f"{site}:{role}" for site, roles in person.roles.items() for role in roles]
        people.append({"seats": seats, "scopes": sorted(scopes_of(person))})
    return {"areas": AREAS_BY_ROLE, "people": people}


def _text(of_kind: list[dict[str, Any]]) -> str:
    """JSON with one line for each document, so that a change can be read in a diff."""
    return "[\n" + ",\n".join(_vector_text(vector) for vector in of_kind) + "\n]\n"


def _vector_text(vector: dict[str, Any]) -> str:
    documents = ",\n".join(f"   {_compact(one)}" for one in vector["documents"])
    after = ",\n".join(f"   {_compact(k)}: {_compact(v)}" for k, v in vector["after"].items())
    return "\n".join(
        [
            f' {{"name": {_compact(vector["name"])},',
            f'  "entry": {_compact(vector["entry"])},',
            f'  "now": {_compact(vector["now"])},',
            f'  "outcome": {_compact(vector["outcome"])},',
            f'  "documents": [\n{documents}],',
            f'  "after": {{\n{after}}}}}',
        ]
    )


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("\u2028", "\\u2028")


def main() -> None:
    """Write every file anew."""
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(text) // 1024} KB")


if __name__ == "__main__":
    main()
