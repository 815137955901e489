"""Subscriptions: the browsers in which people asked for notices, and their quiet hours."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from server.accounts.sessions import Session
from server.accounts.tables import SessionRow
from server.notices.tables import NoticeRow, SubscriptionRow
from server.notices.web_push import Browser
from sync.document import utc_text
from sync.problem import Problem
from sync.statements import upsert
from sync.store import table_of

TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Wish:
    """A browser, in which language, and from when until when nothing is sent (HH:MM or empty)."""

    browser: Browser
    lang: str
    quiet_from: str = ""
    quiet_until: str = ""


def subscribe(connection: Connection, session: Session, wish: Wish, now: datetime) -> None:
    """From now on this person is told in this browser. Problem: quiet_hours_wrong."""
    hours = (wish.quiet_from, wish.quiet_until)
    if any(hours) and not all(TIME.fullmatch(one) for one in hours):
        raise Problem("quiet_hours_wrong", {})
    row = {
        "id": id_of(wish.browser.endpoint),
        "login": session.person.login,
        "session": session.id,
        **vars(wish.browser),
        "lang": wish.lang,
        "quiet_from": wish.quiet_from,
        "quiet_until": wish.quiet_until,
        "held": 0,
        "made_at": utc_text(now),
    }
    upsert(connection, SubscriptionRow, [row])


def unsubscribe(connection: Connection, subscription: str) -> None:
    """Nothing is sent there any more."""
    table = table_of(SubscriptionRow)
    connection.execute(delete(table).where(table.c.id == subscription))


def of_session(connection: Connection, session: str) -> RowMapping | None:
    """What this sign-in asked for."""
    table = table_of(SubscriptionRow)
    found = connection.execute(select(table).where(table.c.session == session))
    return found.mappings().first()


def live(connection: Connection, now: datetime) -> list[RowMapping]:
    """All whose sign-in has not ended."""
    table, sessions = table_of(SubscriptionRow), table_of(SessionRow)
    rows = select(table).join(sessions, sessions.c.id == table.c.session)
    rows = rows.where(sessions.c.ended_at.is_(None), sessions.c.expires_at > utc_text(now))
    return list(connection.execute(rows).mappings())


def hold(connection: Connection, subscription: str, held: int) -> None:
    """So much came in quiet hours."""
    table = table_of(SubscriptionRow)
    connection.execute(update(table).where(table.c.id == subscription).values(held=held))


def take_untold(connection: Connection, keys: set[str], now: datetime) -> set[str]:
    """Those of these (`Notice.key`) that nobody was told of yet; from now on they count as told."""
    table = table_of(NoticeRow)
    known = set(connection.scalars(select(table.c.key).where(table.c.key.in_(keys))))
    fresh = keys - known
    upsert(connection, NoticeRow, [{"key": key, "told_at": utc_text(now)} for key in sorted(fresh)])
    return fresh


def is_quiet(row: Mapping[str, Any], local: datetime) -> bool:
    """Whether it is between the two times, which may lie on both sides of midnight."""
    start, end, now = row["quiet_from"], row["quiet_until"], f"{local:%H:%M}"
    if not start or start == end:
        return False
    return bool(start <= now < end if start < end else now >= start or now < end)


def id_of(endpoint: str) -> str:
    """A browser by its address."""
    return hashlib.sha256(endpoint.encode()).hexdigest()
