"""Answer: what a page is given. The page table says what to fetch; this fetches it.

The device's twin is `pwa/src/pages.js`: the same table, the same context, out of the replica.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote

from server.pages.label_fields import label_said
from server.pages.label_thing import labelled
from server.pages.lookup import scanned
from server.pages.rows import Page
from server.pages.table import PAGES
from sync.document import site_of
from sync.problem import Problem

Doc = dict[str, Any]
PLACEHOLDER = re.compile(r"\{([a-z_.]+)\}")


class Reader(Protocol):
    """Where documents come from, as plain JSON."""

    def get(self, key: str) -> Doc | None:
        """The document under this key."""

    def find(self, terms: list[str]) -> list[Doc]:
        """All documents with any of these terms that the person may see, in key order."""

    def search(self, name: str, query: str) -> list[str]:
        """Keys of those of a type that are found by a text, the nearest first."""

    def load(self, keys: list[str]) -> list[Doc]:
        """The documents under these keys, in their order."""


@dataclass(frozen=True)
class Asked:
    """A request for a page: which one, the id in its address, and its query."""

    page: Page
    id: str
    query: Mapping[str, str]
    url: str

    @property
    def code(self) -> str:
        """What follows the last colon of the id: a code without its site."""
        return self.id.rpartition(":")[2]

    @property
    def site(self) -> str:
        """What stands before the first colon of the id."""
        return self.id.partition(":")[0]


def match(path: str, query: Mapping[str, str], url: str) -> Asked | None:
    """The page at this (percent-encoded) path; a fixed path goes before one with an id."""
    for page in sorted(PAGES, key=lambda p: "{id}" in p["path"]):
        before, hole, _ = page["path"].partition("{id}")
        rest = path[len(before) :]
        if not hole and path == before:
            return Asked(page, "", _declared(page, query), url)
        if hole and path.startswith(before) and rest and "/" not in rest:
            try:
                return Asked(page, unquote(rest, errors="strict"), _declared(page, query), url)
            except UnicodeDecodeError:
                return None
    return None


def _declared(page: Page, query: Mapping[str, str]) -> dict[str, str]:
    return {name: str(query.get(name, "")) for name in page["query"]}


def fetched(asked: Asked, me: Mapping[str, Any] | None, reader: Reader) -> dict[str, Any]:
    """The documents and lists of a page. Problem: unknown_document (also what is out of scope)."""
    page = asked.page
    given: dict[str, Any] = {"id": asked.id, "code": asked.code, "site": asked.site}
    given |= {"me": me or {}, "query": asked.query, "doc": None}
    found: dict[str, Any] = {"doc": None, **page.get("fixed", {})}
    if "doc" in page:
        key = _fill(page["doc"], given)[0]
        found["doc"] = given["doc"] = reader.get(key)
        if given["doc"] is None:
            raise Problem("unknown_document", {"key": key})
    for name, pattern in page.get("also", {}).items():
        keys = _fill(pattern, given)
        found[name] = reader.get(keys[0]) if keys else None
    for name, pattern in page.get("scanned", {}).items():
        found[name] = scanned("".join(_fill(pattern, given)), reader)
    for name, pattern in page.get("labelled", {}).items():
        found[name] = labelled("".join(_fill(pattern, given)), reader.get)
    for name, query in page.get("lists", {}).items():
        found[name] = _list(query, given, reader)
    for name, pattern in page.get("said", {}).items():
        found[name] = label_said(_registers(found["labels"]), "".join(_fill(pattern, given)))
    return found


def _registers(labels: Doc | None) -> list[Doc]:
    """A thing's labels: one document, or a list of those that there are."""
    if labels is None:
        return []
    items: list[Doc] = labels.get("items", [labels])
    return items


