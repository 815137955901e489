"""Labels drawn here, mark by mark, which the device's twin (`pwa/src/labels/`) is held to: the same
modules to the bit, the same lines of text in the same places.

`python -m tests.labels.label_vectors` writes tests/vectors/labels.json; a test of this room says
when it has to be written anew.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labels.content import label
from labels.draw import drawings
from labels.error import LabelError
from labels.layout_file import layout, shipped
from labels.marks import Box, Code, Drawing, Ink, Mark, Picture, Polygon, Text
from labels.status import WORDS
from tests.labels.samples import BASE_URL, SAMPLES

FILE = Path(__file__).parents[1] / "vectors" / "labels.json"
GTIN = "4006381333931"
DPI = 300
PLACES = 3  # of a dot: a float's last digits are no promise
_LONG = "特种耐高温密封圈组件（含安装附件、检验报告与合格证）第三批"


def cases() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """What the vector is about, layout, values, and how (base_url, dpi)."""
    for name in shipped():
        yield f"{name} as in the samples", name, SAMPLES[name], {}
        yield f"{name} at 203 dpi", name, SAMPLES[name], {"dpi": 203}
        least = {key: SAMPLES[name].get(key, "X-1") for key, rule in layout(name).fields.items()
                 if rule.required}  # fmt: skip
        yield f"{name} with the least it needs", name, least, {"dpi": 600}
    for status in WORDS:
        yield f"lot {status}", "lot", {**SAMPLES["lot"], "status": status}, {}
        yield f"status label {status}", "status", {**SAMPLES["status"], "status": status}, {}
        yield f"zone {status}", "location", {**SAMPLES["location"], "status": status}, {}
    for about, name, change, how in _lots():
        yield about, name, {**SAMPLES[name], **change}, how
    rows = [{"step": str(n), "name": f"工序 Step {n}", "class": "", "limits": ""}
            for n in range(1, 31)]  # fmt: skip
    card = SAMPLES["card-a5"]
    yield "more steps than a card has room for", "card-a5", {**card, "steps": rows}, {}
    yield "no steps", "card-a4", {**card, "steps": []}, {}


def _lots() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Contents at the edges: long and odd texts, codes of all kinds, and what is refused."""
    yield "a digital link", "lot", {"gtin": GTIN}, {}
    yield "a lot that GS1 cannot carry", "lot", {"gtin": GTIN, "lot_code": "批次-1"}, {}
    yield "percent signs in a link", "lot", {"gtin": GTIN, "lot_code": "L/26 (a)*'!"}, {}
    yield "no GTIN", "material", {"gtin": None, "serial": ""}, {}
    yield "no GTIN on a package", "package", {"gtin": ""}, {}
    for name in ("lot", "material", "package", "status"):
        yield f"{name} with its own number", name, {"print": "K7Q2M4XW-12"}, {}
    yield "its own number behind a Digital Link", "lot", {"gtin": GTIN, "print": "K7Q2M4XW-1"}, {}
    yield "a shrunk name", "lot", {"item_name_en": "Die-cast aluminium end cap, right"}, {}
    yield "a wrapped name", "lot", {"item_name_zh": _LONG}, {}
    yield "a wrapped Latin word", "lot", {"item_name_en": "X" * 60}, {}
    yield "words and blanks", "lot", {"supplier": "  苏州 A  B (中国) 有限公司，  第 二 厂  "}, {}
    yield "all of Latin", "lot", {"supplier": "Ærø Çelik ßtraße № 5 – “Ω” ±0.5 µm ≤ 3 ℃"}, {}
    yield "a long id", "lot", {"lot_id": "SUZHOU:PART-000123456789:LOT-2026-11-000123"}, {}
    yield "an id of digits", "lot", {"lot_id": "1234:567890123:45678901"}, {}
    yield "an odd number of digits", "lot", {"lot_id": "SZ:12345:1A2345678B9012"}, {}
    yield "a decimal", "lot", {"quantity": "0012.500", "unit": "kg"}, {}
    yield "dates of a table", "lot", {"expires_on": "2027/1/3", "produced_on": "2026.2.28"}, {}
    yield "a status in words", "lot", {"status": "紧急放行"}, {}
    yield "an accent in two parts", "lot", {"item_name_en": "e\u0301tape"}, {}
    yield "letters in a Data Matrix", "material", {"lot_code": "Abc-def.ghi", "serial": "x/y"}, {}
    yield "brackets in a Data Matrix", "material", {"lot_code": "A(10)B", "serial": "1)2("}, {}
    yield "digits in a Data Matrix", "material", {"lot_code": "12345678901234567890"}, {}
    yield "a long GS1-128", "package", {"lot_code": "L" * 20, "serial": "9" * 20}, {}
    yield "other orders of digits", "package", {"lot_code": "12A34567B", "serial": "A123456"}, {}
    yield "another dpi", "badge", {}, {"dpi": 1200}
    yield "a base URL with a port", "badge", {}, {"base_url": "http://192.168.1.20:8000/"}
    yield "too long a supplier", "lot", {"supplier": "供应商名称" * 24}, {}
    yield "too long a code", "lot", {"lot_id": "SZ:" + "A" * 40 + ":" + "B" * 40}, {}
    yield "no such character", "lot", {"item_name_zh": "端盖\U0001f600"}, {}
    yield "Chinese in bars", "lot", {"lot_id": "SZ:端盖:L1"}, {}
    yield "no base URL", "lot", {}, {"base_url": ""}
    yield "a base URL with a path", "lot", {}, {"base_url": "https://t.example/app"}
    yield "a wrong check digit", "lot", {"gtin": "4006381333932"}, {}
    yield "no such day", "lot", {"expires_on": "2027-02-30"}, {}
    yield "a year 0", "lot", {"expires_on": "0000-02-01"}, {}
    yield "no number", "lot", {"quantity": "many"}, {}
    yield "no such status", "lot", {"status": "fine"}, {}
    yield "a control character", "lot", {"item_name_zh": "端\n盖"}, {}
    yield "a field that is missing", "lot", {"unit": " "}, {}
    yield "a field that is none", "lot", {"colour": "red"}, {}
    yield "a field that is too long", "lot", {"supplier": "x" * 121}, {}
    yield "a serial that GS1 cannot carry", "material", {"serial": "序1"}, {}
    yield "too few dots", "lot", {}, {"dpi": 100}


