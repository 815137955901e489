"""What the page of a thing's labels is told of the thing, document or not.

The device's twin is `pwa/src/labels/thing.js`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from server.domain.label_thing import CODE, thing_of
from sync.problem import Problem

Doc = Mapping[str, Any]
DOCUMENTED = ("lot", "job", "person")


def labelled(name: str, get: Callable[[str], Doc | None]) -> dict[str, Any]:
    """What the labels `label/{name}` are of: {key, labels, kind, code, title, detail, doc}.

    `title` is its name (in both languages or not), `detail` what else tells it. Problem:
    unknown_document, for what has no document where it should, or no such labels.
    """
    key = f"label/{name}"
    thing = thing_of(key)
    kind, _, rest = thing.partition("/")
    code = rest.partition(":")[2]
    doc = get(thing) if kind in DOCUMENTED else None
    if doc is None and (kind in DOCUMENTED or not CODE.fullmatch(code)):
        raise Problem("unknown_document", {"key": thing})
    labels = get(key)
    told: dict[str, Any] = {"key": thing, "labels": key, "kind": kind, "doc": doc}
    if kind == "lot" and doc:
        return told | {"code": doc["code"], "title": doc["item_name"], "detail": doc["item_code"]}
    if kind == "job" and doc:
        return told | {"code": doc["number"], "title": doc["item_name"], "detail": doc["lot_code"]}
    if kind == "person" and doc:
        return told | {"code": doc["name"], "title": "", "detail": doc["login"]}
    title = labels["item_name"] if labels else ""
    return told | {"code": code, "title": title, "detail": labels["item_code"] if labels else ""}
