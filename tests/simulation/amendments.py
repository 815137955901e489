"""Amendments compared anew: which of the differing writes of a visit's fields must have a case.

A three-way merge of its own, from the entries alone; the domain's is not asked.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import RowMapping

STANDS = ("applied", "merged", "conflict")


def expected_conflicts(
    rows: Iterable[RowMapping], entries: dict[str, dict[str, Any]]
) -> dict[str, set[str]]:
    """By entry that collides: the entries that wrote one of the same fields last."""
    values: dict[tuple[str, str], str] = {}
    writers: dict[tuple[str, str], str] = {}
    expected: dict[str, set[str]] = {}
    for row in rows:
        entry, visit = entries[row["entry_id"]], row["on_key"]
        if row["status"] not in STANDS:
            continue
        if row["kind"] == "visit.opened":
            body = entry["body"]
            values[visit, "problem"] = body.get("problem", "")
            values[visit, "technician"] = body["technician"]
            values[visit, "phone"] = body["customer"]["phone"]
        if row["kind"] == "visit.amended":
            for field, wanted in entry["body"]["set"].items():
                place, seen = (visit, field), entry["body"]["seen"].get(field, "")
                if wanted in (values[place], seen):
                    continue
                if values[place] == seen:
                    values[place], writers[place] = wanted, row["entry_id"]
                else:
                    found = expected.setdefault(row["entry_id"], set())
                    found |= {writers[place]} if place in writers else set()
    return expected
