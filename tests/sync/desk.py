"""A desk with a domain of its own, to show that the engine knows no lot: counters and tickets.

A counter has a value, a colour to be found by, and a hall that delivers it. A ticket is what is
opened for an entry that was parked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from sync import documents
from sync.document import Document, site_of
from sync.entry import FIRST_PREV, Entry
from sync.fault import Report
from sync.problem import Problem
from sync.push import Answer, Delivery, Engine, push
from sync.reconcile import Draft, Kind, Model, Outcome, Result
from sync.signature import Signed
from sync.store import Store, table_of
from sync.tables import DeviceRow, JournalRow
from sync.verify import verify
from tests.simulation.sender import Sender

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
C = "counter/S:a"
D = "counter/S:d"


class Counter(Document):
    type = "counter"
    area = "floor"
    index = ("colour",)

    value: int = 0
    colour: str = "red"
    hall: str = "floor"

    def scopes(self) -> frozenset[str]:
        return frozenset({f"{self.site}.{self.hall}"})


class Ticket(Document):
    type = "ticket"
    area = "desk"

    about: str
    code: str
    params: dict[str, Any]
    decided: bool = False


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    by: int = 1
    to: str = ""
    seen: int | None = None


def opened(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    draft.add(Counter(key=entry.on, value=body.by))
    return Outcome()


def raised(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    counter = draft.edit(entry.on, Counter)
    counter.value += body.by
    changed = entry.base is not None and entry.base != counter.version - 1
    return Outcome("merged", "beside_others", {"value": counter.value}) if changed else Outcome()


def painted(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Counter).colour = body.to
    return Outcome()


def moved(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Counter).hall = body.to
    return Outcome()


def poured(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Counter).value -= body.by
    draft.edit(body.to, Counter).value += body.by
    return Outcome()


def spilled(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    """Into the counter whose key it is painted with."""
    target = draft.edit(entry.on, Counter).colour
    draft.edit(target, Counter).value += body.by
    return Outcome()


def painted_with(entry: Entry, body: Body, loaded: Mapping[str, Document]) -> list[str]:
    counter = loaded.get(entry.on)
    return [counter.colour] if isinstance(counter, Counter) else []


def reserved(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    counter = draft.edit(entry.on, Counter)
    counter.value -= body.by
    if counter.value + body.by != body.seen:
        raise Problem("stale", {"value": counter.value + body.by})
    return Outcome()


def exploded(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Counter).value = 10**6
    raise RuntimeError("a bug in a handler")


def spoiled(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Counter).value = "nobody can read this again"  # type: ignore[assignment]
    return Outcome()


def mumbled(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Counter).value += 1
    return Outcome(params={"why": Decimal(1)})


def decided(entry: Entry, body: Body, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Ticket).decided = True
    return Outcome()


def gate(entry: Entry, kind: Kind, draft: Draft) -> Outcome | None:
    return Outcome("parked", "no_right", {}) if entry.actor == "nobody" else None


def park(entry: Entry, code: str, params: dict[str, Any], draft: Draft, now: datetime) -> Outcome:
    if params.get("kind") == "no.ticket":
        raise RuntimeError("even this failed")
    key = f"ticket/{site_of(entry.on)}:{entry.id}"
    draft.add(Ticket(key=key, about=entry.on, code=code, params=params))
    return Outcome("parked", code, params, case=key)


ROLES = frozenset({"clerk"})
KINDS = [
    Kind("counter.opened", Body, opened, ROLES, request=True),
    Kind("counter.raised", Body, raised, ROLES, v=2, upcasts={1: lambda body: body}),
    Kind("counter.painted", Body, painted, ROLES),
    Kind("counter.moved", Body, moved, ROLES),
    Kind("counter.poured", Body, poured, ROLES, needs=lambda entry, body, loaded: [body.to]),
    Kind("counter.spilled", Body, spilled, ROLES, needs=painted_with),
    Kind("counter.reserved", Body, reserved, ROLES, request=True),
    Kind("counter.exploded", Body, exploded, ROLES),
    Kind("counter.spoiled", Body, spoiled, ROLES),
    Kind("counter.mumbled", Body, mumbled, ROLES),
    Kind("ticket.decided", Body, decided, ROLES, request=True),
]
MODEL = Model(
    documents={"counter": Counter, "ticket": Ticket},
    kinds={kind.name: kind for kind in KINDS},
    gate=gate,
    gate_needs=lambda entry: (),
    park=park,
    settled=lambda ticket: isinstance(ticket, Ticket) and ticket.decided,
)


def standings(connection: Connection, entries: list[Entry]) -> Mapping[str, Outcome]:
    """Sign-ins are called after whose they are."""
    foreign = [entry for entry in entries if entry.session != f"s-{entry.actor}"]
    return {one.id: Outcome("parked", "session_foreign", {"actor": one.actor}) for one in foreign}


@dataclass
class Desk:
    """An engine over a real database, and its devices; each push is a second later."""

    url: str
    seconds: int = 0
    fails: bool = False
    projected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """As after a restart of the process."""
        self.store = Store(self.url)
        self.store.create()
        self.engine = Engine(self.store, MODEL, standings, self.project)

    def restart(self) -> None:
        self.store.close()
        self.open()

    def project(self, connection: Connection, results: list[Result], now: datetime) -> None:
        if self.fails:
            raise RuntimeError("the disk is full")
        self.projected += [result.entry.id for result in results]

    def enrol(self, device: str, home: str = "S", *, key: str | None = None) -> Sender:
        row = {"id": device, "name": device, "home": home, "token_sha256": "", "last_seq": 0}
        row |= {"last_hash": FIRST_PREV, "enrolled_at": "", "seen_at": None}
        row |= {"public_key": key, "signs_from": 1 if key else None}
        with self.store.write() as connection:
            connection.execute(table_of(DeviceRow).insert().values(**row))
        return Sender(device)

    def push(self, by: Sender | str, *raws: bytes | Signed, oldest: int | None = None) -> Answer:
        return self.push_all((by, raws), oldest=oldest)[0]

    def push_all(
        self, *deliveries: tuple[Sender | str, Sequence[bytes | Signed]], oldest: int | None = None
    ) -> list[Answer]:
        """What several devices sent, in one commit; unsigned where there are bytes alone."""
        self.seconds += 1
        told = []
        for by, raws in deliveries:
            wrapped = [raw if isinstance(raw, tuple) else (raw, None) for raw in raws]
            told.append(Delivery(by if isinstance(by, str) else by.device, wrapped, oldest))
        return push(self.engine, told, NOW + timedelta(seconds=self.seconds))[0]

    def counter(self, key: str = C) -> Counter | None:
        with self.store.read() as connection:
            found = documents.load(connection, MODEL.documents, {key}).get(key)
        assert found is None or isinstance(found, Counter)
        return found

    def value(self, key: str = C) -> int | None:
        found = self.counter(key)
        return found.value if found else None

    def tickets(self) -> list[Ticket]:
        with self.store.read() as connection:
            keys = set(documents.find(connection, ["ticket"]))
            found = documents.load(connection, MODEL.documents, keys)
        return [one for one in found.values() if isinstance(one, Ticket)]

    def found_by(self, term: str) -> list[str]:
        with self.store.read() as connection:
            return documents.find(connection, [term])

    def rows(self, model: type[SQLModel]) -> list[dict[str, Any]]:
        with self.store.read() as connection:
            rows = connection.execute(select(table_of(model))).mappings()
            return [dict(row) for row in rows]

    def journal(self) -> list[dict[str, Any]]:
        return sorted(self.rows(JournalRow), key=lambda row: row["pos"])

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of all tables: what a failure must leave as it was."""
        return {
            str(model.__tablename__): self.rows(model)
            for model in SQLModel.__subclasses__()
            if hasattr(model, "__table__") and model.__module__ == "sync.tables"
        }

    def verified(self) -> Report:
        return verify(self.store, MODEL, lambda documents: ())


def desk_in(folder: Path) -> Desk:
    return Desk(f"sqlite:///{folder / 'desk.sqlite3'}")


def told(answer: Answer) -> list[tuple[str, str | None]]:
    """Status and code of each verdict."""
    return [(verdict["status"], verdict["code"]) for verdict in answer.verdicts]
