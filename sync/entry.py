"""Entry: what a device or the server appends to the journal, and the limits on it.

The exact bytes are kept for ever; this module only reads them. Hashing, storing and applying
happen in `sync.journal` and `sync.push`.
"""

import hashlib
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sync.problem import Problem
from sync.strict_json import INTEGER_MAX, parse

FIRST_PREV = "0" * 64
PUSH_MAX_ENTRIES = 200
PUSH_MAX_BYTES = 512 * 1024
ENTRY_MAX_BYTES = 64 * 1024
KEY_MAX_CHARS = 200

KEY_PATTERN = r"^[a-z]+/[A-Za-z0-9]+:[^\s/\x00-\x1f]+$"
UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
SHA256_PATTERN = r"^[0-9a-f]{64}$"


class BlobRef(BaseModel):
    """A photo or signature that belongs to an entry, by content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=SHA256_PATTERN)
    size: int = Field(ge=0)
    type: str = Field(max_length=100)
    name: str = Field(default="", max_length=200)


class Entry(BaseModel):
    """One deed, as protocol version 1 describes it (`docs/protocol.md`, Entry)."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(pattern=UUID_PATTERN)
    device: str = Field(min_length=1, max_length=64)
    seq: int = Field(ge=1, le=INTEGER_MAX)
    prev: str = Field(pattern=SHA256_PATTERN)
    kind: str = Field(min_length=1, max_length=64)
    v: int = Field(default=1, ge=1, le=1000)
    actor: str = Field(min_length=1, max_length=64)
    session: str = Field(min_length=1, max_length=64)
    on: str = Field(pattern=KEY_PATTERN, max_length=KEY_MAX_CHARS)
    base: int | None = Field(default=None, ge=0)
    after: str | None = None
    at: str = Field(max_length=40)
    skew_ms: int = 0
    app: str = Field(default="", max_length=64)
    body: dict[str, Any] = Field(default_factory=dict)
    blobs: tuple[BlobRef, ...] = Field(default=(), max_length=20)

    @field_validator("at")
    @classmethod
    def _is_a_moment_with_offset(cls, value: str) -> str:
        if datetime.fromisoformat(value).tzinfo is None:
            raise ValueError("a device time needs its offset from UTC")
        return value


def read(raw: bytes) -> Entry:
    """The entry in these bytes.

    Problems: entry_too_large, entry_malformed (with the place of the first error).
    """
    if len(raw) > ENTRY_MAX_BYTES:
        raise Problem("entry_too_large", {"max_bytes": ENTRY_MAX_BYTES})
    try:
        return Entry.model_validate(parse(raw))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Problem("entry_malformed", {"where": where, "why": first["type"]}) from error
    except ValueError as error:
        raise Problem("entry_malformed", {"where": "", "why": "json"}) from error


def place_claimed(raw: bytes) -> tuple[str, int] | None:
    """Device and number in bytes that are no entry; None if they don't even tell that."""
    try:
        told = parse(raw)
    except ValueError:
        return None
    device, seq = (told.get("device"), told.get("seq")) if isinstance(told, dict) else (None, None)
    if isinstance(device, str) and type(seq) is int and seq >= 1:
        return device, seq
    return None


def digest_of(raw: bytes) -> str:
    """SHA-256 of the exact bytes, as 64 hex characters; the `prev` of the device's next entry."""
    return hashlib.sha256(raw).hexdigest()
