"""Dossier: all there is of one document for somebody who must check it years later.

The document, the entries on it as their exact bytes, and every person's signature with what it is
over and whether it is good; of a case also the entries that it names, put aside or not, as nothing
else tells what was in them. As JSON for programs, as CSV for a table; `dossier_pdf` prints it.
21 CFR 11.10 (b), 11.50, 11.70.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, or_, select

from server.domain.model import DOCUMENTS
from server.domain.signature import digest_of, said_in, text_signed
from server.domain.signer import Signer, signer_key
from sync import documents
from sync.entry import Entry, read
from sync.problem import Problem
from sync.signature import is_valid
from sync.store import table_of
from sync.tables import JournalRow

STANDING = ("applied", "merged", "conflict")
COLUMNS = (
    "at", "received_at", "kind", "by", "by_name", "status", "said", "meaning", "signed_by",
    "signed_at", "method", "is_good", "digest", "entry",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
    """One entry on the document: its exact bytes, and what became of it."""

    entry: str
    kind: str
    by: str
    by_name: str
    at: str
    received_at: str
    status: str
    said: dict[str, Any]
    raw: str
    device_sig: str | None
    signature: Signed | None


@dataclass(frozen=True)
class Dossier:
    """A document with everything that was said of it, the oldest first."""

    document: dict[str, Any]
    entries: list[Told]

    @property
    def signatures(self) -> list[Signed]:
        """All signatures on it, the oldest first."""
        return [one.signature for one in self.entries if one.signature is not None]

    def as_json(self) -> str:
        """For programs; keys as in this module."""
        whole = {"document": self.document, "entries": [asdict(one) for one in self.entries]}
        return json.dumps(whole, ensure_ascii=False, indent=1)

    def as_csv(self) -> str:
        """For a table, a line per entry; with a mark that makes spreadsheets read UTF-8."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for one in self.entries:
            writer.writerow([_cell(value) for value in _line(one).values()])
        return "\ufeff" + out.getvalue()


def dossier_of(connection: Connection, document: dict[str, Any]) -> Dossier:
    """What the journal has of a document that the person may see."""
    table, key = table_of(JournalRow), document["key"]
    about = and_(table.c.status.in_(STANDING), table.c.on_key == key)
    named = [one["entry"] for one in document["entries"]] if key.startswith("case/") else []
    wanted = or_(about, table.c.entry_id.in_(named)) if named else about
    rows = connection.execute(select(table).where(wanted).order_by(table.c.pos)).mappings()
    found = [(row, entry) for row in rows if (entry := _entry(bytes(row["raw"]))) is not None]
    keys = {_signer_of(entry) for _, entry in found} - {""}
    signers = documents.load(connection, DOCUMENTS, keys)
    names = _names(connection, [entry for _, entry in found])
    return Dossier(document, [_told(row, entry, signers, names) for row, entry in found])


def _entry(raw: bytes) -> Entry | None:
    try:
        return read(raw)
    except Problem:
        return None


def _signer_of(entry: Entry) -> str:
    told = entry.body.get("signature")
    return signer_key(str(told.get("signer"))) if isinstance(told, dict) else ""


def _names(connection: Connection, entries: list[Entry]) -> dict[str, str]:
    keys = {f"person/org:{entry.actor}" for entry in entries}
    people = documents.load(connection, DOCUMENTS, keys)
    return {key.partition(":")[2]: str(getattr(one, "name", "")) for key, one in people.items()}


def _told(
    row: RowMapping, entry: Entry, signers: Mapping[str, Any], names: Mapping[str, str]
) -> Told:
    return Told(
        entry=entry.id,
        kind=entry.kind,
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
    )


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


def _line(one: Told) -> dict[str, str]:
    signed = one.signature
    told = {
        "at": one.at,
        "received_at": one.received_at,
        "kind": one.kind,
        "by": one.by,
        "by_name": one.by_name,
        "status": one.status,
        "said": json.dumps(one.said, ensure_ascii=False),
    }
    if signed is not None:
        told |= {"meaning": signed.meaning, "signed_by": signed.name, "signed_at": signed.at}
        told |= {"method": signed.method, "is_good": str(signed.is_good).lower()}
        told |= {"digest": signed.digest}
    return {name: told.get(name, "") for name in COLUMNS[:-1]} | {"entry": one.entry}


def _cell(value: str) -> str:
    """No spreadsheet takes what somebody typed for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def signed_lines(dossier: Dossier) -> Iterator[tuple[Told, Signed]]:
    """Each entry that was signed, with its signature."""
    for one in dossier.entries:
        if one.signature is not None:
            yield one, one.signature
