"""Notes what came late, in the transaction that takes it; telling is `server.lateness.tell`'s."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from server.accounts.sessions import is_held_here
from server.lateness.tables import LateRow
from sync.document import site_of, utc_text
from sync.entry import Entry
from sync.reconcile import Result
from sync.statements import insert

Row = dict[str, Any]


def note(
    connection: Connection, results: Iterable[Result], now: datetime, limit: timedelta
) -> bool:
    """Keep those of the entries taken now that were recorded longer ago; whether there are any.

    Of what was put aside a case tells already; what the server itself recorded never waited.
    """
    taken = [one.entry for one in results if one.outcome.status != "parked"]
    sent = [entry for entry in taken if not is_held_here(entry.device)]
    late = [entry for entry in sent if now - recorded_at(entry) > limit]
    insert(connection, LateRow, [_row(entry) for entry in late])
    return bool(late)


def recorded_at(entry: Entry) -> datetime:
    """When it was recorded, by the server's clock as far as the device knew it."""
    at = datetime.fromisoformat(entry.at).astimezone(UTC)
    return at + timedelta(milliseconds=entry.skew_ms)


def _row(entry: Entry) -> Row:
    return {
        "entry": entry.id,
        "site": site_of(entry.on),
        "device": entry.device,
        "kind": entry.kind,
        "on_key": entry.on,
        "actor": entry.actor,
        "at": entry.at,
        "recorded_at": utc_text(recorded_at(entry)),
    }
