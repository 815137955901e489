"""Devices: enrolled under a sign-in, known by a token that only they have.

A device's id follows from its token. So a server that has forgotten a device (it was restored from
a backup made before) can let it back in under its old id, and nobody else can ask for that id.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from server.accounts.proof import proof_of
from server.accounts.sessions import Session, device_row, hashed
from server.accounts.tables import SessionRow
from sync.document import utc_text
from sync.problem import Problem
from sync.signature import checked_key
from sync.store import meta_of, table_of
from sync.tables import DeviceRow

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Enrolled:
    """What the device keeps: its id, the token that authorises its deliveries, and the sign-in
    as its entries name it.
    """

    device: str
    token: str
    session: str


@dataclass(frozen=True)
class Asked:
    """What a browser says of itself: the id and token it has, its public key, a name for people."""

    device: str = ""
    token: str = ""
    key: str | None = None
    name: str = ""


def enrol(connection: Connection, session: Session, asked: Asked, *, now: datetime) -> Enrolled:
    """Enrol this browser, or know it again by its token; the session is bound to it.

    A key never changes: another one under a known token is another device. One that this database
    has forgotten is let back in under its name if the token proves it.
    Problems: device_revoked, key_malformed.
    """
    key = checked_key(asked.key) if asked.key else None
    row = _row_of(connection, asked.token)
    if row is not None and row["revoked_at"] is not None:
        raise Problem("device_revoked", {"device": row["id"]})
    if row is not None and row["public_key"] in (None, key):
        known, token = str(row["id"]), asked.token
        if key is not None and row["public_key"] is None:
            _set_key(connection, known, key, signs_from=row["last_seq"] + 1)
    else:
        is_forgotten = row is None and asked.token and asked.device == _id_from(asked.token)
        token = asked.token if is_forgotten else secrets.token_urlsafe(TOKEN_BYTES)
        known = _add(connection, session, replace(asked, token=token, key=key), now)
    sessions = table_of(SessionRow)
    connection.execute(update(sessions).where(sessions.c.id == session.id).values(device=known))
    secret = meta_of(connection, "secret")
    proof = proof_of(secret, session.id, login=session.person.login, device=known)
    return Enrolled(known, token, proof)


def _add(connection: Connection, session: Session, asked: Asked, now: datetime) -> str:
    known = _id_from(asked.token)
    sites = session.me()["sites"]
    home = sites[0] if sites else "org"
    row = device_row(known, asked.name, home, token=asked.token, now=now)
    row |= {"public_key": asked.key, "signs_from": 1 if asked.key else None}
    connection.execute(table_of(DeviceRow).insert().values(**row))
    return known


def _set_key(connection: Connection, device: str, key: str, *, signs_from: int) -> None:
    table = table_of(DeviceRow)
    values = {"public_key": key, "signs_from": signs_from}
    connection.execute(update(table).where(table.c.id == device).values(**values))


def _id_from(token: str) -> str:
    """What is kept of a token is another hash, so that neither tells the other."""
    return f"dev-{hashlib.sha256(f'device {token}'.encode()).hexdigest()[:24]}"


def of_token(connection: Connection, token: str) -> str | None:
    """The id of the device that has this token; it may have been revoked."""
    row = _row_of(connection, token)
    return str(row["id"]) if row is not None else None


def must_be_trusted(connection: Connection, device: str) -> None:
    """A revoked device still delivers, and is told nothing more. Problem: device_revoked."""
    table = table_of(DeviceRow)
    if connection.scalar(select(table.c.revoked_at).where(table.c.id == device)) is not None:
        raise Problem("device_revoked", {"device": device})


def heard(connection: Connection, device: str) -> dict[str, str] | None:
    """A device that was enrolled, and when the server last heard from it; None if it has not."""
    table = table_of(DeviceRow)
    row = connection.execute(select(table).where(table.c.id == device[:64])).mappings().first()
    return {"device": row["id"], "seen_at": row["seen_at"]} if row and row["seen_at"] else None


def listed(connection: Connection) -> list[RowMapping]:
    """All devices of people, those seen last first."""
    table = table_of(DeviceRow)
    rows = connection.execute(select(table).where(table.c.token_sha256 != "")).mappings()
    return sorted(rows, key=lambda row: (row["seen_at"] or "", row["id"]), reverse=True)


def revoke(connection: Connection, device: str, now: datetime | None) -> None:
    """From now on its entries are put aside and it gets no documents; whoever is signed in on it
    is signed out. None takes the first two back. Problem: device_unknown.
    """
    table = table_of(DeviceRow)
    values = {"revoked_at": utc_text(now) if now else None}
    changed = connection.execute(update(table).where(table.c.id == device).values(**values))
    if changed.rowcount == 0:
        raise Problem("device_unknown", {"device": device})
    if now is not None:
        sessions = table_of(SessionRow)
        live = (sessions.c.device == device) & sessions.c.ended_at.is_(None)
        connection.execute(update(sessions).where(live).values(ended_at=utc_text(now)))


def _row_of(connection: Connection, token: str) -> RowMapping | None:
    if not token:
        return None
    table = table_of(DeviceRow)
    by_token = select(table).where(table.c.token_sha256 == hashed(token))
    return connection.execute(by_token).mappings().first()
