"""Form: what a person filled in becomes the body of an entry. The device's twins:
`pwa/src/form_reading.js` and `pwa/src/fields.js`.

Names say where a value goes: `body.a.0.b` a path, `json.a` JSON, `…@lot` / `…@item` scanned or
typed text that stands for a document (`server.pages.lookup`). `on` may have holes: `{new}`, and
`{x}` that the field `on.x` fills. Files are blobs; the body holds their SHA-256.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from uuid_utils import uuid7

from server.pages.lookup import RESOLVERS, Index, lot_of
from sync.entry import ENTRY_MAX_BYTES, KEY_MAX_CHARS, KEY_PATTERN, UUID_PATTERN
from sync.problem import Problem

DEPTH_MAX = 8
ROWS_MAX = 100
BLOBS_MAX = 20
FIELDS_MAX = 1000
NAME_MAX_CHARS = 200
TEXT_MAX_CHARS = ENTRY_MAX_BYTES
NAME = re.compile(r"(body|json)\.([^@]+)(?:@(lot|item))?")
HOLE = re.compile(r"\{(\w+)\}")
SIGNED_WITH = "sign.secret"
NUMBER = re.compile(r"[0-9]{1,6}")


@dataclass
class File:
    """An uploaded photo or signature."""

    name: str
    type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Its content as an address."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class Filled:
    """A form as sent: what it is about, the body, the files, and where to go next.

    `secret` is the person's password, where the form is signed with it; it goes no further.
    `entry` is the id that the page's script gave it, so that sending twice records once.
    """

    on: str
    base: int | None
    body: dict[str, Any]
    then: str
    entry: str = ""
    secret: str = ""
    files: list[File] = field(default_factory=list)


class Node(dict[str, Any]):
    """A part of the body as its names build it; what came as JSON is none."""


@dataclass(frozen=True)
class Field:
    """One field with a place in the body; `resolve` is lot, item or empty."""

    name: str
    path: tuple[str, ...]
    value: str
    resolve: str
    is_json: bool

    def rows(self) -> list[tuple[str, ...]]:
        """The rows it lies in: lines.0 for lines.0.quantity."""
        path = self.path
        return [path[: at + 1] for at, part in enumerate(path) if at and NUMBER.fullmatch(part)]


def filled(fields: Iterable[tuple[str, str | File]], index: Index) -> Filled:
    """Read a form.

    Problems (with the field): form_malformed, text_too_long, quantity_missing, too_many_blobs,
    unknown_lot, ambiguous_lot, unknown_item, ambiguous_item.
    """
    texts: dict[str, str] = {}
    files: dict[str, list[File]] = {}
    for name, value in fields:
        _must_be_bounded(name, value)
        if isinstance(value, str):
            texts[name] = value  # of the same name the last counts
        elif value.data:
            files.setdefault(name, []).append(value)
    if len(texts) + len(files) > FIELDS_MAX:
        raise Problem("form_malformed", {"field": ""})
    if sum(len(some) for some in files.values()) > BLOBS_MAX:
        raise Problem("too_many_blobs", {"max": BLOBS_MAX})
    leaves = [(one, _value(one, index)) for one in _fields(texts)]
    leaves += [(one, files[one.name][0].sha256) for one in _named(dict.fromkeys(files, ""))]
    on, entry = _on(texts, index), texts.get("entry", "")
    return Filled(
        on=on,
        base=_base(texts, on, index),
        body=_body(leaves),
        then=own_path(texts.get("then", "/")),
        secret=texts.get(SIGNED_WITH, ""),
        entry=entry if re.fullmatch(UUID_PATTERN, entry) else "",
        files=[file for some in files.values() for file in some],
    )


def _base(texts: Mapping[str, str], on: str, index: Index) -> int | None:
    """The version the person saw; of a lot that was scanned into the form, the one there is."""
    base = texts.get("base", "")
    if NUMBER.fullmatch(base):
        return int(base)
    seen = index.get(on) if texts.get("on@lot") else None
    return int(seen["version"]) if seen else None


def own_path(text: str) -> str:
    """The text if it is a path of this server, else the start page; never another host."""
    leads_away = text[1:2] in ("/", "\\") or any(ord(char) < 32 for char in text)
    return text if text.startswith("/") and not leads_away else "/"


def _must_be_bounded(name: str, value: str | File) -> None:
    if len(name) > NAME_MAX_CHARS:
        raise Problem("form_malformed", {"field": name[:NAME_MAX_CHARS]})
    if isinstance(value, str) and len(value) > TEXT_MAX_CHARS:
        raise Problem("text_too_long", {"max_chars": TEXT_MAX_CHARS}, field=name)


def _on(texts: Mapping[str, str], index: Index) -> str:
    scanned = texts.get("on@lot", "").strip()
    if scanned:
        return lot_of(scanned, index, "on@lot")
    pattern, new = texts.get("on", ""), str(uuid7())

    def fill(hole: re.Match[str]) -> str:
        return new if hole[1] == "new" else texts.get(f"on.{hole[1]}", "").strip()

    on = HOLE.sub(fill, pattern)
    if not re.fullmatch(KEY_PATTERN, on) or len(on) > KEY_MAX_CHARS:
        holes = [f"on.{name}" for name in HOLE.findall(pattern) if name != "new"]
        if holes:
            raise Problem("number_malformed", {}, field=holes[0])
        raise Problem("form_malformed", {"field": "on"}, field="on" if on else "on@lot")
    return on


def _fields(texts: Mapping[str, str]) -> list[Field]:
    """What has a value, without rows that were left empty."""
    found = _named(texts)
    empty = _empty_rows(found)
    return [one for one in found if one.value and not empty.intersection(one.rows())]


def _named(texts: Mapping[str, str]) -> list[Field]:
    found: dict[str, Field] = {}
    for name, value in texts.items():
        match = NAME.fullmatch(name)
        if match is None:
            continue
        path = tuple(match[2].split("."))
        if len(path) > DEPTH_MAX or not all(path):
            raise Problem("form_malformed", {"field": name}, field=name)
        found[match[2]] = Field(name, path, value.strip(), match[3] or "", match[1] == "json")
    return list(found.values())


def _empty_rows(fields: list[Field]) -> set[tuple[str, ...]]:
    """Rows with nothing in them, or without the quantity that they ask for. Problem:
    quantity_missing, if something was scanned or typed into such a row.
    """
    filled_rows, asking, named = set(), {}, set()
    for one in fields:
        for row in one.rows():
            if one.path[-1] == "quantity":
                asking[row] = one.value
            if one.value:
                filled_rows.add(row)
            if one.value and one.resolve:
                named.add(row)
    for row in sorted(named):
        if asking.get(row) == "":
            raise Problem("quantity_missing", {}, field=".".join((*row, "quantity")))
    every = {row for one in fields for row in one.rows()}
    return {row for row in every if row not in filled_rows or asking.get(row) == ""}


def _value(one: Field, index: Index) -> Any:
    if one.is_json:
        return _json(one)
    return RESOLVERS[one.resolve](one.value, index, one.name) if one.resolve else one.value


def _json(one: Field) -> Any:
    """Problem: form_malformed, also for what can't be written as JSON again."""
    try:
        value = json.loads(one.value)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Problem("form_malformed", {"field": one.name}, field=one.name) from error
    return value


def _body(leaves: list[tuple[Field, Any]]) -> dict[str, Any]:
    root = Node()
    for one, value in leaves:
        node = root
        for name in one.path[:-1]:
            node = node.setdefault(name, Node())
            if not isinstance(node, Node):
                raise Problem("form_malformed", {"field": one.name}, field=one.name)
        node[one.path[-1]] = value
    body = _closed(root)
    if not isinstance(body, dict):
        raise Problem("form_malformed", {"field": "body"})
    return body


def _closed(node: Any) -> Any:
    """Numbered names become lists without gaps. Problem: form_malformed, for too many rows."""
    if not isinstance(node, Node):
        return node
    if node and all(NUMBER.fullmatch(name) for name in node):
        if len(node) > ROWS_MAX:
            raise Problem("form_malformed", {"field": f"> {ROWS_MAX}"})
        return [_closed(node[name]) for name in sorted(node, key=int)]
    return {name: _closed(value) for name, value in node.items()}
