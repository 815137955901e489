"""Devices: enrolled under a sign-in, known by a token that only they have.

A device's id follows from its token. So a server that has forgotten a device (it was restored from
a backup made before) can let it back in under its old id, and nobody else can ask for that id.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from server.accounts.proof import proof_of
from server.accounts.sessions import Session, device_row, hashed
from server.accounts.tables import SessionRow
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


def enrol(
    connection: Connection, session: Session, *, device: str, name: str, token: str, now: datetime
) -> Enrolled:
    """Enrol this browser, or know it again by its token; the session is bound to it.

    `device` is what it says it is called: let back in under that name if the token proves it.
    """
    known = of_token(connection, token)
    if known is None:
        if not token or device != _id_from(token):
            token = secrets.token_urlsafe(TOKEN_BYTES)
        known = _id_from(token)
        sites = session.me()["sites"]
        home = sites[0] if sites else "org"
        row = device_row(known, name, home, token=token, now=now)
        connection.execute(table_of(DeviceRow).insert().values(**row))
    sessions = table_of(SessionRow)
    connection.execute(update(sessions).where(sessions.c.id == session.id).values(device=known))
    secret = meta_of(connection, "secret")
    proof = proof_of(secret, session.id, login=session.person.login, device=known)
    return Enrolled(known, token, proof)


def _id_from(token: str) -> str:
    """What is kept of a token is another hash, so that neither tells the other."""
    return f"dev-{hashlib.sha256(f'device {token}'.encode()).hexdigest()[:24]}"


def of_token(connection: Connection, token: str) -> str | None:
    """The id of the device that has this token."""
    if not token:
        return None
    table = table_of(DeviceRow)
    return connection.scalar(select(table.c.id).where(table.c.token_sha256 == hashed(token)))
