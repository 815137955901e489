"""Poison: markup put into every free text of an entry's body, and what pages may not hold then."""

import re
from html.parser import HTMLParser
from typing import Any

from server.demo.deed import Deed
from server.procedures import shipped

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 | t }}{% x %}"
KEY = re.compile(r"^[a-z]+/[A-Za-z]+:\S+$")
FIXED = re.compile(r"^(-?\d+(\.\d+)?|\d{4}-\d\d-\d\d.*|[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f-]+)$")
# What names something or is one of a few words; all else is text that somebody may type.
STRUCTURE = {
    "key", "code", "decision", "roles", "step", "other_than", "verdict", "technician", "kind",
    "type", "check", "subject", "service", "entry", "step_class", "moves", "on_pass", "on_fail",
    "gtin", "digest", "shown", "site", "stage", "signature", "layout", "page", "copies", "first",
    "last", "replaces", "required", "status",
}  # fmt: skip


def choices() -> set[str]:
    """Every answer that a choice field of the shipped procedures takes."""
    fields = [field for one in shipped() for step in one.steps for field in step.fields]
    return {choice.key for field in fields for choice in field.choices}


CHOICES = choices()


def poisoned(value: Any, name: str = "") -> Any:
    """The value with markup behind every free text; the same text becomes the same."""
    if name in STRUCTURE:
        return value
    if isinstance(value, dict):
        return {key: poisoned(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, name) for one in value]
    if not isinstance(value, str) or value in CHOICES:
        return value
    if KEY.match(value) or FIXED.match(value):
        return value
    return f"{value} {SCRIPT}"[:190]


def poisoned_deed(deed: Deed) -> dict[str, Any]:
    """The deed's body, poisoned; codes of lots and items stay what they are."""
    body: dict[str, Any] = poisoned(deed.body)
    return body


class Suspicious(HTMLParser):
    """Collects what would run: scripts that are not ours, event attributes, foreign addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "script" and not (attributes.get("src") or "").startswith("/assets/"):
            self.found.append(f"<script {attributes}>")
        if tag in ("style", "iframe", "object", "embed", "base"):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith(("on", "hx-on")) or name == "style":
                self.found.append(f"<{tag} {name}={value!r}>")
            if name in ("href", "src", "action", "xlink:href") and not _is_ours(value or ""):
                self.found.append(f"<{tag} {name}={value!r}>")


def _is_ours(address: str) -> bool:
    return bool(re.match(r"$|/(?!/)|#|\?|tel:|mailto:", address))


def suspicious(html: str) -> list[str]:
    reader = Suspicious()
    reader.feed(html)
    return reader.found
