"""Anchors: the ends of all chains at one moment, signed and dated, to be kept somewhere else.

Whoever can write the database can make every link good again, and its end; they can't change what
is on another machine or on paper. A later verification sees whether the chains still pass exactly
through these ends. Keys are `sync.anchor_key`'s.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, select

from sync.anchor_key import AnchorKey, is_signed
from sync.document import utc_text
from sync.entry import SHA256_PATTERN, digest_of
from sync.fault import Report
from sync.store import meta_of, table_of
from sync.tables import DeviceRow, HeadRow, JournalRow

ANCHOR_MAX_BYTES = 64 * 1024 * 1024


class AnchorError(Exception):
    """There is nothing that could be anchored, or the file is no anchor; the text says why."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SiteEnd(_Part):
    """The last entry of a site, and the link that covers all before it."""

    n: int = Field(ge=1)
    link: str = Field(pattern=SHA256_PATTERN)


class DeviceEnd(_Part):
    """The last entry of a device, the hash of its bytes, and the hash of the device's key."""

    seq: int = Field(ge=0)
    hash: str = Field(pattern=SHA256_PATTERN)
    key_sha256: str | None = Field(default=None, pattern=SHA256_PATTERN)


class Anchor(_Part):
    """What is signed."""

    format: Literal["traveler-anchor-1"] = "traveler-anchor-1"
    made_at: str
    epoch: str
    entries: int = Field(ge=0)
    sites: dict[str, SiteEnd]
    devices: dict[str, DeviceEnd]

    def signed_bytes(self) -> bytes:
        """The bytes under the signature: JSON, keys sorted, no white space, UTF-8."""
        told = self.model_dump(mode="json")
        text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode()


class Signed(_Part):
    """The file: an anchor, who signed it, and the signature."""

    anchor: Anchor
    key: str
    signature: str


@dataclass
class Given:
    """An anchor that somebody gives to be compared with; None where the file is none.

    `holds` is known after it was compared.
    """

    name: str
    key: str = ""
    anchor: Anchor | None = None
    fault: str = ""
    is_known_key: bool = False
    holds: bool = False


def anchor_of(connection: Connection, now: datetime) -> Anchor:
    """The ends of all chains as they are. AnchorError: the database contradicts itself there."""
    heads = connection.execute(select(table_of(HeadRow))).all()
    journal, devices = table_of(JournalRow), table_of(DeviceRow)
    for head in heads:
        last = select(journal.c.link).where(journal.c.site == head.site, journal.c.n == head.n)
        if connection.scalar(last) != head.link:
            raise AnchorError(f"site {head.site}: the journal does not end at entry {head.n}")
    rows = connection.execute(select(devices).where(devices.c.last_seq > 0)).all()
    return Anchor(
        made_at=utc_text(now),
        epoch=meta_of(connection, "epoch"),
        entries=sum(head.n for head in heads),
        sites={head.site: SiteEnd(n=head.n, link=head.link) for head in heads},
        devices={
            row.id: DeviceEnd(
                seq=row.last_seq, hash=row.last_hash, key_sha256=_key_sha256(row.public_key)
            )
            for row in rows
        },
    )


def _key_sha256(public_key: str | None) -> str | None:
    return digest_of(public_key.encode()) if public_key else None


def write(anchor: Anchor, key: AnchorKey, out: Path) -> None:
    """Write the signed file. FileExistsError: an anchor is never written over."""
    signed = Signed(anchor=anchor, key=key.public, signature=key.sign(anchor.signed_bytes()))
    with out.open("x", encoding="utf-8") as file:
        file.write(signed.model_dump_json(indent=1) + "\n")


