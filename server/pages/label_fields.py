"""What stands in the fields of a lot's label, and what a label's own number says today.

Pure, from documents as plain JSON. The device's twin is `pwa/src/labels/fields.js`;
`tests/vectors/label_fields.json` holds both to the same answers. How a label looks is `labels`'.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Doc = Mapping[str, Any]
SAME = ("item_code", "unit", "status", "gtin", "received_on", "produced_on", "expires_on",
        "supplier", "supplier_lot")  # fmt: skip


def label_fields(lot: Doc, *, number: str = "", serial: str = "") -> dict[str, str]:
    """Every field that a layout of a lot's label may have, empty where the lot says nothing.

    `number` is the label's own. With the `serial` of a unit the quantity is that one.
    """
    decided = lot["status"] != "to_inspect"
    return {
        **{name: lot[name] or "" for name in SAME},
        "lot_id": lot["key"].partition("/")[2],
        "lot_code": lot["code"],
        "item_name_zh": lot["item_name"]["zh"],
        "item_name_en": lot["item_name"]["en"],
        "quantity": "1" if serial else lot["quantity"],
        "location": _fullest(lot),
        "order": (lot["order"] or "").partition(":")[2],
        "reason": _both(lot["status_reason"]),
        "inspector": lot["status_by_name"] if decided else "",
        "decided_on": lot["status_at"][:10] if decided else "",
        "serial": serial,
        "print": number,
    }


def _fullest(lot: Doc) -> str:
    """Where most of it lies, the first of equals."""
    best = max(lot["holdings"], key=lambda one: Decimal(one["quantity"]), default=None)
    return best["location"] if best else ""


def _both(reason: str | Mapping[str, str]) -> str:
    if isinstance(reason, str):
        return reason
    return " ".join(text for text in (reason["zh"], reason["en"]) if text)


def label_said(labels: Doc | None, number: str) -> dict[str, Any] | None:
    """What became of the label of this number (`K7Q2M4XW-2`); None without a number.

    `state`: good, voided, superseded, cancelled (called off before it was printed), old (its print
    is not in the list any more), unknown (not printed as far as is known here).
    """
    if not number:
        return None
    code, _, place = number.partition("-")
    found = [one for one in labels["prints"] if one["code"] == code] if labels else []
    if not found or not place.isdecimal() or not 1 <= int(place) <= found[0]["count"]:
        state = "old" if labels and labels["left"] and not found else "unknown"
        return {"number": number, "state": state, "void": None, "print": None}
    one, at = found[0], int(place)
    void = next((v for v in one["voids"] if not v["labels"] or at in v["labels"]), None)
    state = "cancelled" if one["state"] == "cancelled" else "good"
    if void:
        state = "superseded" if void["by_print"] else "voided"
    return {"number": number, "state": state, "void": void, "print": one}


def numbered(one: Doc) -> list[dict[str, Any]]:
    """The labels of a print: their own number, the serial, and whether they are void."""
    return [
        {
            "number": f"{one['code']}-{n}",
            "serial": one["serials"][(n - 1) // one["copies"]] if one["serials"] else "",
            "void": any(not v["labels"] or n in v["labels"] for v in one["voids"]),
        }
        for n in range(1, one["count"] + 1)
    ]
