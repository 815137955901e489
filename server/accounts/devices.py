"""Devices: enrolled under a sign-in, known by a token that only they have."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from server.accounts.sessions import Session, device_row, hashed
from server.accounts.tables import SessionRow
from sync.store import table_of
from sync.tables import DeviceRow


@dataclass(frozen=True)
class Enrolled:
    """What the device keeps: its id and the token that authorises its deliveries."""

    device: str
    token: str


def enrol(
    connection: Connection, session: Session, *, name: str, token: str, now: datetime
) -> Enrolled:
    """Enrol this browser, or know it again by its token; the session is bound to it."""
    known = of_token(connection, token)
    if known is None:
        token = secrets.token_urlsafe(32)
        known = f"dev-{secrets.token_hex(8)}"
        sites = session.me()["sites"]
        home = sites[0] if sites else "org"
        row = device_row(known, name, home, token=token, now=now)
        connection.execute(table_of(DeviceRow).insert().values(**row))
    sessions = table_of(SessionRow)
    connection.execute(update(sessions).where(sessions.c.id == session.id).values(device=known))
    return Enrolled(known, token)


def of_token(connection: Connection, token: str) -> str | None:
    """The id of the device that has this token."""
    if not token:
        return None
    table = table_of(DeviceRow)
    return connection.scalar(select(table.c.id).where(table.c.token_sha256 == hashed(token)))
