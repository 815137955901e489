"""What stands on a thing's label, and what its number says, written down for the device's twin.

`python -m tests.server.pages.label_vectors` rewrites tests/vectors/label_fields.json from the
documents that the vectors of entries have.
"""

import json
from pathlib import Path
from typing import Any

from server.pages.label_fields import label_fields, label_said, numbered

VECTORS = Path(__file__).parents[2] / "vectors"
FILE = VECTORS / "label_fields.json"
KINDS = ("label.printed", "label.voided", "label.cancelled", "lot.released", "material.put_away",
         "step.recorded")  # fmt: skip
ASKED: tuple[dict[str, Any], ...] = (
    {},
    {"number": "K7Q2M4XW-2"},
    {"number": "K7Q2M4XW-2", "serial": "0017", "facts": {"consignee": "恒力", "lot_id": "x"}},
)
NAMED = ("location/SZ:A-01", "equipment/SZ:G-0042", "asset/SZ:AS-00318", "equipment/SZ:")
EACH_MAX = 6


def documents(noun: str) -> list[dict[str, Any]]:
    """Those of a noun, each once."""
    told: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        for vector in json.loads((VECTORS / f"{kind}.json").read_text("utf-8")):
            for one in (*vector["documents"], *vector["after"].values()):
                if one["key"].startswith(f"{noun}/"):
                    one |= {name: [] for name in ("timeline", "movements", "runs") if name in one}
                    told[json.dumps({**one, "version": 0})] = one
    return list(told.values())


def vectors() -> dict[str, list[dict[str, Any]]]:
    """`fields`: what stands on a thing's label; `said`: what became of some numbers."""
    lots = documents("lot")
    lots = [one for one in lots if one["status"] != "to_inspect"][:EACH_MAX] + lots[:EACH_MAX]
    told = [*lots, *documents("job")[:2], *documents("person")[:EACH_MAX]]
    things = [(one["key"], one) for one in told] + [(key, None) for key in NAMED]
    fields = [
        {"thing": thing, "doc": doc, "asked": each, "fields": label_fields(thing, doc, **each)}
        for thing, doc in things
        for each in ({"facts": {}, "site": "SZ"} | asked for asked in ASKED)
    ]
    labels = [None, *_telling(documents("label"))]
    return {"fields": fields, "said": [{"labels": one, "said": _said(one)} for one in labels]}


def _said(labels: dict[str, Any] | None) -> dict[str, dict[str, Any] | None]:
    """By number; of the print only its code."""
    prints = labels["prints"] if labels else []
    numbers = {each["number"] for one in prints for each in numbered(one)[:6]}
    numbers |= {f"{one['code']}-{one['count'] + 1}" for one in prints}
    told: dict[str, dict[str, Any] | None] = {}
    for number in sorted({*numbers, *(one["code"] for one in prints), "", "-", "ABCDEFGH-1"}):
        said = label_said([labels] if labels else [], number)
        code = said["print"]["code"] if said and said["print"] else None
        told[number] = said and {**said, "print": code}
    return told


def _telling(labels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those with something void, one that has lost prints, one that was called off."""
    ended = [one for one in labels if any(p["voids"] for p in one["prints"])]
    long = [{**one, "prints": one["prints"][:2]} for one in labels if one["left"]]
    off = [one for one in labels if any(p["state"] == "cancelled" for p in one["prints"])]
    return [*ended[-EACH_MAX:], *ended[:2], *long[:1], *off[:1]]


def text() -> str:
    """A line for each, so that a change can be read in a diff."""
    told = vectors()
    parts = [
        f' "{name}": [\n'
        + ",\n".join(
            f"  {json.dumps(one, ensure_ascii=False, separators=(',', ':'))}" for one in some
        )
        + "]"
        for name, some in told.items()
    ]
    return "{\n" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(f"{FILE.name}: {FILE.stat().st_size // 1024} KB")
