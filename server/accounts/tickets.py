"""Tickets: a person opens a shared tablet with their PIN, and their own key says so to the server.

The tablet writes the ticket when the PIN is given, also without a network, and hands it in when it
can. It is good once, for the person and the device that the key was enrolled for.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, select, update

from server.accounts.sessions import Types, begun, hashed, person_of
from server.accounts.tables import SessionRow
from server.domain.person import Person
from server.domain.signer import Signer, signer_key
from sync import documents
from sync.document import utc_text
from sync.problem import Problem
from sync.signature import is_valid
from sync.store import table_of

AHEAD_MAX = timedelta(hours=1)  # a device's clock may be fast


class Ticket(BaseModel):
    """What the person's key signed: who, on which device, when by its clock."""

    model_config = ConfigDict(extra="forbid")

    form: str = Field(pattern="^traveler ticket 1$")
    device: str = Field(max_length=64)
    login: str = Field(max_length=64)
    signer: str = Field(max_length=64)
    at: datetime
    skew_ms: int
    nonce: str = Field(max_length=64)


@dataclass(frozen=True)
class Admitted:
    """Who came in, and the token of their new session."""

    person: Person
    session_id: str
    token: str


def admitted(
    connection: Connection,
    types: Types,
    raw: str,
    sig: str,
    *,
    device: str,
    now: datetime,
    hours: int,
    days: int,
) -> Admitted:
    """A session for who signed this ticket; handed in again, the same with a new token.

    Problems: ticket_wrong, ticket_expired, signer_unknown, signer_revoked, access_ended.
    """
    ticket = _read(raw)
    signer = _signer(connection, types, ticket.signer)
    is_theirs = (signer.person, signer.device) == (ticket.login, ticket.device)
    if not is_theirs or ticket.device != device:
        raise Problem("ticket_wrong", {})
    if not is_valid(signer.public_key, raw.encode(), sig):
        raise Problem("ticket_wrong", {})
    given = ticket.at + timedelta(milliseconds=ticket.skew_ms)
    if not now - timedelta(hours=hours) <= given <= now + AHEAD_MAX:
        raise Problem("ticket_expired", {})
    person = person_of(connection, types, ticket.login)
    if person is None or not person.active:
        raise Problem("access_ended", {})
    session_id = hashlib.sha256(raw.encode()).hexdigest()[:32]
    token = _token(connection, person, session_id, now=now, days=days)
    sessions = table_of(SessionRow)
    bound = update(sessions).where(sessions.c.id == session_id).values(device=device)
    connection.execute(bound)
    return Admitted(person, session_id, token)


def _read(raw: str) -> Ticket:
    try:
        ticket = Ticket.model_validate(json.loads(raw))
    except (ValueError, ValidationError, RecursionError) as error:
        raise Problem("ticket_wrong", {}) from error
    if ticket.at.tzinfo is None:
        raise Problem("ticket_wrong", {})
    return ticket


def _signer(connection: Connection, types: Types, name: str) -> Signer:
    key = signer_key(name)
    signer: Any = documents.load(connection, types, {key}).get(key)
    if not isinstance(signer, Signer):
        raise Problem("signer_unknown", {})
    if signer.state != "active":
        raise Problem("signer_revoked", {"name": signer.revoked_by_name})
    return signer


def _token(
    connection: Connection, person: Person, session_id: str, *, now: datetime, days: int
) -> str:
    """A new session's token; of one whose answer was lost, another. Problem: ticket_wrong, for
    one that has been used and ended.
    """
    sessions = table_of(SessionRow)
    row = connection.execute(select(sessions).where(sessions.c.id == session_id)).first()
    if row is None:
        return begun(connection, person, session_id, now=now, days=days)
    if row.ended_at is not None or row.expires_at <= utc_text(now):
        raise Problem("ticket_wrong", {})
    token = secrets.token_urlsafe(32)
    values = {"token_sha256": hashed(token)}
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(**values))
    return token