def read(path: Path, public: str | None = None) -> Given:
    """The anchor in a file, signed by this public key; by the one that it names where none is
    given, which only shows that nobody without that key changed it.
    """
    name = path.name
    try:
        if path.stat().st_size > ANCHOR_MAX_BYTES:
            return Given(name, fault="is too large for an anchor")
        signed = Signed.model_validate_json(path.read_bytes())
    except ValidationError:
        return Given(name, fault="is no anchor, or was changed")
    if not is_signed(public or signed.key, signed.anchor.signed_bytes(), signed.signature):
        return Given(name, key=signed.key, fault="its signature is not of that key")
    return Given(name, key=signed.key, anchor=signed.anchor, is_known_key=public is not None)


class Anchors:
    """Compares given anchors with a journal while its chains are followed."""

    def __init__(self, given: list[Given], report: Report) -> None:
        self._given = given
        self._report = report
        known = [one.anchor for one in given if one.anchor]
        self._sites = {(s, end.n): "" for one in known for s, end in one.sites.items()}
        self._devices = {(d, end.seq): "" for one in known for d, end in one.devices.items()}

    def pass_site(self, site: str, n: int, link: str) -> None:
        """The chain of a site went through here."""
        if (site, n) in self._sites:
            self._sites[site, n] = link

    def pass_device(self, device: str, seq: int, sha256: str) -> None:
        """The chain of a device went through here."""
        if (device, seq) in self._devices:
            self._devices[device, seq] = sha256

    def compare(self, connection: Connection) -> None:
        """What the journal no longer passes through goes into the report."""
        epoch = meta_of(connection, "epoch")
        table = table_of(DeviceRow)
        rows = connection.execute(select(table.c.id, table.c.public_key))
        keys = {row.id: _key_sha256(row.public_key) for row in rows}
        for one in self._given:
            self._report.counts["anchors"] += 1
            if one.anchor is None:
                self._report.fault("anchor_unreadable", f"anchor {one.name}", one.fault)
                continue
            if not one.is_known_key:
                text = f"is signed by {one.key}; nobody said whose key that must be"
                self._report.note("anchor_key_unknown", f"anchor {one.name}", text)
            went = _went_back(one.anchor, epoch)
            before = self._report.fault_count
            for site, end in sorted(one.anchor.sites.items()):
                self._compare_site(one.anchor, site, end, went)
            for device, last in sorted(one.anchor.devices.items()):
                self._compare_device(one.anchor, device, last, went)
                if last.key_sha256 and keys.get(device) != last.key_sha256:
                    text = f"its key is not the one it had on {one.anchor.made_at}"
                    self._report.fault("anchor_key", f"device {device}", text)
            one.holds = self._report.fault_count == before

    def _compare_site(self, anchor: Anchor, site: str, end: SiteEnd, went: str) -> None:
        passed = self._sites[site, end.n]
        if passed == end.link:
            return
        if passed:
            text = f"entry {end.n} is another than it was on {anchor.made_at}: {went or REWRITTEN}"
        else:
            text = f"had {end.n} entries on {anchor.made_at} and has less: {went or CUT_OFF}"
        code = "anchor_restored" if went else "anchor_broken" if passed else "anchor_cut_off"
        self._report.fault(code, f"site {site}", text)

    def _compare_device(self, anchor: Anchor, device: str, end: DeviceEnd, went: str) -> None:
        passed = self._devices[device, end.seq]
        if passed == end.hash:
            return
        if passed:
            text = f"its entry {end.seq} is another than it was on {anchor.made_at}: {REWRITTEN}"
            self._report.fault("anchor_broken", f"device {device}", text)
        else:
            text = f"had sent {end.seq} entries by {anchor.made_at}; not all are here"
            code = "anchor_restored" if went else "anchor_cut_off"
            self._report.fault(code, f"device {device}", f"{text}: {went or CUT_OFF}")


REWRITTEN = "the journal was written anew"
CUT_OFF = "its end was cut off"


def _went_back(anchor: Anchor, epoch: str) -> str:
    """In words, where the database began a new epoch since; empty where it is the same."""
    if epoch == anchor.epoch:
        return ""
    return "the database was restored from a backup that was made before the anchor"
