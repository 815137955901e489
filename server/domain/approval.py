"""Approvals: somebody is asked to agree to exactly what is shown.

`material` holds the fields shown, as text; `digest` is taken over them. A decision carries the
material its person saw; it stands only if that is still what is asked.
"""

import hashlib
import json
from typing import Literal

from pydantic import Field

from server.domain.values import Fixed, Happening, Line, Name, Signed, Text, is_none
from sync.document import Document


class Shown(Fixed):
    """One material field: its stable name, its label, and its value as shown."""

    field: Line
    label: Name | None = None
    value: Text


class Decision(Fixed):
    """Who decided what, when, and why."""

    entry: str
    decision: Literal["approved", "rejected"]
    by: str
    by_name: str
    at: str
    comment: str
    signature: Signed | None = Field(default=None, exclude_if=is_none)


class Approval(Document):
    """What the approval page shows."""

    type = "approval"
    area = "floor"
    index = ("site", "state", "waits_for")

    about: str
    subject: Literal["requisition"]
    number: str
    title: Name
    material: list[Shown]
    digest: str
    asked_by: str
    asked_by_name: str
    asked_at: str
    waits_for: list[str]
    state: Literal["waiting", "approved", "rejected", "withdrawn"]
    decision: Decision | None
    timeline: list[Happening]


def digest_of(material: list[Shown]) -> str:
    """SHA-256 over the material fields as compact JSON pairs, 64 hex characters."""
    pairs = [[shown.field, shown.value] for shown in material]
    text = json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
