"""Sessions: who is signed in, and what a delivered entry's `session` proves.

A session outlives its cookie as evidence: entries made under it go up whenever the network lets
them. Cookies carry a random token; the database keeps only its hash.
"""

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from server.accounts import passwords
from server.accounts.proof import id_in, is_proof
from server.accounts.tables import SessionRow
from server.domain.person import SYSTEM, Person, person_key
from server.domain.rights import SETUP_SESSION
from sync import documents
from sync.document import utc_text
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Outcome
from sync.statements import Lookup
from sync.store import Store, meta_of, table_of
from sync.tables import DeviceRow

SERVER_DEVICE = "server"
WEB = "web-"  # and the session: a device that the server holds for it
Types = Mapping[str, type[Any]]
_sessions = table_of(SessionRow)
OWNERS = Lookup(
    lambda among: select(_sessions.c.id, _sessions.c.login, _sessions.c.device).where(
        among(_sessions.c.id, "ids")
    )
)


@dataclass(frozen=True)
class Session:
    """A live sign-in: its id, the person as the documents have them, the device."""

    id: str
    person: Person
    device: str

    @property
    def device_of_web(self) -> str:
        """The server-held device that writes for this session where there is no service worker."""
        return f"{WEB}{self.id}"

    def me(self) -> dict[str, Any]:
        """The person as pages and devices are told."""
        return me_of(self.person)


def is_held_here(device: str) -> bool:
    """Whether the server itself holds the device: what is recorded on it waits for no network."""
    return device == SERVER_DEVICE or device.startswith(WEB)


def me_of(person: Person) -> dict[str, Any]:
    """login, name, sites, seats (`SITE:role`) and roles of a person."""
    sites = sorted(site for site in person.roles if site != "org")
    seats = [f"{site}:{role}" for site in sorted(person.roles) for role in person.roles[site]]
    roles = sorted({role for held in person.roles.values() for role in held})
    return {
        "login": person.login,
        "name": person.name,
        "sites": sites,
        "seats": seats,
        "roles": roles,
    }


def sign_in(
    store: Store,
    types: Types,
    *,
    login: str,
    password: str,
    browser: str,
    now: datetime,
    days: int,
) -> str:
    """A new session's token. Problems: sign_in_throttled, sign_in_wrong, busy."""
    right = passwords.is_theirs(store, login=login, password=password, browser=browser, now=now)
    with store.write() as connection:
        person = person_of(connection, types, login)
        if not right or person is None or not person.active:
            raise Problem("sign_in_wrong", {})
        return begun(connection, person, uuid.uuid4().hex, now=now, days=days)


def begun(
    connection: Connection, person: Person, session_id: str, *, now: datetime, days: int
) -> str:
    """A session of this id, and the device that writes for it; its token."""
    token = secrets.token_urlsafe(32)
    device = f"{WEB}{session_id}"
    home = next((site for site in sorted(person.roles) if site != "org"), "org")
    connection.execute(
        table_of(DeviceRow).insert().values(**device_row(device, "web", home, token="", now=now))
    )
    row = {
        "id": session_id,
        "login": person.login,
        "token_sha256": hashed(token),
        "device": device,
        "started_at": utc_text(now),
        "expires_at": utc_text(now + timedelta(days=days)),
    }
    connection.execute(table_of(SessionRow).insert().values(**row))
    return token


def of_token(connection: Connection, types: Types, token: str, now: datetime) -> Session | None:
    """The live session of a cookie; None if it ended, ran out, or the person left."""
    if not token:
        return None
    table = table_of(SessionRow)
    row = connection.execute(select(table).where(table.c.token_sha256 == hashed(token))).first()
    if row is None or row.ended_at is not None or row.expires_at <= utc_text(now):
        return None
    person = person_of(connection, types, row.login)
    return Session(row.id, person, row.device) if person and person.active else None


def must_not_have_left(connection: Connection, types: Types, token: str) -> None:
    """Whose cookie this was may have left meanwhile. Problem: access_ended."""
    table = table_of(SessionRow)
    login = connection.scalar(select(table.c.login).where(table.c.token_sha256 == hashed(token)))
    person = person_of(connection, types, login) if login else None
    if person is not None and not person.active:
        raise Problem("access_ended", {})


def end(connection: Connection, session_id: str, now: datetime) -> None:
    """Sign out; what was recorded under the session stays valid."""
    table = table_of(SessionRow)
    connection.execute(update(table).where(table.c.id == session_id).values(ended_at=utc_text(now)))


def standings(connection: Connection, entries: list[Entry]) -> dict[str, Outcome]:
    """Entries whose sign-in is not their actor's or not from their device: parked, by id.

    A sign-in that this database has no longer, or not yet again, is known by its proof.
    """
    rows = OWNERS.rows(connection, ids={id_in(one.session) for one in entries})
    owners = {session: (login, device) for session, login, device in rows}
    secret = meta_of(connection, "secret")
    return {
        entry.id: Outcome("parked", "session_foreign", {"actor": entry.actor})
        for entry in entries
        if not _proves(entry, owners.get(id_in(entry.session)), secret)
    }


def _proves(entry: Entry, owner: tuple[str, str] | None, secret: str) -> bool:
    if entry.session == SETUP_SESSION:
        return entry.device == SERVER_DEVICE
    if entry.actor == SYSTEM:
        return False
    if owner is not None and owner[0] == entry.actor:
        return entry.device in (owner[1], f"{WEB}{id_in(entry.session)}") or _vouches(entry, secret)
    return _vouches(entry, secret)


def _vouches(entry: Entry, secret: str) -> bool:
    return is_proof(secret, entry.session, login=entry.actor, device=entry.device)


def person_of(connection: Connection, types: Types, login: str) -> Person | None:
    """The person's document."""
    key = person_key(login)
    found = documents.load(connection, types, {key}).get(key)
    return found if isinstance(found, Person) else None


def device_row(device: str, name: str, home: str, *, token: str, now: datetime) -> dict[str, Any]:
    """A new device that has sent nothing yet; without a token it can't deliver over the wire."""
    return {
        "id": device,
        "name": name[:80],
        "home": home,
        "token_sha256": hashed(token) if token else "",
        "last_seq": 0,
        "last_hash": "0" * 64,
        "enrolled_at": utc_text(now),
        "seen_at": None,
        "public_key": None,
        "signs_from": None,
        "revoked_at": None,
    }


def hashed(token: str) -> str:
    """A token as the database keeps it."""
    return hashlib.sha256(token.encode()).hexdigest()
