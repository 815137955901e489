"""How a scanned or typed text is read.

Pure text in, pure values out: nothing here draws, looks a thing up or opens a link. The device has
a twin of `read` in JavaScript; `tests/vectors/codes.json` holds both to the same answers. A
scanner that tells the symbology apart from the text puts its identifier (`]d2`, `]Q1` …) in front
before it asks.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Literal
from urllib.parse import unquote

from labels import gs1
from labels.error import LabelError
from labels.gs1_table import identifier

TEXT_LENGTH_MAX = 200
LINK_LENGTH_MAX = 2000

Kind = Literal["gs1", "own", "lot_id", "text", "foreign", "invalid"]
Type = Literal[
    "lot", "job", "item", "visit", "requisition", "asset", "equipment", "location", "person"
]

TYPES: dict[str, Type] = {
    "lots": "lot",
    "jobs": "job",
    "items": "item",
    "visits": "visit",
    "requisitions": "requisition",
    "assets": "asset",
    "equipment": "equipment",
    "locations": "location",
    "people": "person",
}

BLANKS = " \t\r\n\u00a0\u3000\ufeff"
# Controls (FNC1 apart), signs that turn text around, line separators, halves of surrogate pairs.
_CONTROL = re.compile(r"[\x00-\x1c\x1e\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_ANY_CASE = re.IGNORECASE | re.ASCII  # without ASCII, "ſ" would be an "s"
_LINK = re.compile(r"https?://([^/?#]+)([^?#]*)(?:\?([^#]*))?(?:#.*)?\Z", _ANY_CASE)
_OTHER_SCHEME = re.compile(
    r"[a-z][a-z0-9+.\-]*://|(?:javascript|data|vbscript|blob|file):", _ANY_CASE
)
_LOT_ID = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}"
    r":[A-Za-z0-9][A-Za-z0-9._/+-]{0,39}"
    r":[A-Za-z0-9][A-Za-z0-9._/+-]{0,39}\Z"
)
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# The number of one printed label: eight characters for the print, then which of its labels.
PRINT = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}-[1-9][0-9]{0,2}\Z")
PRINT_PARAMETER = "p"
PRINT_IDENTIFIER = "91"  # company internal information
_IDENTIFIER = re.compile(r"[0-9]{2,4}\Z")


@dataclass(frozen=True)
class Reading:
    """What a text turned out to be; only the fields of its `kind` are set.

    gs1: gtin (fourteen digits), lot, serial, expiry, more (all other identifiers and their values)
    · own: type, id · lot_id: id · text, foreign: text · invalid: reason, one of the codes of
    `labels.error` or empty, too_long, control_characters. `print` is the label's own number, where
    a code of ours tells it.
    """

    kind: Kind
    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    expiry: date | None = None
    more: dict[str, str] | None = None
    type: Type | None = None
    id: str | None = None
    text: str | None = None
    reason: str | None = None
    print: str | None = None


def read(text: str) -> Reading:
    """What `text`, scanned or typed, means. Never raises: what is wrong with it is its reason."""
    bare = text.strip(BLANKS)
    if len(bare) > LINK_LENGTH_MAX:
        return Reading("invalid", reason="too_long")
    if _CONTROL.search(bare):
        return Reading("invalid", reason="control_characters")
    try:
        return _marked(bare)
    except LabelError as error:
        return Reading("invalid", reason=error.code)


def _marked(bare: str) -> Reading:
    """Reads `bare` by the mark the scanner left, if any (ISO/IEC 15424)."""
    mark = _SYMBOLOGY.match(bare)
    symbology, rest = (mark.group(), bare[3:]) if mark else ("", bare)
    if symbology in ("]d2", "]Q3", "]C1", "]e0"):
        return _gs1(gs1.element_string(rest))
    if symbology in ("]E0", "]E4") or (symbology in ("]I0", "]I1") and gs1.gtin_valid(rest)):
        return _gs1(gs1.elements([(gs1.GTIN, rest)]))
    if gs1.FNC1 in rest:
        return _gs1(gs1.element_string(rest))
    if gs1.looks_typed(rest):
        return _gs1(gs1.typed_element_string(rest))
    return _unmarked(rest)


def _gs1(elements: gs1.Elements, query: str = "") -> Reading:
    if not (elements.gtin or elements.lot or any(key in elements.more for key in gs1.KEYS)):
        raise LabelError("no_gtin_or_lot", "", message="the code holds neither key nor lot")
    return Reading(
        "gs1",
        gtin=elements.gtin,
        lot=elements.lot,
        serial=elements.serial,
        expiry=elements.expiry,
        more=elements.more or None,
        print=_print(query) or _as_print(elements.more.get(PRINT_IDENTIFIER, "")),
    )


def _print(query: str) -> str | None:
    """The label's own number in the query of a link."""
    said = (part.partition("=") for part in query.split("&"))
    return next((_as_print(value) for name, _, value in said if name == PRINT_PARAMETER), None)


