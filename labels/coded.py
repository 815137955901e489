"""What stands in the codes of a label, after its layout: plain text, GS1 elements or a link."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from labels import gs1
from labels.error import LabelError
from labels.gs1_table import identifier
from labels.layout import PLACEHOLDER, CodeElement

_ISO_DATE = re.compile(r"[0-9]{2}([0-9]{2})-([0-9]{2})-([0-9]{2})\Z")
# The key qualifiers of a GTIN, in the order that the path asks for (Digital Link URI Syntax §4.3).
QUALIFIERS = ("22", "10", "21")


def filled(template: str, names: Mapping[str, str], code: Callable[[str], str] = str) -> str:
    """`template` with its placeholders replaced; nothing where all of them are empty."""
    found = PLACEHOLDER.findall(template)
    if found and not any(names.get(name) for name in found):
        return ""
    return PLACEHOLDER.sub(lambda match: code(names.get(match[1], "")), template).strip()


def content(element: CodeElement, names: Mapping[str, str]) -> tuple[str, str]:
    """The text of a code and its human-readable line, both empty where nothing stands in it.

    Raises LabelError `base_url` for a link without one, else as `labels.gs1.require_value`.
    """
    pairs = [(name, _value(name, filled(value, names)))
             for name, value in (element.gs1 or {}).items()]  # fmt: skip
    pairs = [(name, value) for name, value in pairs if value]
    if element.link is not None:
        link = _link(element.link, pairs, names)
        query = _query(element, names)
        link += f"{'&' if '?' in link else '?'}{query}" if query else ""
        return link, link
    if element.gs1 is not None:
        return gs1.written(pairs)
    text = filled(element.text or "", names)
    return text, text


def _value(name: str, text: str) -> str:
    """Dates as YYMMDD where the identifier has one."""
    rule = identifier(name)
    day = _ISO_DATE.match(text)
    return "".join(day.groups()) if rule and rule.dates and day else text


def _link(path: str, pairs: list[tuple[str, str]], names: Mapping[str, str]) -> str:
    """A GS1 Digital Link (URI Syntax §4) where there is a GTIN and GS1 can carry all values, else
    our own URL."""
    base = names.get("base_url", "")
    if not base:
        raise LabelError("base_url", "", message="the link in the code needs a base URL")
    if any(name == gs1.GTIN for name, _ in pairs) and all(gs1.value_fits(*pair) for pair in pairs):
        return base + digital_link_path(pairs)
    return base + filled(path, names, lambda value: quote(value, safe=""))


def _query(element: CodeElement, names: Mapping[str, str]) -> str:
    """What is added to a link; in a Digital Link names that are no digits are anybody's own."""
    told = {name: filled(value, names) for name, value in (element.query or {}).items()}
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in told.items() if value)


def digital_link_path(pairs: list[tuple[str, str]]) -> str:
    """Path and query of a Digital Link: the GTIN, its qualifiers in order, the rest behind ?."""
    values = dict(pairs)
    path = [(name, values.pop(name)) for name in (gs1.GTIN, *QUALIFIERS) if name in values]
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    written = "".join(f"/{name}/{quote(value, safe='')}" for name, value in path)
    return f"{written}?{query}" if query else written
