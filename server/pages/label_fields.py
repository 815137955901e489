"""What stands in the fields of a thing's label, and what a label's own number says today.

Pure, from documents as plain JSON. The device's twin is `pwa/src/labels/fields.js`;
`tests/vectors/label_fields.json` holds both to the same answers. How a label looks is `labels`'.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

Doc = Mapping[str, Any]
Rows = list[dict[str, str]]
Fields = dict[str, str | Rows]
SAME = ("item_code", "unit", "status", "gtin", "received_on", "produced_on", "expires_on",
        "supplier", "supplier_lot")  # fmt: skip
# Cards and badges are read by people of both languages, so both stand on them.
CLASSES = {"general": "一般 General", "key": "关键 Key", "special": "特殊 Special"}
ROLES = {
    "operator": ("操作者", "Operator"),
    "inspector": ("检验员", "Inspector"),
    "storekeeper": ("仓管员", "Storekeeper"),
    "technician": ("服务人员", "Technician"),
    "supervisor": ("主管", "Supervisor"),
    "quality_manager": ("品管经理", "Quality manager"),
    "planner": ("计划员", "Planner"),
    "admin": ("管理员", "Administrator"),
}
UNNUMBERED = "-"  # in place of a number: a code of ours that has no room for one


def label_fields(
    thing: str, doc: Doc | None, *, facts: Doc, site: str, number: str = "", serial: str = ""
) -> Fields:
    """Every field that a layout of this thing (by its key) may have, empty where nobody says.

    `doc` is its document, if there is one, and goes before the `facts` that a person wrote.
    `number` is the label's own. With the `serial` of a unit the quantity is that one.
    """
    kind, _, name = thing.partition("/")
    told: Fields = {**facts, "print": number}
    if kind == "lot" and doc:
        return told | _of_lot(doc, serial)
    if kind == "job" and doc:
        return told | _of_job(doc)
    if kind == "person" and doc:
        return {"site": site} | told | _of_person(doc, site)
    return told | {f"{kind}_id": name, "code": _code(name), "location": _code(name)}


def _code(name: str) -> str:
    return name.partition(":")[2]


def _of_lot(lot: Doc, serial: str) -> Fields:
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
    }


def _of_job(job: Doc) -> Fields:
    procedure = job["procedure"]
    return {
        "job_id": job["key"].partition("/")[2],
        "number": job["number"],
        "lot_code": job["lot_code"],
        "item_code": job["item_code"],
        "item_name_zh": job["item_name"]["zh"],
        "item_name_en": job["item_name"]["en"],
        "quantity": job["quantity"],
        "unit": job["unit"],
        "order": job["order_number"] or "",
        "procedure": f"{procedure['code']} / {procedure['revision']}",
        "due_on": job["due_on"] or "",
        "steps": [row for at, step in enumerate(job["steps"], 1) for row in _rows(at, step)],
    }


def _rows(place: int, step: Doc) -> Rows:
    """A step, and below it a line for each number that it measures, to be written in by hand."""
    first = {"step": str(10 * place), "name": _both(step["title"]), "limits": ""}
    measured = [one for one in step["fields"] if one["type"] == "number"]
    return [
        first | {"class": CLASSES[step["step_class"]]},
        *(
            {"step": "", "name": _both(one["label"]), "class": "", "limits": _limits(one)}
            for one in measured
        ),
    ]


def _limits(field: Doc) -> str:
    lower, upper = field["lower"], field["upper"]
    span = f"{lower} – {upper}" if lower is not None and upper is not None else ""
    if not span:
        span = f"≥ {lower}" if lower is not None else f"≤ {upper}" if upper is not None else ""
    return f"{span} {field['unit']}".strip()


def _of_person(person: Doc, site: str) -> Fields:
    roles = [ROLES[role] for role in person["roles"].get(site, [])]
    return {
        "person_id": person["login"],
        "name": person["name"],
        "role_zh": "、".join(zh for zh, _ in roles),
        "role_en": ", ".join(en for _, en in roles),
    }


def _fullest(lot: Doc) -> str:
    """Where most of it lies, the first of equals."""
    best = max(lot["holdings"], key=lambda one: Decimal(one["quantity"]), default=None)
    return best["location"] if best else ""


def _both(reason: str | Mapping[str, str]) -> str:
    if isinstance(reason, str):
        return reason
    return " ".join(text for text in (reason["zh"], reason["en"]) if text)


def label_said(registers: Sequence[Doc], number: str) -> dict[str, Any] | None:
    """What became of the label of this number (`K7Q2M4XW-2`); None without a number.

    `registers` are the labels of the thing that was scanned, of a person perhaps of several sites.
    `state`: good, voided, superseded, cancelled (called off before it was printed), old (its print
    is not in the list any more), unknown (not printed as far as is known here), unnumbered (the
    code can't tell which; `ended` are those that are void).
    """
    if not number:
        return None
    if number == UNNUMBERED:
        return _unnumbered(registers)
    code, _, place = number.partition("-")
    prints = [one for labels in registers for one in labels["prints"]]
    found = [one for one in prints if one["code"] == code]
    if not found or not place.isdecimal() or not 1 <= int(place) <= found[0]["count"]:
        is_old = not found and any(labels["left"] for labels in registers)
        state = "old" if is_old else "unknown"
        return {"number": number, "state": state, "void": None, "print": None, "ended": []}
    one, at = found[0], int(place)
    void = next((v for v in one["voids"] if not v["labels"] or at in v["labels"]), None)
    state = "cancelled" if one["state"] == "cancelled" else "good"
    if void:
        state = "superseded" if void["by_print"] else "voided"
    return {"number": number, "state": state, "void": void, "print": one, "ended": []}


def _unnumbered(registers: Sequence[Doc]) -> dict[str, Any] | None:
    """Which labels of the thing are void, for who has one without a number in the hand."""
    ended: list[str] = []
    for labels in registers:
        for one in labels["prints"]:
            whole = any(not void["labels"] for void in one["voids"])
            each = sorted({at for void in one["voids"] for at in void["labels"]})
            ended += [one["code"]] if whole else [f"{one['code']}-{at}" for at in each]
    if not ended:
        return None
    return {"number": "", "state": "unnumbered", "void": None, "print": None, "ended": ended}


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
