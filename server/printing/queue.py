"""The queue's rows: taken by one process at a time, for one label printer at a time.

Every function works within a write transaction of its caller's. A row that was taken and not given
back in time belongs to a process that died: before the first byte the next one sends it; after it
nobody knows, and the print is `perhaps`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, or_, select, update

from server.printing.tables import PrintJobRow
from sync.document import utc_text
from sync.problem import Problem
from sync.statements import insert
from sync.store import hold, table_of

LEASE = timedelta(seconds=90)
KEPT = timedelta(days=7)
BACK_OFF_S = (2, 5, 10, 20, 40, 60)
LEFT_OFF = "print_left_off"
_table = table_of(PrintJobRow)


@dataclass(frozen=True)
class Job:
    """A round of a print: the key of its labels, its code, how often it was asked for again."""

    labels: str
    code: str
    round: int
    printer: str
    asked_at: str

    @property
    def id(self) -> str:
        """The same whoever finds it waiting."""
        return f"{self.labels}#{self.code}#{self.round}"


@dataclass(frozen=True)
class Taken:
    """A job that is this process's for a while."""

    job: Job
    attempts: int
    first_at: str
    by: str = field(default="")


def adopt(connection: Connection, jobs: Iterable[Job], now: datetime) -> None:
    """Put those into the queue that are not in it; what is long done leaves it."""
    jobs = list(jobs)
    for printer in sorted({job.printer for job in jobs}):
        hold(connection, f"printer {printer}")
    there = set(
        connection.scalars(select(_table.c.id).where(_table.c.id.in_([job.id for job in jobs])))
    )
    moment = utc_text(now)
    fresh = [
        {
            "id": job.id,
            "labels": job.labels,
            "code": job.code,
            "round": job.round,
            "printer": job.printer,
            "state": "waiting",
            "why": "",
            "attempts": 0,
            "first_at": moment,
            "due_at": moment,
            "leased_by": "",
            "leased_until": "",
            "told": "waiting",
            "made_at": job.asked_at,
        }
        for job in jobs
        if job.id not in there
    ]
    insert(connection, PrintJobRow, fresh)
    old = and_(_table.c.made_at < utc_text(now - KEPT), _table.c.state != "waiting")
    connection.execute(delete(_table).where(old))


def take(connection: Connection, printer: str, by: str, now: datetime) -> Taken | None:
    """The next job that is due, from now on this process's; None while another one is sending."""
    hold(connection, f"printer {printer}")
    moment, mine = utc_text(now), _table.c.printer == printer
    _release(connection, printer, moment)
    if connection.scalar(select(_table.c.id).where(mine, _held()).limit(1)):
        return None
    due = and_(mine, _table.c.state == "waiting", _table.c.due_at <= moment)
    order = (_table.c.made_at, _table.c.id)
    row = connection.execute(select(_table).where(due).order_by(*order).limit(1)).mappings().first()
    if row is None:
        return None
    leased = {"state": "taken", "leased_by": by, "leased_until": utc_text(now + LEASE)}
    connection.execute(update(_table).where(_table.c.id == row["id"]).values(**leased))
    return Taken(_job(row), row["attempts"], row["first_at"], by)


def _release(connection: Connection, printer: str, moment: str) -> None:
    """What a process that is gone had taken."""
    gone = and_(_table.c.printer == printer, _table.c.leased_until <= moment)
    freed = {"leased_by": "", "leased_until": ""}
    perhaps = {"state": "perhaps", "why": _said(Problem(LEFT_OFF, {})), **freed}
    sending = and_(gone, _table.c.state == "sending")
    connection.execute(update(_table).where(sending).values(**perhaps))
    taken = and_(gone, _table.c.state == "taken")
    connection.execute(update(_table).where(taken).values(state="waiting", **freed))


def _held() -> Any:
    return or_(_table.c.state == "taken", _table.c.state == "sending")


def sending(connection: Connection, taken: Taken, now: datetime) -> bool:
    """From here on bytes may have gone out; again and again while they do. Whether it is still
    this process's."""
    return _set(connection, taken, state="sending", leased_until=utc_text(now + LEASE))


def finish(connection: Connection, taken: Taken, state: str, why: Problem | None) -> bool:
    """It is sent, failed or perhaps printed. Whether it was still this process's."""
    return _set(connection, taken, state=state, why=_said(why), leased_by="", leased_until="")


def put_back(connection: Connection, taken: Taken, why: Problem, now: datetime) -> bool:
    """Nothing went out; it is tried again after a while."""
    pause = BACK_OFF_S[min(taken.attempts, len(BACK_OFF_S) - 1)]
    due = {"due_at": utc_text(now + timedelta(seconds=pause)), "attempts": taken.attempts + 1}
    freed = {"leased_by": "", "leased_until": ""}
    return _set(connection, taken, state="waiting", why=_said(why), **due, **freed)


def drop(connection: Connection, taken: Taken) -> None:
    """Nobody wants it any more."""
    connection.execute(delete(_table).where(_table.c.id == taken.job.id))


def _set(connection: Connection, taken: Taken, **values: Any) -> bool:
    mine = and_(_table.c.id == taken.job.id, _table.c.leased_by == taken.by, _held())
    return connection.execute(update(_table).where(mine).values(**values)).rowcount > 0


@dataclass(frozen=True)
class News:
    """What the documents do not know yet of a job."""

    job: Job
    state: str
    why: dict[str, Any] | None
    told: str


def known(connection: Connection, printer: str) -> set[str]:
    """Ids of all jobs of this printer that are in the queue."""
    return set(connection.scalars(select(_table.c.id).where(_table.c.printer == printer)))


def untold(connection: Connection, printer: str) -> list[News]:
    """What changed since it was last told, of those that nobody is sending just now."""
    mine = and_(_table.c.printer == printer, _table.c.state.in_(_TOLD))
    rows = connection.execute(select(_table).where(mine).order_by(_table.c.id)).mappings()
    news = [News(_job(row), row["state"], _read(row["why"]), _telling(row)) for row in rows]
    known = {
        row.id: row.told
        for row in connection.execute(select(_table.c.id, _table.c.told).where(mine))
    }
    return [one for one in news if known[one.job.id] != one.told]


_TOLD = ("waiting", "sent", "failed", "perhaps")


def tell(connection: Connection, news: News) -> None:
    """It stands in an entry now."""
    row = _table.c.id == news.job.id
    connection.execute(update(_table).where(row).values(told=news.told))


def next_due(connection: Connection, printer: str) -> str | None:
    """When there is something to do for this printer again, by what is known now."""
    mine = and_(_table.c.printer == printer, or_(_table.c.state == "waiting", _held()))
    rows = connection.execute(
        select(_table.c.state, _table.c.due_at, _table.c.leased_until).where(mine)
    )
    return min((r.due_at if r.state == "waiting" else r.leased_until for r in rows), default=None)


def _job(row: RowMapping) -> Job:
    return Job(row["labels"], row["code"], row["round"], row["printer"], row["made_at"])


def _telling(row: RowMapping) -> str:
    why = _read(row["why"])
    return f"{row['state']} {why['code']}" if why else str(row["state"])


def _said(why: Problem | None) -> str:
    return json.dumps({"code": why.code, "params": why.params}) if why else ""


def _read(text: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found
