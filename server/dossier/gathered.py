"""The document, the entries that tell of it as their exact bytes, and every person's signature
with what it is over and whether it is good. 21 CFR 11.10 (b), 11.50, 11.70; ISO 9001 §8.5.2.

Of a case also the entries that it names, put aside or not, as nothing else tells what was in
them. Of an entry on what the person may not see, only that it moved this.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, or_, select

from server.domain.model import DOCUMENTS
from server.domain.person import person_key
from server.domain.signature import digest_of, said_in, text_signed
from server.domain.signer import Signer, signer_key
from server.dossier.related import (
    BIRTHS,
    Doc,
    Reader,
    entries_in,
    keys_in,
    movements_of,
    related_to,
)
from sync import documents
from sync.entry import Entry, read
from sync.problem import Problem
from sync.signature import is_valid
from sync.store import in_chunks, table_of
from sync.tables import JournalRow

STANDING = ("applied", "merged", "conflict")
LOGINS = ("technician", "by", "person")


@dataclass(frozen=True)
class Signed:
    """One signature: who, meaning what, when, and the means to check it without this server."""

    entry: str
    name: str
    meaning: str
    at: str
    method: str
    digest: str
    sig: str
    text: str
    public_key: str
    is_good: bool


@dataclass(frozen=True)
class Told:
    """One entry: its exact bytes, what became of it, and how it moved the lot of the record."""

    entry: str
    kind: str
    on: str
    by: str
    by_name: str
    at: str
    received_at: str
    status: str
    said: dict[str, Any]
    raw: str
    device_sig: str | None
    signature: Signed | None
    moved: dict[str, str] | None
    blobs: dict[str, str]  # the names of its pictures by SHA-256


@dataclass(frozen=True)
class Dossier:
    """A document with everything that was told of it, the oldest first.

    `related` are the documents that belong to it, `others` all that it and its entries name, by
    key, as far as the person may see them; `names` of people by login.
    """

    document: Doc
    entries: list[Told]
    related: list[Doc]
    others: dict[str, Doc] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The document's."""
        return str(self.document["key"])

    @property
    def type(self) -> str:
        """The document's."""
        return self.key.partition("/")[0]

    def as_json(self) -> str:
        """For programs; keys as in this module."""
        whole = {
            "document": self.document,
            "entries": [asdict(one) for one in self.entries],
            "related": [one["key"] for one in self.related],
        }
        return json.dumps(whole, ensure_ascii=False, indent=1)


def dossier_of(connection: Connection, reader: Reader, document: Doc) -> Dossier:
    """What the journal has of a document that the person may see."""
    related, moved = related_to(document, reader), movements_of(connection, document)
    rows = _rows(connection, document, related, set(moved))
    found = [(row, entry) for row in rows if (entry := _entry(bytes(row["raw"]))) is not None]
    signers = documents.load(connection, DOCUMENTS, {_signer_of(e) for _, e in found} - {""})
    names = _names(connection, [entry for _, entry in found])
    told = [_told(row, entry, signers, names) for row, entry in found]
    is_case = document["key"].startswith("case/")
    entries = [
        _seen(one, moved.get(one.entry), whole=is_case or reader.sees(one.on)) for one in told
    ]
    keys = {*keys_in(document), *(key for one in entries for key in (one.on, *keys_in(one.said)))}
    others = {one["key"]: one for one in [*reader.load(sorted(keys)), *related]}
    return Dossier(document, entries, related, others, names)


def _rows(
    connection: Connection, document: Doc, related: list[Doc], moving: set[str]
) -> list[RowMapping]:
    """The rows of all entries on it, on what belongs to it, and of those that it names."""
    table, key = table_of(JournalRow), document["key"]
    on, stands = table.c.on_key, table.c.status.in_(STANDING)
    about = [and_(stands, on == key)]
    keys = [one["key"] for one in related]
    if key.startswith("order/"):
        about.append(and_(stands, on.in_(keys), table.c.kind.in_(BIRTHS)))
    elif keys:
        about.append(and_(stands, on.in_(keys)))
    rows = list(connection.execute(select(table).where(or_(*about))).mappings())
    for ids in in_chunks({*entries_in(document), *moving}):
        named = table.c.entry_id.in_(ids)
        wanted = named if key.startswith("case/") else and_(stands, named)
        rows += connection.execute(select(table).where(wanted)).mappings()
    by_place = {row["pos"]: row for row in rows}
    return [by_place[pos] for pos in sorted(by_place)]


def _entry(raw: bytes) -> Entry | None:
    try:
        return read(raw)
    except Problem:
        return None


def _signer_of(entry: Entry) -> str:
    told = entry.body.get("signature")
    return signer_key(str(told.get("signer"))) if isinstance(told, dict) else ""


def _names(connection: Connection, entries: list[Entry]) -> dict[str, str]:
    logins = {entry.actor for entry in entries}
    logins |= {str(entry.body[name]) for entry in entries for name in LOGINS if name in entry.body}
    people = documents.load(connection, DOCUMENTS, {person_key(login) for login in logins})
    return {key.partition(":")[2]: str(getattr(one, "name", "")) for key, one in people.items()}


def _told(
    row: RowMapping, entry: Entry, signers: Mapping[str, Any], names: Mapping[str, str]
) -> Told:
    return Told(
        entry=entry.id,
        kind=entry.kind,
        on=entry.on,
        by=entry.actor,
        by_name=names.get(entry.actor, entry.actor),
        at=entry.at,
        received_at=row["received_at"],
        status=row["status"],
        said=said_in(entry.body),
        raw=bytes(row["raw"]).decode(),
        device_sig=row["sig"],
        # Of what was put aside nobody knows whether it has the form of one.
        signature=_signed(entry, signers.get(_signer_of(entry)))
        if row["status"] in STANDING
        else None,
        moved=None,
        blobs={one.sha256: one.name for one in entry.blobs},
    )


def _seen(one: Told, moved: dict[str, str] | None, *, whole: bool) -> Told:
    """The entry as this person may see it."""
    if whole:
        return replace(one, moved=moved)
    return replace(one, moved=moved, said={}, raw="", device_sig=None, signature=None, blobs={})


def _signed(entry: Entry, signer: Any) -> Signed | None:
    told = entry.body.get("signature")
    if not isinstance(told, dict):
        return None
    text = text_signed(entry, told)
    key = signer.public_key if isinstance(signer, Signer) else ""
    is_whole = told["digest"] == digest_of(told["shown"], said_in(entry.body))
    same = ("name", "meaning", "at", "method", "digest", "sig")
    return Signed(
        entry=entry.id,
        **{name: str(told[name]) for name in same},
        text=text.decode(),
        public_key=key,
        is_good=is_whole and is_valid(key, text, str(told["sig"])),
    )
