"""Deed: one entry of the demo before it has a device, a number and a place in the journal.

Here too: how the demo's YAML says times, dates and pictures. What happens is in the YAML files.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from importlib.resources import files
from typing import Any

import yaml

from server.demo.picture import signature
from sync.entry import BlobRef, digest_of

CHINA = timezone(timedelta(hours=8))
DAY = re.compile(r"today([+-]\d+)?")
PICTURE = "picture:"


@dataclass(frozen=True)
class Deed:
    """What somebody did: an entry's kind, document and body, by whom and when."""

    kind: str
    on: str
    body: dict[str, Any]
    actor: str
    at: datetime
    blobs: tuple[BlobRef, ...] = ()
    v: int = 1


def read(name: str) -> Any:
    """A YAML file of this folder; every scalar is text, as a form would send it."""
    source = files(__package__).joinpath(name).read_text("utf-8")
    return yaml.load(source, yaml.BaseLoader)  # noqa: S506 - it builds text, lists and maps only


def moment(text: str, today: date) -> datetime:
    """`-3 08:30` as three days before `today` at half past eight in China."""
    days, clock = text.split(" ")
    return datetime.combine(
        today + timedelta(days=int(days)), time.fromisoformat(clock), tzinfo=CHINA
    )


def told(deeds: list[dict[str, Any]], today: date) -> Iterator[Deed]:
    """Deeds as the YAML files tell them: {at, by, kind, on, body}, and v if it is not 1."""
    for deed in deeds:
        blobs: dict[str, BlobRef] = {}
        yield Deed(
            kind=deed["kind"],
            on=deed["on"],
            body=meant(deed["body"], today, blobs),
            actor=deed["by"],
            at=moment(deed["at"], today),
            blobs=tuple(blobs.values()),
            v=int(deed.get("v", 1)),
        )


def meant(value: Any, today: date, blobs: dict[str, BlobRef]) -> Any:
    """The value with `today+n` as a date, `picture:name` as a blob's SHA-256, true and false."""
    if isinstance(value, dict):
        return {key: meant(one, today, blobs) for key, one in value.items()}
    if isinstance(value, list):
        return [meant(one, today, blobs) for one in value]
    if value in ("true", "false"):
        return value == "true"
    if found := DAY.fullmatch(value):
        return (today + timedelta(days=int(found[1] or 0))).isoformat()
    if value.startswith(PICTURE):
        content = signature(value)
        sha256 = digest_of(content)
        blobs[sha256] = BlobRef(
            sha256=sha256, size=len(content), type="image/png", name="signature.png"
        )
        return sha256
    return value


def pictures(value: Any) -> Mapping[str, bytes]:
    """The bytes of every picture that is named somewhere in the value, by SHA-256."""
    found: dict[str, bytes] = {}
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            found |= pictures(one)
    elif value.startswith(PICTURE):
        content = signature(value)
        found[digest_of(content)] = content
    return found