def _as_print(text: str) -> str | None:
    return text if PRINT.match(text) else None


def _unmarked(bare: str) -> Reading:
    if bare == "":
        return Reading("invalid", reason="empty")
    link = _LINK.match(bare)
    if link:
        return _linked(bare, link)
    if _OTHER_SCHEME.match(bare):
        return Reading("foreign", text=bare)
    elements = gs1.bare_element_string(bare)
    if elements:
        return _gs1(elements)
    if _LOT_ID.match(bare):
        return Reading("lot_id", id=bare)
    if len(bare) > TEXT_LENGTH_MAX:
        return Reading("invalid", reason="too_long")
    return Reading("text", text=bare)


def _linked(bare: str, link: re.Match[str]) -> Reading:
    """Reads a web link by its path: ours, a Digital Link of any host, or foreign."""
    _, path, query = link.groups()
    segments = path.removesuffix("/").split("/")[1:]
    if len(segments) == 2 and segments[0] in TYPES:
        return replace(_own(bare, segments), print=_print(query or ""))
    pairs = _path_pairs(segments)
    if pairs is None:
        return Reading("foreign", text=bare)
    return _gs1(gs1.elements([*pairs, *_query_pairs(query or "")]), query or "")


def _own(bare: str, segments: list[str]) -> Reading:
    document_id = _decoded(segments[1])
    if document_id in ("", ".", ".."):
        return Reading("foreign", text=bare)
    if len(document_id) > TEXT_LENGTH_MAX:
        return Reading("invalid", reason="too_long")
    return Reading("own", type=TYPES[segments[0]], id=document_id)


def _path_pairs(segments: list[str]) -> list[tuple[str, str]] | None:
    """Identifiers and values from the key on; None where the path holds none or breaks off."""
    start = next(
        (place for place, (name, value) in enumerate(pairwise(segments)) if _is_key(name, value)),
        None,
    )
    if start is None:
        return None
    names, values = segments[start::2], segments[start + 1 :: 2]
    if len(names) != len(values) or "" in values or not all(map(_IDENTIFIER.match, names)):
        return None
    return [(name, _decoded(value)) for name, value in zip(names, values, strict=True)]


def _is_key(name: str, value: str) -> bool:
    """A GTIN may be wrong and is told so; another key must be right to be taken for one."""
    if name == gs1.GTIN:
        return gs1.looks_like_gtin(value)
    return name in gs1.KEYS and gs1.value_fits(name, value)


def _query_pairs(query: str) -> list[tuple[str, str]]:
    """Identifiers and values of a query; plus stays plus, as in the path."""
    parts = (part.partition("=") for part in query.split("&"))
    return [(name, _decoded(value)) for name, _, value in parts if identifier(name)]


def _decoded(text: str) -> str:
    """`text` without percent encoding; broken encoding or hidden controls raise."""
    try:
        if _BROKEN_PERCENT.search(text):
            raise ValueError(text)
        decoded = unquote(text, errors="strict")
    except ValueError as error:
        raise LabelError("percent_encoding", text, message=f"{text!r} breaks off") from error
    if _CONTROL.search(decoded) or gs1.FNC1 in decoded:
        raise LabelError("control_characters", decoded, message="hidden control characters")
    return decoded
