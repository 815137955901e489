"""What an entry said, in words of one language: the labels of the forms, names for keys.

Nothing is left out but what is empty, what a program needs (a digest), and in `brief` what the
record of another document tells in full.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from server.dossier.gathered import Dossier, Told
from server.dossier.related import Doc, is_key
from server.pages.wording import Wording

Row = tuple[str, str]
NUMBERS = ("number", "quantity")
PICTURES = ("photo", "signature")
# Which messages put the codes of a field into words.
CODED = {
    "check": "check",
    "decision": "decision",
    "kind": "kind",
    "service": "service",
    "stage": "stage",
    "state": "print_state",
    "status": "status",
    "step_class": "step_class",
    "verdict": "verdict",
}
INNER = {
    "asset": {"name": "visit.asset_name", "serial": "visit.asset_serial"}
    | {"lot_code": "visit.asset_lot"},
    "customer": {"name": "visit.customer"},
}
UNTOLD = frozenset({"digest"})
# What a decision was bound to stands in the record of what it is about.
SHOWN = frozenset({"digest", "seen", "shown"})
STEPS = frozenset({"record.corrected", "step.recorded", "visit.step_recorded"})
BRIEF = frozenset(
    {"step", "verdict", "decision", "quantity", "location", "target", "counted", "reason"}
    | {"comment", "note", "text"}
)
PEOPLE = ("by", "person", "technician")


class Teller:
    """Tells the entries of one dossier."""

    def __init__(self, dossier: Dossier, words: Wording) -> None:
        self._dossier, self._words = dossier, words

    @property
    def key(self) -> str:
        """Whose record it is."""
        return self._dossier.key

    def who(self, one: Told) -> str:
        """By whom."""
        return self._words.label(one.by_name, "actor")

    def happened(self, one: Told) -> str:
        """What it was, and on what, where that is another document than the record's."""
        what = self._words.label(one.kind, "kind")
        return what if one.on == self._dossier.key else f"{what} · {self.document(one.on)}"

    def document(self, key: str) -> str:
        """What kind of thing a key stands for, and what people call it."""
        return f"{self._words.label(key.partition('/')[0], 'title')} {self.called(key)}"

    def called(self, key: str) -> str:
        """The number, code or name of what is under a key."""
        doc = self._dossier.others.get(key, {})
        if "revision" in doc:
            return f"{self._words.name(doc['title'])} · {doc['revision']}"
        for name in ("number", "about_label", "code"):
            if doc.get(name):
                return str(doc[name])
        return key.rpartition(":")[2]

    def rows(self, one: Told) -> list[Row]:
        """All that it said, field by field, of whatever kind it is."""
        return [row for row in self._rows(one, one.said) if row[1]]

    def history(self, one: Told) -> list[Row]:
        """What it comes to in a history: steps and what was on something else in brief."""
        is_brief = one.on != self._dossier.key or one.kind in STEPS
        names = [n for n in one.said if n not in SHOWN and (n in BRIEF or not is_brief)]
        rows = [row for row in self._rows(one, {n: one.said[n] for n in names}) if row[1]]
        if one.moved and one.on != self._dossier.key:
            rows.append((self._words.label(one.moved["kind"], "movement"), self.moved(one.moved)))
        return rows

    def sentence(self, rows: list[Row]) -> str:
        """Rows in one line."""
        pairs = [{"label": label, "value": value} for label, value in rows]
        told = [self._words.text("dossier.pair", pair) for pair in pairs]
        return self._words.text("dossier.between", {}).join(told)

    def moved(self, moved: Mapping[str, str]) -> str:
        """How much of the record's lot went from where to where."""
        return f"{moved['quantity']} {self._dossier.document['unit']} · {route(moved)}".rstrip(" ·")

    def became(self, one: Told) -> str:
        """What became of the entry, in words."""
        return self._words.label(one.status, "dossier.became")

    def _rows(self, one: Told, said: Mapping[str, Any], inside: str = "") -> Iterator[Row]:
        for name, value in said.items():
            if name in UNTOLD or (name == "seen" and "set" in said):
                continue
            if name == "answers" and isinstance(value, Mapping):
                yield from self._answers(one, value)
            elif name == "set" and isinstance(value, Mapping):
                yield from self._changed(one, value)
            elif name == "shown" and isinstance(value, list):
                yield from self._shown(value)
            elif name in ("lines", "parts") and isinstance(value, list):
                yield from self._amounts(name, value)
            elif isinstance(value, Mapping) and not _is_name(value):
                yield from self._rows(one, value, name)
            elif isinstance(value, list) and value and isinstance(value[0], Mapping):
                for part in value:
                    inner = part if isinstance(part, Mapping) else {name: part}
                    yield from self._rows(one, inner, name)
            else:
                yield self._label(one, name, inside), self._value(one, name, value)

    def _label(self, one: Told, name: str, inside: str) -> str:
        inner = INNER.get(inside, {}).get(name)
        if inner:
            return self._words.text(inner, {})
        asked = self._words.label(name, f"place.{one.kind}")
        return self._words.label(name, "field") if asked == name else asked

    def _value(self, one: Told, name: str, value: Any) -> str:
        words = self._words
        if isinstance(value, bool):
            return words.text("dossier.yes" if value else "dossier.no", {})
        if isinstance(value, list):
            return words.shown([self._value(one, name, part) for part in value])
        text = words.shown(value)
        if name == "step":
            return self._step(one, text)
        if name in PEOPLE:
            return self._dossier.names.get(text, text)
        if name in CODED:
            return words.label(text, CODED[name])
        if is_key(text):
            return self.called(text)
        if name in ("quantity", "counted"):
            return f"{text} {self._unit(one)}".strip() if text else ""
        return text

    def _unit(self, one: Told) -> str:
        item = one.said.get("item")
        doc = self._doc(one.on) or (self._doc(item) if isinstance(item, str) else {})
        return str(doc.get("unit") or doc.get("params", {}).get("unit") or "")

    def _doc(self, key: str) -> Doc:
        return self._dossier.others.get(key, {})

    def _step(self, one: Told, key: str) -> str:
        steps = self._doc(one.on).get("steps", [])
        return next((self._words.name(step["title"]) for step in steps if step["key"] == key), key)

    def _answers(self, one: Told, answers: Mapping[str, Any]) -> Iterator[Row]:
        steps = self._doc(one.on).get("steps", [])
        found = [step["fields"] for step in steps if step["key"] == one.said.get("step")]
        fields = {field["key"]: field for field in (found[0] if found else [])}
        for key, answer in answers.items():
            field = fields.get(key)
            if field is None:
                yield self._words.label(key, "field"), self._words.shown(answer)
            else:
                told = answered(field, str(answer), self._words, one.blobs)
                yield self._words.name(field["label"]), told

    def _changed(self, one: Told, wanted: Mapping[str, Any]) -> Iterator[Row]:
        seen = one.said.get("seen")
        before = seen if isinstance(seen, Mapping) else {}
        for name, value in wanted.items():
            old, new = str(before.get(name) or ""), self._words.shown(value)
            if old != new:
                yield self._label(one, name, ""), f"{old or '—'} → {new or '—'}"

    def _shown(self, shown: list[Any]) -> Iterator[Row]:
        for part in shown:
            if isinstance(part, Mapping):
                label = self._words.shown(part.get("label"))
                field = str(part.get("field", ""))
                yield (
                    label or self._words.label(field, "field"),
                    self._words.shown(part.get("value")),
                )

    def _amounts(self, name: str, lines: list[Any]) -> Iterator[Row]:
        """An item asked for or a part used, each with how much of it."""
        label = self._words.text("title.item" if name == "lines" else "form.part", {})
        for line in lines:
            if isinstance(line, Mapping):
                key = str(line.get("item") or line.get("lot") or "")
                doc = self._doc(key)
                what = self._words.name(doc.get("name") or doc.get("item_name"))
                amount = f"{self._words.shown(line.get('quantity'))} {doc.get('unit') or ''}"
                told = (self.called(key), what, amount.strip())
                yield label, " · ".join(part for part in told if part)