def _list(query: Mapping[str, Any], given: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    text = " ".join(_fill(query["match"], given)) if "match" in query else ""
    if "nearest" in query:
        keys = reader.search(query["term"], text)
        return {"items": reader.load(keys[: query["limit"]]), "total": len(keys), "next": None}
    docs = _matching(query, text, reader) if text.strip() else _with_terms(query, given, reader)
    for field, pattern in query.get("where", {}).items():
        wanted = _fill(pattern, given)
        if wanted:
            docs = [doc for doc in docs if any(one in wanted for one in texts(doc, field))]
    for field, pattern in query.get("without", {}).items():
        barred = _fill(pattern, given)
        docs = [doc for doc in docs if not any(one in barred for one in texts(doc, field))]
    docs = _in_order(docs, query)
    if "latest" in query:
        series = {(site_of(doc["key"]), at(doc, query["latest"])): doc for doc in reversed(docs)}
        docs = list(series.values())[::-1]
    first = _first(query, given)
    end = first + query["limit"]
    return {"items": docs[first:end], "total": len(docs), "next": end if end < len(docs) else None}


def _with_terms(query: Mapping[str, Any], given: Mapping[str, Any], reader: Reader) -> list[Doc]:
    patterns = query["term"] if isinstance(query["term"], list) else [query["term"]]
    return reader.find([term for pattern in patterns for term in _fill(pattern, given)])


def _matching(query: Mapping[str, Any], text: str, reader: Reader) -> list[Doc]:
    return reader.load(sorted(reader.search(query["term"], text)))


def _first(query: Mapping[str, Any], given: Mapping[str, Any]) -> int:
    """How many come before those that are shown; nothing but a small number counts."""
    asked = "".join(_fill(query["from"], given)) if "from" in query else ""
    return int(asked) if re.fullmatch(r"[0-9]{1,6}", asked) else 0


def _in_order(docs: list[Doc], query: Mapping[str, Any]) -> list[Doc]:
    """Sorted; of a list with `ahead` what fits comes first, the rest the other way round."""
    sort, ahead = query["sort"], query.get("ahead", {})
    other_way = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    parts: dict[bool, list[Doc]] = {True: [], False: []}
    for doc in docs:
        parts[all(_text(at(doc, field)) == value for field, value in ahead.items())].append(doc)
    return [*_sorted(parts[True], sort), *_sorted(parts[False], other_way)]


def _sorted(docs: list[Doc], sort: str) -> list[Doc]:
    """By the field as text (numbers as numbers); empty ones last; then by key."""
    backwards, field = sort.startswith("-"), sort.removeprefix("-")
    there = [doc for doc in docs if at(doc, field) not in (None, "")]
    empty = [doc for doc in docs if at(doc, field) in (None, "")]
    there.sort(key=lambda doc: _sortable(at(doc, field)), reverse=backwards)
    return [*there, *empty]


def _sortable(value: Any) -> tuple[int, float, str]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (0, value, "")
    return (1, 0, _text(value))


def _fill(pattern: str, given: Mapping[str, Any]) -> list[str]:
    """The pattern with its placeholders filled: a text per element of a list, none for nothing."""
    filled = [pattern]
    for hole in PLACEHOLDER.finditer(pattern):
        values = texts(given, hole[1])
        filled = [text.replace(hole[0], value) for text in filled for value in values]
    return list(dict.fromkeys(filled))


def texts(tree: Any, path: str) -> list[str]:
    """The values at a dotted path as texts, through lists; without what is absent or empty."""
    found, whole = [], at(tree, path)
    for value in whole if isinstance(whole, list) else [whole]:
        if isinstance(value, list):
            found += [_text(one) for one in value]
        else:
            found.append(_text(value))
    return [text for text in found if text]


def at(tree: Any, path: str) -> Any:
    """The value at a dotted path; through a list, the list of values; None where it ends early."""
    for number, name in enumerate(parts := path.split(".")):
        if isinstance(tree, list):
            return [at(one, ".".join(parts[number:])) for one in tree]
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(name)
    return tree


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