def vectors() -> list[dict[str, Any]]:
    """Each case with its drawings, or with code, about and field of the error."""
    made: list[dict[str, Any]] = []
    for about, name, given, how in cases():
        dpi, base_url = how.get("dpi", DPI), how.get("base_url", BASE_URL)
        vector = {"name": about, "layout": name, "given": given, "base_url": base_url, "dpi": dpi}
        try:
            sides = drawings(label(layout(name), given, base_url=base_url), dpi=dpi)
            made.append(vector | {"drawings": [_drawing(side) for side in sides]})
        except LabelError as error:
            told = {"code": error.code, "about": error.about, "field": error.field}
            made.append(vector | {"error": told})
    return made


def _drawing(drawing: Drawing) -> dict[str, Any]:
    size = [drawing.width, drawing.height, drawing.width_mm, drawing.height_mm]
    return {"size": size, "marks": [_mark(mark) for mark in drawing.marks]}


def _mark(mark: Mark) -> list[Any]:
    match mark:
        case Code(x, y, module, height, symbol):
            return ["code", x, y, module, height, symbol.kind, symbol.text, " ".join(symbol.rows)]
        case Box(x, y, width, height, ink):
            return ["box", x, y, width, height, _ink(ink)]
        case Picture(shapes):
            return ["picture", *map(_shape, shapes)]
        case Text():
            return [
                "text", *_near(mark.x, mark.baseline), mark.content, *_near(mark.size), mark.weight,
                *_near(mark.width), _ink(mark.ink), mark.align,
            ]  # fmt: skip


def _shape(shape: Polygon) -> list[Any]:
    """Of a shape the number of corners, their middle and how far they reach."""
    xs, ys = zip(*shape.points, strict=True)
    count = len(shape.points)
    return [count, *_near(sum(xs) / count, sum(ys) / count, min(xs), max(xs), min(ys), max(ys)),
            _ink(shape.ink)]  # fmt: skip


def _near(*lengths: float) -> list[float]:
    return [round(length, PLACES) for length in lengths]


def _ink(ink: Ink) -> str:
    return ink.hex + ("!" if ink.black else "")


def text() -> str:
    lines = ",\n ".join(json.dumps(vector, ensure_ascii=False) for vector in vectors())
    return f"[\n {lines}\n]\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
