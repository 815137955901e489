"""Form: what a person filled in becomes the body of an entry. The device's twin: `pwa/src/forms.js`.

Names say where a value goes: `body.a.0.b` a path, `json.a` JSON, `…@lot` / `…@item` scanned or typed
text that stands for a document. Files are blobs; the body holds their SHA-256.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from uuid_utils import uuid7

from labels.code import read as read_code
from server.pages.answer import Reader
from sync.problem import Problem

DEPTH_MAX = 6
ROWS_MAX = 100


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
    """A form as sent: what it is about, the body, the files, and where to go next."""

    on: str
    base: int | None
    body: dict[str, Any]
    then: str
    files: list[File] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)


def filled(fields: Iterable[tuple[str, str | File]], reader: Reader) -> Filled:
    """Read a form. Problems: form_malformed, unknown_lot, unknown_item (with the field)."""
    form = Filled(on="", base=None, body={}, then="/")
    tree: dict[str, Any] = {}
    for name, value in fields:
        if isinstance(value, File):
            if not value.data:
                continue
            form.files.append(value)
            value = value.sha256
        else:
            form.values[name] = value
        value = value.strip()
        if value:
            _take(form, tree, name, value, reader)
    form.body = _closed(tree.get("body", {}))
    form.body |= tree.get("json", {})
    return form


def _take(form: Filled, tree: dict[str, Any], name: str, value: str, reader: Reader) -> None:
    path, _, kind = name.partition("@")
    if kind:
        value = RESOLVERS[kind](value, reader, name) if kind in RESOLVERS else value
    if path == "on":
        form.on = value.replace("{new}", str(uuid7()))
    elif path == "then":
        form.then = value if value.startswith("/") and not value.startswith("//") else "/"
    elif path == "base":
        form.base = int(value) if value.isdigit() else None
    elif path.startswith("json."):
        _put(tree, path.split("."), _json(value, name))
    elif path.startswith("body."):
        _put(tree, path.split("."), value)


def _json(value: str, name: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise Problem("form_malformed", {"field": name}) from error


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    if len(path) > DEPTH_MAX or not all(path):
        raise Problem("form_malformed", {"field": ".".join(path)})
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
        if not isinstance(tree, dict):
            raise Problem("form_malformed", {"field": ".".join(path)})
    tree[path[-1]] = value


def _closed(tree: Any) -> Any:
    """Numbered names become lists, without the gaps and without rows that have no quantity."""
    if not isinstance(tree, dict):
        return tree
    if tree and all(name.isdigit() for name in tree):
        rows = [_closed(tree[name]) for name in sorted(tree, key=int)[:ROWS_MAX]]
        return [row for row in rows if not isinstance(row, dict) or row.get("quantity")]
    return {name: _closed(value) for name, value in tree.items()}


def _lot(text: str, reader: Reader, name: str) -> str:
    found = resolve_lot(text, reader)
    if len(found) != 1:
        code = "ambiguous_lot" if found else "unknown_lot"
        raise Problem(code, {"text": text[:80]}, field=name)
    return str(found[0]["key"])


def resolve_lot(text: str, reader: Reader) -> list[dict[str, Any]]:
    """The lots that a scanned or typed text stands for: an own key or URL, a GS1 code, a lot code."""
    if text.startswith("lot/"):
        one = reader.get(text)
        return [one] if one else []
    reading = read_code(text)
    if reading.kind == "gs1" and reading.gtin and reading.lot:
        return reader.find([f"lot.scan={reading.gtin}/{reading.lot}"])
    if reading.kind in ("own", "lot_id") and (reading.type or "lot") == "lot":
        one = reader.get(f"lot/{reading.id}")
        return [one] if one else []
    if reading.kind == "text" and reading.text:
        return reader.find([f"lot.code={reading.text}", f"lot.code={reading.text.upper()}"])
    return []


def _item(text: str, reader: Reader, name: str) -> str:
    if text.startswith("item/") and reader.get(text):
        return text
    found = reader.find([f"item.code={text}", f"item.code={text.upper()}"])
    if len(found) != 1:
        raise Problem("unknown_item", {"text": text[:80]}, field=name)
    return str(found[0]["key"])


RESOLVERS: dict[str, Callable[[str, Reader, str], str]] = {"lot": _lot, "item": _item}