def route(moved: Mapping[str, str]) -> str:
    """From where to where, as far as it is known."""
    if moved["source"] and moved["target"]:
        return f"{moved['source']} → {moved['target']}"
    return f"→ {moved['target']}" if moved["target"] else moved["source"]


def answered(
    field: Mapping[str, Any], answer: str, words: Wording, pictures: Mapping[str, str]
) -> str:
    """An answer as the page shows it: a choice's words, a number's unit, a picture's name."""
    if field["type"] in PICTURES:
        return f"{pictures.get(answer, '')} ({answer[:12]})".strip()
    choices = {one["key"]: words.name(one["label"]) for one in field.get("choices", [])}
    unit = field.get("unit") if field["type"] in NUMBERS else ""
    return f"{choices.get(answer, answer)} {unit or ''}".strip()


def limits(field: Mapping[str, Any], words: Wording) -> str:
    """The limits as the form shows them, with the side of one that stands alone."""
    lower, upper, nominal = (field.get(name) for name in ("lower", "upper", "nominal"))
    told = f"{lower} – {upper}" if lower and upper else ""
    if not told and (lower or upper):
        told = f"≥ {lower}" if lower else f"≤ {upper}"
    middle = f"{words.text('limit.nominal', {})} {nominal}" if nominal else ""
    return "; ".join(part for part in (told, middle) if part)


def _is_name(value: Mapping[str, Any]) -> bool:
    return set(value) == {"zh", "en"}
