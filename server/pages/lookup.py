"""Lookup: what a scanned or typed text stands for, among the documents that the person may see.

Reading a code is `labels.code`; the device's twin is `pwa/src/lookup.js`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from labels.code import Reading
from labels.code import read as read_code
from labels.gs1 import FNC1
from server.domain.label_thing import THINGS, label_key
from server.pages.label_fields import UNNUMBERED, label_said
from server.pages.wording import path
from sync.problem import Problem

TEXT_SHOWN_CHARS = 80
NUMBERLESS = ("lot_id", "gs1")  # bars of a lot's labels; they have no room for a label's number
NUMBERED = ("job", "visit", "order", "item")  # a typed number is the end of `type/SITE:number`
NUMBER_TERMS = ("requisition.number",)  # and of what is keyed by its entry
NAMED = ("asset", "equipment", "location", "person")  # by a label, without a document
Doc = dict[str, Any]


class Index(Protocol):
    """Where documents are found; `server.pages.answer.Reader` is one."""

    def get(self, key: str) -> Doc | None:
        """The document under this key."""

    def find(self, terms: list[str]) -> list[Doc]:
        """All documents with any of these terms."""


def lot_of(text: str, index: Index, field: str) -> str:
    """The key of the lot. Problems: unknown_lot, ambiguous_lot."""
    return _only(_lots(_reading(text), index), text, "lot", field)


def item_of(text: str, index: Index, field: str) -> str:
    """The key of the item: its code, its key, or any code that names it.

    Problems: unknown_item, ambiguous_item.
    """
    reading = _reading(text)
    found: list[str] = []
    if reading.kind == "own" and reading.type == "item":
        found = _present([f"item/{reading.id}"], index)
    elif reading.kind == "gs1":
        found = _items_by_gtin(reading, index)
    elif reading.kind == "text":
        found = _coded("item.code", reading.text or "", index)
    return _only(found, text, "item", field)


def document_of(text: str, index: Index, me: Mapping[str, Any]) -> str:
    """The key of whatever the scanned code leads to. Problems: unknown_code, ambiguous_code."""
    reading = _reading(text)
    if reading.kind == "own" and reading.type in NAMED:
        found = [f"{reading.type}/{reading.id}"]
    elif reading.kind == "own":
        found = _present([f"{reading.type}/{reading.id}"], index)
    elif reading.kind == "gs1" and not reading.lot:
        found = _items_by_gtin(reading, index)
    else:
        found = _lots(reading, index)
        if not found and reading.kind == "text":
            found = _numbered(reading.text or "", index, me)
    return _only(found, text, "code", "code")


def page_of(text: str, index: Index, me: Mapping[str, Any]) -> str:
    """The address that a scanned code leads to; with the label's own number where the code tells
    it, so that the page says if that label is void. Problems: as `document_of`.
    """
    key, reading = document_of(text, index, me), _reading(text)
    number = reading.print or _unnumbered(key, reading, index)
    return f"{path(key)}?p={number}" if number and key.partition("/")[0] in THINGS else path(key)


def _unnumbered(key: str, reading: Reading, index: Index) -> str:
    """A dash for bars that can't tell which label they are on, where some of the lot are void."""
    labels = index.get(label_key(key)) if reading.kind in NUMBERLESS else None
    return UNNUMBERED if labels and label_said([labels], UNNUMBERED) else ""


def scanned(text: str, index: Index) -> Doc:
    """What a code says, and the lot and item that it names among what is there.

    `{text, kind, gtin, lot_code, serial, expires_on, place, lot, item, label, problem}`; lot and
    item are documents or None, `place` a location's code or what may be one, `label` what became of
    the label that was scanned, `problem` says why there is no lot. All None for an empty text.
    """
    told: Doc = dict.fromkeys(
        ("kind", "gtin", "lot_code", "serial", "expires_on", "place", "lot", "item", "label",
         "problem")
    )  # fmt: skip
    told["text"] = _shown(text)
    if not text:
        return told
    reading = _reading(text)
    told |= {"kind": reading.kind, "gtin": reading.gtin, "serial": reading.serial}
    code = (reading.id or "").rpartition(":")[2] or None
    is_place = reading.type == "location"
    told |= {"lot_code": reading.lot or (None if is_place else code)}
    told |= {"place": code if is_place else reading.text if reading.kind == "text" else None}
    told |= {"expires_on": reading.expiry.isoformat() if reading.expiry else None}
    try:
        key = _only(_lots(reading, index), text, "lot", "code")
        number = reading.print or (UNNUMBERED if reading.kind in NUMBERLESS else "")
        labels = index.get(label_key(key)) if number else None
        said = label_said([labels] if labels else [], number)
        told |= {"lot": index.get(key), "label": said}
    except Problem as problem:
        told["problem"] = {"code": problem.code, "params": problem.params}
    if is_place and reading.print:
        registers = index.find([f"label.thing=location/{reading.id}"])
        told["label"] = label_said(registers, reading.print)
    items = _items_by_gtin(reading, index) if reading.gtin else []
    key = told["lot"]["item"] if told["lot"] else items[0] if len(items) == 1 else ""
    told["item"] = index.get(key) if key else None
    return told


def _numbered(text: str, index: Index, me: Mapping[str, Any]) -> list[str]:
    for number in dict.fromkeys((text, text.upper())):
        keys = [f"{kind}/{site}:{number}" for kind in NUMBERED for site in me["sites"]]
        terms = [f"{term}={number}" for term in NUMBER_TERMS]
        if found := [*_present(keys, index), *_keys(index.find(terms))]:
            return found
    return []


def _reading(text: str) -> Reading:
    """A whole key reads as our own code; the rest as `labels.code` says."""
    kind, slash, rest = text.partition("/")
    if slash and kind == "lot":
        return Reading("own", type="lot", id=rest)
    if slash and kind == "item":
        return Reading("own", type="item", id=rest)
    return read_code(text)


def _lots(reading: Reading, index: Index) -> list[str]:
    if reading.kind == "lot_id" or (reading.kind == "own" and reading.type == "lot"):
        return _present([f"lot/{reading.id}"], index)
    if reading.kind == "gs1" and reading.gtin and reading.lot:
        return _keys(index.find([f"lot.scan={reading.gtin}/{reading.lot}"]))
    code = reading.text if reading.kind == "text" else reading.lot
    return _coded("lot.code", code, index) if code else []


def _coded(term: str, code: str, index: Index) -> list[str]:
    exact = _keys(index.find([f"{term}={code}"]))
    return exact or _keys(index.find([f"{term}={code.upper()}"]))


def _items_by_gtin(reading: Reading, index: Index) -> list[str]:
    if not reading.gtin:  # another key of GS1: a container, a place
        return []
    return _keys(one for one in index.find(["item"]) if one["gtin"] == reading.gtin)


def _present(keys: list[str], index: Index) -> list[str]:
    return [key for key in keys if index.get(key) is not None]


def _keys(found: Iterable[Doc]) -> list[str]:
    return [str(one["key"]) for one in found]


def _only(keys: list[str], text: str, noun: str, field: str) -> str:
    if len(keys) == 1:
        return keys[0]
    code = f"ambiguous_{noun}" if keys else f"unknown_{noun}"
    raise Problem(code, {"text": _shown(text)}, field=field)


def _shown(text: str) -> str:
    """GS1's separator is no letter that a screen has."""
    return text[:TEXT_SHOWN_CHARS].replace(FNC1, " ")


RESOLVERS: dict[str, Callable[[str, Index, str], str]] = {"lot": lot_of, "item": item_of}
