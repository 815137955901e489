"""Signers: a person's key on one device, with which they sign; unwrapped there by their PIN.

Only public keys are here. Enrolled by the server alone, after it has checked the person's
password; revoked by the person or an administrator. What is signed is `signature`'s.
"""

import hashlib
from datetime import datetime
from typing import Literal

from pydantic import Field

from server.domain.person import SYSTEM, Person, name_of, person_key
from server.domain.values import Happening, Line, Text, Value, happening, remember
from sync.document import Document, utc_text
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome
from sync.signature import checked_key

EVERY_ROLE = frozenset(
    {"operator", "inspector", "storekeeper", "technician", "supervisor", "quality_manager"}
    | {"planner", "admin"}
)


class Signer(Document):
    """One key: whose it is, on which device, and whether it still counts.

    The server's own (person `system`) signs for people who give their password to the server.
    """

    type = "signer"
    area = "people"
    index = ("person", "state")

    person: str
    person_name: Line
    device: str
    device_name: Line
    public_key: str
    state: Literal["active", "revoked"]
    enrolled_at: str
    revoked_at: str | None
    revoked_by_name: str
    timeline: list[Happening]


class SignerEnrolled(Value):
    """Body of signer.enrolled, on the key that `signer_key_of` gives for the public key."""

    person: Line
    device: Line
    device_name: Line = ""
    public_key: Line


class SignerRevoked(Value):
    """Body of signer.revoked."""

    reason: Text = Field(min_length=1)


def signer_key(name: str) -> str:
    """The document's key; signers belong to the organisation, as people do."""
    return f"signer/org:{name}"


def signer_name(public_key: str) -> str:
    """A key is named after itself, so that no name can be given to another key; 32 hex."""
    return hashlib.sha256(public_key.encode()).hexdigest()[:32]


def enrolled(entry: Entry, body: SignerEnrolled, draft: Draft, now: datetime) -> Outcome:
    """A person can sign on this device; from now on they must.

    Problems: key_malformed, unknown_document, already_exists.
    """
    if entry.on != signer_key(signer_name(checked_key(body.public_key))):
        raise Problem("key_malformed", {})
    if body.person != SYSTEM:
        person = draft.edit(person_key(body.person), Person)
        person.signs_since = person.signs_since or utc_text(now)
    name = name_of(body.person, draft)
    draft.add(
        Signer(
            key=entry.on,
            person=body.person,
            person_name=name,
            device=body.device,
            device_name=body.device_name,
            public_key=body.public_key,
            state="active",
            enrolled_at=entry.at,
            revoked_at=None,
            revoked_by_name="",
            timeline=[happening(entry, name)],
        )
    )
    return Outcome()


def revoked(entry: Entry, body: SignerRevoked, draft: Draft, now: datetime) -> Outcome:
    """The key signs nothing any more; what it has signed stays signed. Problem: no_right."""
    signer = draft.edit(entry.on, Signer)
    person = draft.get(person_key(entry.actor), Person)
    is_admin = person is not None and any("admin" in roles for roles in person.roles.values())
    if signer.person == SYSTEM or not (signer.person == entry.actor or is_admin):
        raise Problem("no_right", {"kind": entry.kind, "site": "org"})
    name = name_of(entry.actor, draft)
    if signer.state == "active":
        signer.state = "revoked"
        signer.revoked_at, signer.revoked_by_name = entry.at, name
    remember(signer.timeline, happening(entry, name, {"reason": body.reason}))
    return Outcome()


KINDS = [
    Kind(
        "signer.enrolled",
        SignerEnrolled,
        enrolled,
        frozenset(),
        needs=lambda entry, body, loaded: [person_key(body.person)],
        request=True,
    ),
    Kind("signer.revoked", SignerRevoked, revoked, EVERY_ROLE, request=True),
]
